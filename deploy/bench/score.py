"""Incidents against the truth: which were there, which were not, which were missed. Times in seconds."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median

from edge.sim.script import FAULTS
from edge.sim.truth import Happening

EARLY_S = 1.0  # an incident may open so long before its dwell is over: truth and rule see the beginning differently
LATE_S = 6.0  # what is over may still be reported for so long
UNSURE_S = 3.0  # what lasted so little longer than its dwell need not be found

Dwells = dict[tuple[str, str], float]  # how long a rule waits, by kind and zone


# people come and go: where they are is their zone; what happens to a camera happens to the whole picture
PLACELESS = frozenset({"crowd", "congestion", "intrusion", *FAULTS})


@dataclass(frozen=True, slots=True)
class Opened:
    """An incident, when it opened; `tracks` are the things that its boxes lie on."""

    kind: str
    zone: str
    at: float
    tracks: frozenset[int]


@dataclass(slots=True)
class Tally:
    """`delays` are from the end of the dwell to the incident, in seconds."""

    true: int = 0
    false: int = 0
    missed: int = 0
    delays: list[float] = field(default_factory=list)

    def add(self, other: "Tally") -> None:
        self.true += other.true
        self.false += other.false
        self.missed += other.missed
        self.delays += other.delays

    @property
    def precision(self) -> float | None:
        return _share(self.true, self.false)

    @property
    def recall(self) -> float | None:
        return _share(self.true, self.missed)

    def report(self) -> dict[str, float | int | None]:
        return {
            "true": self.true,
            "false": self.false,
            "missed": self.missed,
            "precision": self.precision,
            "recall": self.recall,
            "delay_s": round(median(self.delays), 2) if self.delays else None,
            "longest_delay_s": round(max(self.delays), 2) if self.delays else None,
        }


def _share(part: int, rest: int) -> float | None:
    return round(part / (part + rest), 4) if part + rest else None


def score(
    opened: Iterable[Opened], happenings: Sequence[Happening], dwells: Dwells, filmed: tuple[float, float]
) -> dict[str, Tally]:
    """By kind. `dwells` are the rules there are, and what none watches for is not asked for; `filmed`: from, to.

    An incident is true when something of its kind holds in its zone, its box lies on that, and nothing was said of that
    before. What hardly lasts its dwell counts for nothing: neither that it was found, nor that it was not.
    """
    watched = [h for h in happenings if (h.kind, h.zone) in dwells]
    tallies = {kind: Tally() for kind, _ in dwells}
    found: set[int] = set()
    for incident in sorted(opened, key=lambda one: one.at):
        match = next((h for h in watched if id(h) not in found and _explains(h, incident, dwells)), None)
        if match is None:
            tallies[incident.kind].false += 1
            continue
        found.add(id(match))
        if not _must_be_found(match, dwells, filmed):
            continue
        tallies[incident.kind].true += 1
        began = max(match.since, filmed[0])
        tallies[incident.kind].delays.append(incident.at - began - dwells[incident.kind, incident.zone])
    for happening in watched:
        if id(happening) not in found and _must_be_found(happening, dwells, filmed):
            tallies[happening.kind].missed += 1
    return tallies


def _explains(happening: Happening, incident: Opened, dwells: Dwells) -> bool:
    if (happening.kind, happening.zone) != (incident.kind, incident.zone):
        return False
    if happening.track not in incident.tracks and happening.kind not in PLACELESS:
        return False
    due = happening.since + dwells[incident.kind, incident.zone] - EARLY_S
    return due <= incident.at and (happening.until is None or incident.at <= happening.until + LATE_S)


def _must_be_found(happening: Happening, dwells: Dwells, filmed: tuple[float, float]) -> bool:
    begin, end = filmed
    lasted = min(end, end if happening.until is None else happening.until) - max(begin, happening.since)
    return lasted >= dwells[happening.kind, happening.zone] + UNSURE_S
