"""What the rules on pictures share: an incident opens when something has lasted, and clears when it is over."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar, Protocol
from uuid import UUID

from uuid_utils.compat import uuid7

from detect.incident import IncidentObject, Phase, Picture, Role
from detect.model.detector import Detection
from detect.rule import UPDATE_EVERY_S, CameraRuleSettings, Finding, Surroundings
from detect.stays.stay import Scene, Sighting, Stay
from detect.values import Hours, within

SOON = 0.3  # of the time that something must last
OBJECTS = 50  # how many things an incident names


class Follower(Protocol):
    """Keeps what lasts in a zone, from frame to frame."""

    @property
    def stays(self) -> list[Stay]: ...

    def observe(self, scene: Scene) -> list[Stay]:
        """Take in the next frame; return the stays that ended with it."""
        ...


class LastingSettings(CameraRuleSettings):
    seen_share: ClassVar[float] = 0.5  # of its dwell that it must be in sight, or it may be others that pass by
    hours: Hours = "00:00-24:00"

    @property
    def lasting_s(self) -> float:
        """How long it must last, in seconds."""
        raise NotImplementedError

    def follow(self, surroundings: Surroundings) -> Follower:
        """A new follower of what may last."""
        raise NotImplementedError

    def make(self, surroundings: Surroundings) -> "Lasting":
        return Lasting(self, surroundings, lambda: self.follow(surroundings))

    def threshold(self) -> dict[str, float]:
        """What the rule asks beyond duration and score."""
        return {}

    def observed(self, _sighting: Sighting) -> dict[str, float]:
        """The same quantities as in `threshold`, as they were last seen."""
        return {}


@dataclass(slots=True)
class Sifted:
    """Follows only what a sieve lets through, which may look at the whole scene."""

    sieve: Callable[[Scene], list[Detection]]
    follower: Follower

    @property
    def stays(self) -> list[Stay]:
        return self.follower.stays

    def observe(self, scene: Scene) -> list[Stay]:
        return self.follower.observe(replace(scene, detections=self.sieve(scene)))


@dataclass(slots=True)
class _Case:
    """An incident under way, and what was last said of it."""

    id: UUID
    said_at: float
    best: Sighting


class Lasting:
    """Says what becomes of a follower's stays; within hours only, and with a new follower after each pause."""

    def __init__(self, settings: LastingSettings, surroundings: Surroundings, follow: Callable[[], Follower]) -> None:
        self._settings, self._place, self._follow = settings, surroundings, follow
        self._follower = follow()
        self._cases: dict[Stay, _Case] = {}

    @property
    def is_under_way(self) -> bool:
        soon_s = SOON * self._settings.lasting_s
        return bool(self._cases) or any(
            stay.dwell_s >= soon_s and stay.seen_share > self._settings.seen_share for stay in self._follower.stays
        )

    def observe(self, scene: Scene) -> list[Finding]:
        if not within(self._settings.hours, datetime.fromtimestamp(scene.at, self._place.timezone)):
            ended, self._follower = self._follower.stays, self._follow()
        else:
            ended = self._follower.observe(scene)
        cleared = [self._clear(stay, scene.at) for stay in ended]
        said = [self._say(stay) for stay in self._follower.stays]
        return [finding for finding in [*cleared, *said] if finding]

    def close(self, at: float) -> list[Finding]:
        self._follower = self._follow()
        return [finding for stay in list(self._cases) if (finding := self._clear(stay, at))]

    def _say(self, stay: Stay) -> Finding | None:
        case = self._cases.get(stay)
        if case is None:
            return self._open(stay) if self._has_lasted(stay) else None
        if stay.last.at - case.said_at < UPDATE_EVERY_S:
            return None
        pictures = [] if stay.best is case.best else [_picture("best", stay.best)]
        case.said_at, case.best = stay.last.at, stay.best
        return self._finding(case, "update", stay, stay.last.at, pictures)

    def _has_lasted(self, stay: Stay) -> bool:
        long_enough = stay.dwell_s >= self._settings.lasting_s
        return long_enough and stay.seen_share > self._settings.seen_share and stay.score >= self._place.confidence

    def _open(self, stay: Stay) -> Finding:
        case = self._cases[stay] = _Case(uuid7(), stay.last.at, stay.best)
        pictures = [_picture("first", stay.first), _picture("best", stay.best)]
        return self._finding(case, "open", stay, stay.last.at, pictures)

    def _clear(self, stay: Stay, at: float) -> Finding | None:
        case = self._cases.pop(stay, None)
        return self._finding(case, "clear", stay, at, [_picture("last", stay.last)]) if case else None

    def _finding(self, case: _Case, phase: Phase, stay: Stay, at: float, pictures: list[Picture]) -> Finding:
        rule = self._settings
        return Finding(
            case.id,
            phase,
            rule,
            began_at=stay.began,
            at=at,
            score=round(stay.score, 3),
            threshold={"dwell_s": rule.lasting_s, "score": self._place.confidence, "seen_share": rule.seen_share}
            | rule.threshold(),
            observed={
                "dwell_s": round(stay.dwell_s, 2),
                "score": round(stay.score, 3),
                "seen_share": round(stay.seen_share, 3),
            }
            | rule.observed(stay.last),
            objects=[IncidentObject(t.label, t.box, round(t.score, 3), t.track) for t in stay.last.things[:OBJECTS]],
            pictures=pictures,
            dwell=list(stay.spells),
            scores=[round(score, 3) for score in stay.scores],
        )


def _picture(role: Role, sighting: Sighting) -> Picture:
    return Picture(role, sighting.at, sighting.jpeg, sighting.box)
