"""What every event of the script is made of: a condition that begins and ends, and who is there on its account."""

from collections.abc import Sequence
from typing import Protocol

from edge.sim.actors import Actor
from edge.sim.place import Place
from edge.sim.script import Event
from edge.sim.traffic import Stream
from edge.sim.truth import Happening

LAPSE_S = 4.0  # a condition that fails for so long is over


class Stage(Protocol):
    """What a plot may use of the world it plays in."""

    place: Place
    streams: list[Stream]
    wet: bool

    def new_track(self) -> int: ...

    def people_in(self, zone: str) -> int: ...

    def creeping_in(self, zone: str) -> int: ...


class Told:
    """Keeps one happening up to date: it begins when its condition first holds, and ends when it no more does.

    A condition that lapses for a moment has not ended: one leaves a crowd of ten, another comes.
    """

    def __init__(self, track: int, kind: str, zone: str) -> None:
        self._track, self._kind, self._zone = track, kind, zone
        self.since: float | None = None
        self.until: float | None = None
        self._held_at = 0.0

    def tell(self, at: float, holds: bool) -> None:
        if self.until is not None:
            return
        if holds:
            self.since, self._held_at = at if self.since is None else self.since, at
        elif self.since is not None and at - self._held_at > LAPSE_S:
            self.until = self._held_at

    def told(self) -> list[Happening]:
        return [] if self.since is None else [Happening(self._track, self._kind, self._zone, self.since, self.until)]


class Plot:
    """One event as it plays; `over` when nothing of it is left to be seen."""

    over = False

    def __init__(self, stage: Stage, event: Event) -> None:
        self._stage, self._event = stage, event
        self._told: list[Told] = []

    def step(self, at: float) -> None:
        raise NotImplementedError

    def actors(self, at: float) -> Sequence[Actor]:  # noqa: ARG002 - most bring somebody
        """Who is there on its account, but for vehicles, which belong to their lanes."""
        return []

    def happenings(self) -> list[Happening]:
        return [happening for told in self._told for happening in told.told()]

    def _tell(self, track: int, kind: str, zone: str) -> Told:
        told = Told(track, kind, zone)
        self._told.append(told)
        return told

    def _lasts(self, at: float) -> bool:
        return self._event.begin <= at < self._event.end
