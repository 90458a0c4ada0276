import random
from itertools import pairwise
from statistics import mean

import pytest

from deploy.demo.plan import LEAST_S, begins_of, plan
from deploy.demo.town import load_town
from edge.sim.script import INNOCENT, script_of

VIEWS = [spot.view for spot in load_town().cameras]
HOUR = 3600.0
DICE = random.Random(8)
COMINGS = [(DICE.randrange(1_000_000), DICE.uniform(0, 4e9)) for _ in range(60)]  # a town's seed, when somebody comes


@pytest.mark.parametrize(("seed", "start"), COMINGS[:20])
def test_something_begins_about_every_twenty_seconds_at_any_time(seed: int, start: float) -> None:
    moments = sorted(at for camera in plan(VIEWS, seed, 8) for at in begins_of(camera, start, start + HOUR))
    gaps = [after - before for before, after in pairwise(moments)]
    assert 15 < mean(gaps) < 25
    assert sum(gap > 60 for gap in gaps) < len(gaps) / 20


def test_nearly_everybody_who_comes_sees_something_within_the_first_minute() -> None:
    """Chance may have it otherwise, once in some thousand times: residents report within that minute as well."""
    assert sum(map(sees_something, *zip(*COMINGS, strict=True))) >= len(COMINGS) - 1


def sees_something(seed: int, start: float) -> bool:
    under_way = [event for camera in plan(VIEWS, seed, 8) for event in script_of(camera).between(start, start + 45)]
    return any(event.end - max(start, event.begin) > 15 for event in under_way if event.kind not in INNOCENT)


@pytest.mark.parametrize("count", [1, 2, 3, 8, 9, 20])
def test_there_are_as_many_cameras_as_asked_for_each_unlike_the_others(count: int) -> None:
    cameras = plan(VIEWS, 7, count)
    assert [camera.view for camera in cameras] == [VIEWS[number % 8] for number in range(count)]
    assert len({(camera.view, camera.seed) for camera in cameras}) == count
    assert all(camera.every >= LEAST_S for camera in cameras)


def test_a_seed_gives_one_plan_in_any_light() -> None:
    day, night = plan(VIEWS, 3, 8, "day"), plan(VIEWS, 3, 8, "night", "rain")
    assert [camera.seed for camera in day] == [camera.seed for camera in night]
    assert {(camera.light, camera.weather) for camera in night} == {("night", "rain")}
    assert [camera.seed for camera in day] != [camera.seed for camera in plan(VIEWS, 4, 8)]
