"""The hour of a camera's light."""

import itertools
import time
from typing import get_args

import pytest

from deploy.demo.plan import plan
from edge.sim.address import SimCamera, View
from edge.sim.light import HOURS, QUARTER_S, hour_of, light_of

NOON = time.mktime((2026, 6, 1, 12, 0, 0, 0, 0, -1))
DAY_S = 86_400
CAMERAS = [SimCamera(view, 7) for view in get_args(View)]


def changes(camera: SimCamera, start: float, seconds: int) -> list[int]:
    hours = [hour_of(camera, start + second) for second in range(seconds)]
    return [second for second, (before, after) in enumerate(itertools.pairwise(hours)) if before != after]


def test_by_the_clock_the_light_is_that_of_the_last_half_hour() -> None:
    for camera in CAMERAS:
        assert 11.5 <= hour_of(camera, NOON) <= 12.0


@pytest.mark.parametrize("seed", [1, 7, 10])
def test_cameras_change_their_light_one_after_the_other(seed: int) -> None:
    cameras = plan(list(get_args(View)), seed, len(CAMERAS), "auto", "clear")  # as the demo has them
    at = sorted(second for camera in cameras for second in changes(camera, NOON, int(QUARTER_S)))
    assert len(at) == len(cameras)  # each once a quarter
    assert min(after - before for before, after in itertools.pairwise(at)) >= 50


def test_a_night_has_one_light() -> None:
    nightfall = NOON + 7.5 * 3600
    assert not changes(CAMERAS[0], nightfall, 10 * 3600)
    assert light_of(hour_of(CAMERAS[0], nightfall), "clear").dark


def test_a_fixed_light_is_chosen_by_the_seed_alone() -> None:
    camera = SimCamera("kerb", 3, "night")
    hour = hour_of(camera, NOON)
    assert HOURS["night"][0] <= hour <= HOURS["night"][1]
    assert hour_of(camera, NOON + DAY_S / 2) == hour
