"""The last seconds of a camera, kept for what begins in them."""

from collections import deque
from dataclasses import dataclass, replace
from typing import NamedTuple
from uuid import UUID

from detect.incident import Incident
from detect.shot import Shot

BEFORE_S, AFTER_S = 4.0, 4.0  # around the moment at which an incident opens
EVERY_S = 0.19  # as often as anything is looked at
FEWEST = 4  # a camera that sends seldom has no moving pictures


class Footage(NamedTuple):
    """What surrounds the opening of an incident, which is told of as it is now."""

    incident: Incident
    shots: list[Shot]


@dataclass(frozen=True, slots=True)
class _Recording:
    incident: Incident
    shots: list[Shot]
    until: float


class Recorder:
    """Follows one camera's frames, whose times are their own."""

    def __init__(self) -> None:
        self._ring: deque[Shot] = deque()
        self._recordings: dict[UUID, _Recording] = {}

    def take(self, shot: Shot, incidents: list[Incident]) -> list[Footage]:
        """The next frame and what was told with it; return what is complete."""
        self._roll(shot)
        for incident in incidents:
            known = self._recordings.get(incident.id)
            if known:
                self._recordings[incident.id] = replace(known, incident=incident)
            elif incident.phase == "open":
                self._recordings[incident.id] = _Recording(incident, [*self._ring], shot.at + AFTER_S)
        complete = [one for one in self._recordings.values() if not 0 <= one.until - shot.at <= AFTER_S]
        for one in complete:
            del self._recordings[one.incident.id]
        return [Footage(one.incident, one.shots) for one in complete if len(one.shots) >= FEWEST]

    def stand(self, at: float) -> None:
        """Nothing has moved at that time: the last frame stands for it."""
        if self._ring:
            self._roll(self._ring[-1]._replace(at=at))

    def _roll(self, shot: Shot) -> None:
        if self._ring and 0 <= shot.at - self._ring[-1].at < EVERY_S:
            return
        self._ring.append(shot)
        while not 0 <= shot.at - self._ring[0].at <= BEFORE_S:
            self._ring.popleft()
        for recording in self._recordings.values():
            if 0 <= recording.until - shot.at <= AFTER_S:
                recording.shots.append(shot)
