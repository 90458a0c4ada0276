"""The rules that look at how things move, or at who is beside them."""

from collections.abc import Callable

import pytest

from detect.model.detector import Detection
from tests.detect.street import NOON, Street, moved, thing, times

WHOLE = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]
CAR = (0.0, 0.4, 0.1, 0.5)
BAG, OWNER = (0.50, 0.56, 0.53, 0.60), (0.52, 0.40, 0.58, 0.60)

Position = Callable[[float], float]  # how far to the right, in cars, after so many seconds


def drive(street: Street, seconds: float, fps: float, *positions: Position) -> None:
    """So many cars, one behind the other."""
    for at in times(street.now, seconds, fps):
        street.show(at, *(thing(moved(CAR, 0.1 * go(at - NOON), 0.08 * n), track=n) for n, go in enumerate(positions)))
        street.now = at


class Road(Street):
    now = NOON

    def __init__(self, kind: str, **settings: object) -> None:
        super().__init__(kind=kind, zone=WHOLE, **settings)


def queue(speed: Position, cars: int = 5) -> list[Position]:
    return [speed] * cars


@pytest.mark.parametrize("fps", [1, 5])
def test_traffic_that_creeps_for_long_is_congestion_until_it_flows(fps: float) -> None:
    road = Road("congestion")
    drive(road, 240, fps, *queue(lambda s: 0.02 * s))
    (opened,) = [finding for finding in road.findings if finding.phase == "open"]
    assert opened.at - opened.began_at == pytest.approx(180, abs=1)
    assert opened.began_at - NOON == pytest.approx(1, abs=1)
    assert (opened.threshold["vehicles"], opened.observed["vehicles"]) == (5, 5)
    drive(road, 400, fps, *queue(lambda s: s % 9))
    assert road.phases[-1] == "clear"


def test_a_queue_at_a_light_is_none() -> None:
    road = Road("congestion")
    for _ in range(6):
        drive(road, 70, 2, *queue(lambda _: 1.0))
        drive(road, 30, 2, *queue(lambda s: s % 9))
    assert road.findings == []


def test_stop_and_go_is_congestion() -> None:
    road = Road("congestion")
    for _ in range(12):
        drive(road, 25, 2, *queue(lambda _: 1.0))
        drive(road, 5, 2, *queue(lambda s: s % 9))
    assert "open" in road.phases


@pytest.mark.parametrize(("cars", "speed"), [(4, 0.0), (9, 0.5)])
def test_few_or_swift_vehicles_are_none(cars: int, speed: float) -> None:
    road = Road("congestion")
    drive(road, 300, 2, *queue(lambda s: (speed * s) % 9, cars))
    assert road.findings == []


@pytest.mark.parametrize("fps", [2, 5, 25])
def test_who_drives_against_the_traffic_is_told_at_once(fps: float) -> None:
    road = Road("wrong_way", heading=270)
    drive(road, 8, fps, lambda s: s)
    (opened,) = road.findings
    assert opened.kind == "wrong_way"
    assert opened.at - NOON < 4
    drive(road, 20, fps)
    assert road.phases == ["open", "clear"]


@pytest.mark.parametrize(
    ("heading", "way"),
    [
        pytest.param(90, lambda s: s % 9, id="with the traffic"),
        pytest.param(0, lambda s: s % 9, id="across it"),
        pytest.param(270, lambda _: 1.0, id="standing"),
        pytest.param(270, lambda s: min(0.7, s), id="parking"),
        pytest.param(270, lambda s: 0.3 * (-1) ** round(5 * s), id="trembling"),
    ],
)
def test_who_drives_as_all_do_or_hardly_at_all_is_not(heading: float, way: Position) -> None:
    road = Road("wrong_way", heading=heading)
    drive(road, 8.5, 5, way)
    assert road.findings == []


def bag(*others: Detection) -> list[Detection]:
    return [thing(BAG, label="suitcase"), *others]


def test_a_bag_is_abandoned_once_its_owner_has_left() -> None:
    street = Road("abandoned_object")
    street.play(times(NOON, 300, 1), *bag(thing(OWNER, label="person")))
    assert street.findings == []
    street.play(times(NOON + 301, 60, 1), *bag())
    street.play(times(NOON + 362, 2, 1), *bag(thing(OWNER, label="person")))  # somebody passes by
    street.play(times(NOON + 365, 60, 1), *bag(thing(moved(OWNER, -0.4), label="person")))
    (opened,) = street.findings
    assert (opened.phase, opened.severity, opened.began_at) == ("open", "major", NOON + 301)
    street.play(times(NOON + 430, 10, 1), *bag(thing(OWNER, label="person")))
    assert street.phases == ["open", "clear"]


def test_a_person_on_the_other_side_of_the_street_is_not_beside_it() -> None:
    street = Road("abandoned_object")
    street.play(times(NOON, 130, 1), *bag(thing((0.52, 0.20, 0.55, 0.30), label="person")))
    assert street.phases == ["open"]
