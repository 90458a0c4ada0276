"""Who waits in a queue is not parked; who stays when it moves on is."""

import pytest

from detect.stays.queue import waits_with
from detect.stays.stay import Sighting, Stay
from tests.detect.street import NOON, PLACE, Street, moved, thing, times

AHEAD, BEHIND = thing(moved(PLACE, 0.0, -0.06)), thing(moved(PLACE, 0.0, 0.14))


@pytest.mark.parametrize("fps", [0.5, 2, 25])
def test_a_queue_at_a_light_is_not_parked(fps: float) -> None:
    street = Street(dwell=20)
    for red in range(4):
        street.play(times(NOON + red * 120, 80, fps), AHEAD, BEHIND)
        street.play(times(NOON + red * 120 + 81, 38, fps))
    assert street.findings == []


def test_who_stays_when_the_queue_moves_on_is() -> None:
    street = Street(dwell=20)
    street.play(times(NOON, 60, 2), AHEAD, BEHIND)
    assert street.findings == []
    street.play(times(NOON + 60.5, 10, 2), BEHIND)
    (opened,) = street.findings
    assert (opened.phase, opened.began_at) == ("open", NOON)
    assert opened.at - NOON <= 65


def test_no_queue_waits_for_ever() -> None:
    street = Street(dwell=20, queue=120)
    street.play(times(NOON, 200, 2), AHEAD, BEHIND)
    assert [(finding.phase, finding.at - NOON) for finding in street.findings if finding.phase == "open"] == [
        ("open", 120)
    ] * 2


def test_where_nobody_queues_the_dwell_is_all_that_counts() -> None:
    street = Street(dwell=20, queue=0)
    street.play(times(NOON, 21, 2), AHEAD, BEHIND)
    assert street.phases == ["open", "open"]


@pytest.mark.parametrize(
    ("right", "down", "later_s", "waits"),
    [
        pytest.param(0.0, 0.14, 0, True, id="behind it"),
        pytest.param(0.0, 0.14, -59, True, id="ahead of it, and there before"),
        pytest.param(0.25, 0.0, 59, True, id="in the next lane"),
        pytest.param(0.0, 0.14, 61, False, id="long after it"),
        pytest.param(0.0, 0.41, 0, False, id="far from it"),
        pytest.param(0.41, 0.0, 0, False, id="far aside"),
    ],
)
def test_those_near_it_that_came_when_it_did_wait_with_it(
    right: float, down: float, later_s: float, waits: bool
) -> None:
    stay = Stay.begin(Sighting(NOON, b"", (thing(),), PLACE, 0.8))
    place = moved(PLACE, right, down)
    other = Stay.begin(Sighting(NOON + later_s, b"", (thing(place),), place, 0.8))
    assert waits_with(stay, [stay, other], 60) is waits
    assert not waits_with(stay, [stay], 60)
