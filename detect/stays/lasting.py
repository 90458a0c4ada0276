"""What the rules on pictures share: an incident opens when something has lasted, and clears when it is over."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar, Protocol

from uuid_utils.compat import uuid7

from detect.incident import IncidentObject, Phase, Picture, Role
from detect.model.detector import Detection
from detect.rhythm import Rhythm
from detect.rule import UPDATE_EVERY_S, CameraRuleSettings, Finding, Surroundings, Terms, ZoneRuleSettings
from detect.stays.memory import Kept, LastingMemory, Told
from detect.stays.stay import Scene, Sighting, Stay
from detect.values import WHOLE_DAY, Spans, within

SOON = 0.3  # of the time that something must last
OBJECTS = 50  # how many things an incident names


class Follower(Protocol):
    """Keeps what lasts, from frame to frame, and what does beside it where that matters."""

    @property
    def stays(self) -> list[Stay]: ...

    @property
    def beside(self) -> list[Stay]: ...

    @property
    def rhythm(self) -> Rhythm: ...

    def resume(self, rhythm: Rhythm, stays: list[Stay], beside: list[Stay]) -> None:
        """Go on from there."""
        ...

    def observe(self, scene: Scene) -> list[Stay]:
        """Take in the next frame; return the stays that ended with it."""
        ...


class LastingSettings(CameraRuleSettings):
    seen_share: ClassVar[float] = 0.5  # of its dwell that it must be in sight, or it may be others that pass by
    hours: Spans = WHOLE_DAY

    @property
    def lasting_s(self) -> float:
        """How long it must last, in seconds."""
        raise NotImplementedError

    def holds_at(self, local: datetime) -> bool:
        """Whether anything is told at that time of day; what stands there then begins anew after a pause."""
        return within(self.hours, local)

    def grace_s(self, _began: datetime) -> float:
        """How much longer than `lasting_s` what began then, by local time, must last."""
        return 0.0

    def threshold(self) -> dict[str, float]:
        """What the rule asks beyond the score."""
        return {"dwell_s": self.lasting_s, "seen_share": self.seen_share}

    def excuses(self, _stay: Stay, _others: Sequence[Stay]) -> bool:
        """Whether what has lasted is none of what it looks for yet, for all that is there beside it."""
        return False

    def observed(self, stay: Stay) -> dict[str, float]:
        """The same quantities as in `threshold`, as they were last seen."""
        return {"dwell_s": round(stay.dwell_s, 2), "seen_share": round(stay.seen_share, 3)}


class LastingInZone(LastingSettings, ZoneRuleSettings):
    def follow(self, surroundings: Surroundings) -> Follower:
        """A new follower of what may last."""
        raise NotImplementedError

    def make(self, surroundings: Surroundings) -> "Lasting":
        return Lasting(self, surroundings, lambda: self.follow(surroundings))


@dataclass(slots=True)
class Sifted:
    """Follows only what a sieve lets through, which may look at the whole scene."""

    sieve: Callable[[Scene], list[Detection]]
    follower: Follower

    @property
    def stays(self) -> list[Stay]:
        return self.follower.stays

    @property
    def beside(self) -> list[Stay]:
        return self.follower.beside

    @property
    def rhythm(self) -> Rhythm:
        return self.follower.rhythm

    def resume(self, rhythm: Rhythm, stays: list[Stay], beside: list[Stay]) -> None:
        self.follower.resume(rhythm, stays, beside)

    def observe(self, scene: Scene) -> list[Stay]:
        return self.follower.observe(replace(scene, detections=self.sieve(scene)))


class Lasting:
    """Says what becomes of a follower's stays; within hours only, and with a new follower after each pause."""

    def __init__(self, settings: LastingSettings, terms: Terms, follow: Callable[[], Follower]) -> None:
        self._settings, self._terms, self._follow = settings, terms, follow
        self._follower = follow()
        self._cases: dict[Stay, Told] = {}

    @property
    def is_under_way(self) -> bool:
        return bool(self._cases) or any(map(self._may_last, self._follower.stays))

    def _may_last(self, stay: Stay) -> bool:
        soon_s = SOON * self._settings.lasting_s
        return stay.dwell_s >= soon_s and stay.seen_share > self._settings.seen_share

    def memory(self) -> LastingMemory:
        """Of what is told of, and may soon be."""
        told = [(stay, self._cases.get(stay)) for stay in self._follower.stays]
        kept = [Kept(stay.spare(), case) for stay, case in told if case or self._may_last(stay)]
        return LastingMemory(self._follower.rhythm, kept, self._beside())

    def untold(self) -> LastingMemory:
        """Of what is not told of, to go on from with what comes late; no later frame changes it."""
        kept = [Kept(stay.spare(), None) for stay in self._follower.stays if stay not in self._cases]
        return LastingMemory(self._follower.rhythm.copy(), kept, self._beside())

    def _beside(self) -> list[Stay]:
        return [stay.spare() for stay in self._follower.beside]

    def resume(self, memory: LastingMemory) -> None:
        """Go on from there."""
        self._follower.resume(memory.rhythm, [kept.stay for kept in memory.kept], memory.beside)
        self._cases = {kept.stay: kept.told for kept in memory.kept if kept.told}

    def observe(self, scene: Scene) -> list[Finding]:
        if not self._settings.holds_at(self._local(scene.at)):
            ended, self._follower = self._follower.stays, self._follow()
        else:
            ended = self._follower.observe(scene)
        cleared = [self._clear(stay, scene.at) for stay in ended]
        said = [self._say(stay) for stay in self._follower.stays]
        return [finding for finding in [*cleared, *said] if finding]

    def _local(self, at: float) -> datetime:
        return datetime.fromtimestamp(at, self._terms.timezone)

    def close(self, at: float) -> list[Finding]:
        self._follower = self._follow()
        return [finding for stay in list(self._cases) if (finding := self._clear(stay, at))]

    def _say(self, stay: Stay) -> Finding | None:
        case = self._cases.get(stay)
        if case is None:
            return self._open(stay) if self._has_lasted(stay) else None
        if stay.last.at - case.said_at < UPDATE_EVERY_S:
            return None
        pictures = [] if stay.best.score <= case.best_score else _pictures("best", stay.best)
        case.said_at, case.best_score = stay.last.at, stay.best.score
        return self._finding(case, "update", stay, stay.last.at, pictures)

    def _has_lasted(self, stay: Stay) -> bool:
        rule = self._settings
        if stay.dwell_s < rule.lasting_s or stay.seen_share <= rule.seen_share or stay.score < self._terms.confidence:
            return False
        around = [*self._follower.stays, *self._follower.beside]
        return stay.dwell_s >= rule.lasting_s + self._grace_s(stay) and not rule.excuses(stay, around)

    def _grace_s(self, stay: Stay) -> float:
        return self._settings.grace_s(self._local(stay.began))

    def _open(self, stay: Stay) -> Finding:
        stay.told = True
        case = self._cases[stay] = Told(uuid7(), stay.last.at, stay.best.score)
        pictures = [*_pictures("first", stay.first), *_pictures("best", stay.best)]
        return self._finding(case, "open", stay, stay.last.at, pictures)

    def _clear(self, stay: Stay, at: float) -> Finding | None:
        case = self._cases.pop(stay, None)
        return self._finding(case, "clear", stay, at, _pictures("last", stay.last)) if case else None

    def _finding(self, case: Told, phase: Phase, stay: Stay, at: float, pictures: list[Picture]) -> Finding:
        rule = self._settings
        return Finding(
            case.id,
            phase,
            rule,
            began_at=stay.began,
            at=at,
            score=round(stay.score, 3),
            threshold=self._threshold(stay),
            observed={"score": round(stay.score, 3)} | rule.observed(stay),
            objects=[IncidentObject(t.label, t.box, round(t.score, 3), t.track) for t in stay.last.things[:OBJECTS]],
            pictures=pictures,
            dwell=list(stay.spells) if rule.lasting_s else [],
            scores=[round(score, 3) for score in stay.scores],
        )

    def _threshold(self, stay: Stay) -> dict[str, float]:
        grace_s = self._grace_s(stay)
        asked = {"score": self._terms.confidence} | self._settings.threshold()
        return asked | ({"grace_s": grace_s} if grace_s else {})


def _pictures(role: Role, sighting: Sighting) -> list[Picture]:
    """None where it was not kept over a restart."""
    return [Picture(role, sighting.at, sighting.jpeg, sighting.box, sighting.redactions)] if sighting.jpeg else []
