"""Which streets the accuracy bench films: every view by day, at night and in rain, with incidents and without."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, get_args

import msgspec

from detect.training.dataset import BENCH
from edge.sim.address import SimCamera, View
from edge.sim.script import FAULTS, INNOCENT, REPERTOIRE, script_of

Condition = Literal["day", "night", "rain"]
CONDITIONS: tuple[Condition, ...] = get_args(Condition)
VIEWS: tuple[View, ...] = get_args(View)

EVERY_S = 60.0  # an event in that time
LEARNING_S = 120.0
FAULT_EVERY_S, FAULT_RUN_S = 240.0, 1000.0  # what happens to a lens is told of later than what happens in a street
RUN_S, QUIET_S, FPS = 300.0, 3600.0, 2.0
QUIET_RUNS = 24  # hours
START = 1000.0
FIRST = BENCH.start + 750  # at some of the places before somebody has looked, and tuned rules by them
QUIET_FIRST = BENCH.start + 1000
FAULT_FIRST = BENCH.start + 1100
FAULT = ",".join(FAULTS)


@dataclass(frozen=True)
class Run:
    camera: SimCamera
    condition: Condition
    seconds: float
    fps: float

    @property
    def quiet(self) -> bool:
        return self.camera.events not in ("all", FAULT)

    @property
    def times(self) -> Iterator[float]:
        return (START + number / self.fps for number in range(int(self.seconds * self.fps)))


def incident_runs(seeds: int) -> list[Run]:
    """Every view by day, at night and in rain, `seeds` times, each of another seed: events are drawn by seed alone."""
    turns = itertools.product(range(seeds), CONDITIONS, VIEWS)
    return [
        Run(_camera(view, FIRST + number, condition, "all", repetition), condition, RUN_S, FPS)
        for number, (repetition, condition, view) in enumerate(turns)
    ]


def fault_runs(seeds: int) -> list[Run]:
    """By day, at night and in rain, `seeds` times, all views in turn: all that happens is done to the camera.

    Nothing does while what is usual is being learned: of what came before nobody could tell.
    """
    turns = zip(itertools.product(range(seeds), CONDITIONS), itertools.cycle(VIEWS), strict=False)
    numbers = itertools.count(FAULT_FIRST)
    runs = []
    for (repetition, condition), view in turns:
        cameras = (_faulty(view, number, condition, repetition) for number in numbers)
        quiet_first = next(one for one in cameras if not script_of(one).between(START, START + LEARNING_S))
        runs.append(Run(quiet_first, condition, FAULT_RUN_S, FPS))
    return runs


def _faulty(view: View, seed: int, condition: Condition, turn: int) -> SimCamera:
    return msgspec.structs.replace(_camera(view, seed, condition, FAULT, turn), every=FAULT_EVERY_S)


def quiet_runs(count: int = QUIET_RUNS) -> list[Run]:
    """Hours without incidents, of all views and conditions in turn."""
    turns = itertools.cycle([(view, condition) for condition in CONDITIONS for view in VIEWS])
    return [
        Run(_camera(view, QUIET_FIRST + n, condition, innocent(view), n), condition, QUIET_S, FPS)
        for n, (view, condition) in enumerate(itertools.islice(turns, count))
    ]


def innocent(view: View) -> str:
    """What looks like an incident in this view and is none; or nothing."""
    return ",".join(kind for kind in INNOCENT if kind in REPERTOIRE[view]) or "none"


def _camera(view: View, seed: int, condition: Condition, events: str, turn: int) -> SimCamera:
    """In rain it is day and night in turn."""
    night = condition == "night" or (condition == "rain" and turn % 2 == 1)
    weather: Literal["clear", "rain"] = "rain" if condition == "rain" else "clear"
    return SimCamera(view, seed, "night" if night else "day", weather, events, EVERY_S)
