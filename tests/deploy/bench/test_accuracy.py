"""The bench with a detector that knows the truth: what is wrong then is the bench, the rules or the truth itself."""

from collections.abc import Sequence
from typing import get_args

import numpy as np
import pytest

from deploy.bench.accuracy import config_of, dwells_of, judge
from deploy.bench.films import LEARNING_S, START, Run, fault_runs, incident_runs, quiet_runs
from deploy.bench.score import Tally
from detect.model.catalogue import shipped
from detect.model.detector import Detection, Image
from detect.model.yolo import open_detector
from detect.sight.sight import PLACE
from detect.training.dataset import BENCH, HELD_OUT, TRAINING
from edge.sim.address import Light, SimCamera, View
from edge.sim.film import Film
from edge.sim.lens import HEIGHT, WIDTH
from edge.sim.script import script_of
from edge.sim.truth import LABELS

VIEWS: tuple[View, ...] = get_args(View)
SCENE = np.random.default_rng(1).integers(60, 190, (HEIGHT // 20, WIDTH // 20, 3), np.uint8).repeat(20, 0).repeat(20, 1)


class Unpictured(Film):
    """Lives on without being drawn, for who knows the truth and need not look."""

    def picture(self, at: float) -> Image:
        self._world.live(at)
        self._at, self._shown = at, self._world.actors()
        return SCENE + np.uint8(round(at * 2) % 3)  # a camera that sees, and is not frozen


class Oracle:
    """Sees what is there and not hidden, without ever a doubt."""

    model = {"name": "truth", "hash": "0" * 16}  # noqa: RUF012 - as the protocol has it
    classes = list(LABELS)  # noqa: RUF012 - as above

    def __init__(self, film: Film) -> None:
        self._film = film

    def detect(self, images: Sequence[Image]) -> list[list[Detection]]:
        things = [thing for thing in self._film.truth().things if thing.visible > 0.4]
        return [[Detection(thing.label, thing.box, 0.9) for thing in things] for _ in images]


class Blind:
    """Sees nothing in any picture."""

    model, classes = Oracle.model, Oracle.classes

    def detect(self, images: Sequence[Image]) -> list[list[Detection]]:
        return [[] for _ in images]


def judged(camera: SimCamera, seconds: float) -> dict[str, Tally]:
    film = Unpictured(camera, START)
    return judge(Run(camera, "day", seconds, 2.0), film, Oracle(film))


@pytest.mark.parametrize("view", VIEWS)
def test_who_sees_everything_finds_everything_and_nothing_else(view: View) -> None:
    tallies = judged(SimCamera(view, BENCH.start + 500, light="day", events="all", every=60), 130.0)
    assert sum(tally.true for tally in tallies.values()) >= 1
    assert all(tally.false == tally.missed == 0 for tally in tallies.values()), tallies
    assert all(-1.0 <= delay <= 5.0 for tally in tallies.values() for delay in tally.delays)


def test_who_sees_nothing_misses_everything() -> None:
    camera = SimCamera("slope", BENCH.start + 500, light="day", events="debris", every=60)
    film = Unpictured(camera, START)
    tally = judge(Run(camera, "day", 130.0, 2.0), film, Blind())["debris"]
    assert (tally.true, tally.false) == (0, 0)
    assert tally.missed >= 1


def test_what_happens_to_the_camera_itself_is_found_and_nothing_else() -> None:
    run = fault_runs(1)[0]
    tallies = judge(run, Film(run.camera, START), Blind())
    assert sum(tally.true for tally in tallies.values()) >= 1
    assert all(tally.false == tally.missed == 0 for tally in tallies.values()), tallies


@pytest.mark.parametrize(("view", "light"), [("kerb", "day"), ("yard", "night"), ("square", "day")])
def test_the_shipped_model_finds_what_happens_and_nothing_else(view: View, light: Light) -> None:
    """On places that the rules were tuned on: what it is worth elsewhere, `yihu bench accuracy` says."""
    camera = SimCamera(view, BENCH.start, light, events="all", every=60)
    tallies = judge(Run(camera, "day", 130.0, 2.0), Film(camera, START), open_detector(shipped()))
    assert sum(tally.true for tally in tallies.values()) >= 1
    assert all(tally.false == tally.missed == 0 for tally in tallies.values()), tallies


def test_what_is_measured_was_never_trained_on() -> None:
    seeds = {run.camera.seed for run in [*incident_runs(10), *fault_runs(10), *quiet_runs()]}
    assert not any(seed in TRAINING or seed in HELD_OUT for seed in seeds)
    assert all(seed in BENCH and seed >= BENCH.start + 750 for seed in seeds)  # before, rules were tuned


def test_no_film_replays_the_script_of_another() -> None:
    seeds = [run.camera.seed for run in [*incident_runs(10), *fault_runs(10), *quiet_runs()]]
    assert len(set(seeds)) == len(seeds)
    rain = [run.camera for run in incident_runs(2) if run.condition == "rain"]
    for view in VIEWS:
        assert {camera.light for camera in rain if camera.view == view} == {"day", "night"}


def test_nothing_happens_to_a_camera_while_what_is_usual_is_being_learned() -> None:
    runs = fault_runs(3)
    assert [run.condition for run in runs[:3]] == ["day", "night", "rain"]
    assert not any(script_of(run.camera).between(START, START + LEARNING_S) for run in runs)


def test_every_condition_is_measured_alike() -> None:
    runs = incident_runs(2)
    assert len(runs) == len(set(runs)) == 2 * 3 * len(VIEWS)
    night = {run.camera.light for run in runs if run.condition == "night"}
    assert night == {"night"}
    assert {run.camera.weather for run in runs if run.condition == "rain"} == {"rain"}
    assert all(run.quiet for run in quiet_runs())
    assert sum(run.seconds for run in quiet_runs()) == 24 * 3600


@pytest.mark.parametrize("view", VIEWS)
def test_no_event_is_over_before_its_rule_can_find_it(view: View) -> None:
    camera = SimCamera(view, BENCH.start, events="all", every=60)
    dwells = dwells_of(config_of(camera)).items()
    assert all(dwell <= 0.3 * camera.every - 5 for (_, zone), dwell in dwells if zone != PLACE)
    assert all(dwell <= 0.3 * fault_runs(1)[0].camera.every - 5 for _, dwell in dwells)
