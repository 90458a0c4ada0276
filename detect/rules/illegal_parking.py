"""A vehicle that stands in a no-parking zone for longer than `dwell` within `hours`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field
from uuid_utils.compat import uuid7

from detect.detector import Detection
from detect.incident import IncidentObject, Phase, Picture
from detect.rule import Finding, RuleSettings, Surroundings
from detect.standing import Scene, Sighting, Standing, Stay
from detect.values import Hours, Seconds, within

KIND, VERSION = "illegal_parking", "1"
UPDATE_EVERY_S = 15.0
SEEN_SHARE = 0.5  # unless in sight for more than this part of its dwell, it may be others that pass by


class Settings(RuleSettings):
    kind: Literal["illegal_parking"]
    objects: Annotated[tuple[str, ...], Field(min_length=1)] = ("car", "bus", "truck", "motorcycle")
    dwell: Annotated[Seconds, Field(gt=0)] = 180.0
    hours: Hours = "00:00-24:00"

    def make(self, surroundings: Surroundings) -> "IllegalParking":
        return IllegalParking(self, surroundings)


@dataclass(slots=True)
class _Case:
    """An incident under way, and what was last said of it."""

    id: UUID
    said_at: float
    best: Sighting


class IllegalParking:
    def __init__(self, settings: Settings, surroundings: Surroundings) -> None:
        self._settings, self._place = settings, surroundings
        self._standing = self._watch_afresh()
        self._cases: dict[Stay, _Case] = {}

    def observe(self, scene: Scene) -> list[Finding]:
        if not within(self._settings.hours, datetime.fromtimestamp(scene.at, self._place.timezone)):
            ended, self._standing = self._standing.stays, self._watch_afresh()
        else:
            ended = self._standing.observe(scene)
        said = [self._say(stay) for stay in self._standing.stays]
        return [finding for finding in [*map(self._clear, ended), *said] if finding]

    def _watch_afresh(self) -> Standing:
        def vehicle(detection: Detection) -> bool:
            return detection.label in self._settings.objects

        def enters(detection: Detection) -> bool:
            return detection.score >= self._place.confidence and self._place.region.holds(detection.box)

        return Standing(wanted=enters, same_kind=vehicle)

    def _say(self, stay: Stay) -> Finding | None:
        case = self._cases.get(stay)
        if case is None:
            return self._open(stay) if self._is_parked(stay) else None
        if stay.last.scene.at - case.said_at < UPDATE_EVERY_S:
            return None
        pictures = [] if stay.best is case.best else [_picture("best", stay.best)]
        case.said_at, case.best = stay.last.scene.at, stay.best
        return self._finding(case, "update", stay, pictures)

    def _is_parked(self, stay: Stay) -> bool:
        long_enough = stay.dwell_s >= self._settings.dwell
        return long_enough and stay.seen_share > SEEN_SHARE and stay.score >= self._place.confidence

    def _open(self, stay: Stay) -> Finding:
        case = self._cases[stay] = _Case(uuid7(), stay.last.scene.at, stay.best)
        return self._finding(case, "open", stay, [_picture("first", stay.first), _picture("best", stay.best)])

    def _clear(self, stay: Stay) -> Finding | None:
        case = self._cases.pop(stay, None)
        return self._finding(case, "clear", stay, []) if case else None

    def _finding(self, case: _Case, phase: Phase, stay: Stay, pictures: list[Picture]) -> Finding:
        seen = stay.last.detection
        return Finding(
            case.id,
            phase,
            KIND,
            VERSION,
            began_at=stay.began,
            severity="major",
            score=round(stay.score, 3),
            threshold={"dwell_s": self._settings.dwell, "score": self._place.confidence, "seen_share": SEEN_SHARE},
            observed={
                "dwell_s": round(stay.dwell_s, 2),
                "score": round(stay.score, 3),
                "seen_share": round(stay.seen_share, 3),
            },
            objects=[IncidentObject(seen.label, seen.box, round(seen.score, 3), seen.track)],
            pictures=pictures,
            dwell=list(stay.spells),
            scores=[round(score, 3) for score in stay.scores],
        )


def _picture(role: Literal["first", "best"], sighting: Sighting) -> Picture:
    return Picture(role, sighting.scene.at, sighting.scene.jpeg, sighting.detection.box)
