"""What several sources in one grid make of one matter: surer than either, or to be looked at where one sees nothing."""

from collections.abc import Sequence
from datetime import timedelta
from math import prod
from typing import Any, NamedTuple

from detect.incident import Phase

# what spreads over a grid, so that whoever tells of it there tells of the same; and for how long after another did
SPREADS = {"flood": timedelta(minutes=10), "fire": timedelta(minutes=5), "smoke": timedelta(minutes=5)}
CUT_OFF = "camera_offline"
TOGETHER = timedelta(minutes=5)  # cameras of one agent that go silent within so long have one cause
SUREST = 0.95  # of any single source: a sensor, whose score is 1, may be wrong, too
WITNESS_M = 100.0  # as far away something that spreads must be seen
PATIENCE = timedelta(minutes=1)  # until who has seen nothing is said to contradict


class Source(NamedTuple):
    """A device that told of it: how sure it was at its best, and whether it is so there still."""

    device: str
    name: str
    kind: str
    score: float
    present: bool


class Witness(NamedTuple):
    """A device that is well, looks for the same nearby, and has told of nothing."""

    device: str
    name: str
    kind: str


def certainty(sources: Sequence[Source]) -> float:
    """How sure all of them are together, 0 to 1: as if each erred for reasons of its own (a noisy-or)."""
    return 1.0 - prod(1.0 - min(max(source.score, 0.0), SUREST) for source in sources)


def summary(kind: str, sources: Sequence[Source], silent: Sequence[Witness]) -> dict[str, Any]:
    """What a ticket's explanation says of them; nothing where one source stands for itself.

    Cameras that are cut off together do not speak of one thing: how sure they are is not counted up.
    """
    named = {"sources": [source._asdict() for source in sources]}
    agreed = named if kind == CUT_OFF else named | {"certainty": round(certainty(sources), 3)}
    contradicted = {"silent": [witness._asdict() for witness in silent], "review": len(sources) == 1}
    return (agreed if len(sources) > 1 else {}) | (contradicted if silent else {})


def last_doubt(explanation: dict[str, Any] | None, phase: Phase, sources: Sequence[Source]) -> dict[str, Any]:
    """What was contradicted before it was over stays so: that it went by itself makes it no likelier."""
    if phase != "clear" or len(sources) > 1:
        return {}
    return {name: said for name, said in (explanation or {}).items() if name in {"silent", "review"}}
