"""Who waits in a queue is not parked; who stays when it moves on is."""

import pytest

from detect.incident import Box
from detect.stays.queue import STOOD_S, TOGETHER_S, waits_with
from detect.stays.stay import Sighting, Stay
from tests.detect.street import NOON, PLACE, Street, moved, thing, times

AHEAD, BEHIND = thing(moved(PLACE, 0.0, -0.06)), thing(moved(PLACE, 0.0, 0.14))


def stay(box: Box = PLACE, began: float = 0.0, stood: float = 10.0) -> Stay:
    begun = Stay.begin(Sighting(NOON + began, b"", (thing(box),), box, 0.8))
    begun.see(Sighting(NOON + began + stood, b"", (thing(box),), box, 0.8), stood)
    return begun


@pytest.mark.parametrize("fps", [0.5, 2, 25])
def test_a_queue_at_a_light_is_not_parked(fps: float) -> None:
    street = Street(dwell=20)
    for red in range(4):
        street.play(times(NOON + red * 120, 80, fps), AHEAD, BEHIND)
        street.play(times(NOON + red * 120 + 81, 38, fps))
    assert street.findings == []


BUS = thing(moved(PLACE, 0.0, 0.14), label="bus")
ASIDE = thing(moved(PLACE, 0.28), label="bus")  # in the next lane, where the zone does not reach


@pytest.mark.parametrize("objects", [("car", "bus"), ("car",)])
def test_a_queue_may_be_of_more_than_the_rule_looks_for(objects: tuple[str, ...]) -> None:
    street = Street(dwell=20, objects=objects)
    street.play(times(NOON, 60, 2), AHEAD, BUS)
    assert street.findings == []
    street.play(times(NOON + 60.5, 10, 2), AHEAD)
    assert street.phases == ["open"]


def test_what_stands_in_the_next_lane_beyond_the_zone_excuses_nobody_at_the_kerb() -> None:
    street = Street(dwell=20)
    street.play(times(NOON, 21, 2), thing(), ASIDE)
    assert street.phases == ["open"]


def test_what_no_rule_looks_for_is_told_of_by_nobody() -> None:
    street = Street(dwell=20, objects=("car",), queue=0)
    street.play(times(NOON, 600, 2), BUS)
    assert street.findings == []
    assert not street.rule.is_under_way


def test_a_restart_forgets_nobody_who_waits_there() -> None:
    street = Street(dwell=90, objects=("car",))
    street.play(times(NOON, 80, 2), AHEAD, BUS)
    assert [stay.first.jpeg for stay in street.rule.memory().beside] == [b""]
    again = Street(dwell=90, objects=("car",))
    again.rule.resume(street.rule.memory())
    again.play(times(NOON + 80.5, 30, 2), AHEAD, BUS)
    assert again.findings == []


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
    opened = [finding.at - NOON for finding in street.findings if finding.phase == "open"]
    assert opened == [120, 120]


def test_where_nobody_queues_the_dwell_is_all_that_counts() -> None:
    street = Street(dwell=20, queue=0)
    street.play(times(NOON, 21, 2), AHEAD, BEHIND)
    assert street.phases == ["open", "open"]


def test_what_is_known_to_be_parked_excuses_nobody() -> None:
    street = Street(dwell=20)
    street.play(times(NOON, 30, 2), AHEAD)
    street.play(times(NOON + 30.5, 25, 2), AHEAD, BEHIND)
    assert [finding.began_at - NOON for finding in street.findings if finding.phase == "open"] == [0, 30.5]


@pytest.mark.parametrize(
    ("other", "waits"),
    [
        pytest.param(stay(moved(PLACE, 0.0, 0.14)), True, id="behind it"),
        pytest.param(stay(moved(PLACE, 0.0, 0.08)), True, id="half hidden behind it, as from a pole"),
        pytest.param(stay(moved(PLACE, 0.25, 0.0)), True, id="in the next lane"),
        pytest.param(stay(moved(PLACE, 0.0, 0.14), 1 - TOGETHER_S, 80), True, id="there before"),
        pytest.param(stay(moved(PLACE, 0.0, 0.14), TOGETHER_S + 1), False, id="long after it"),
        pytest.param(stay(moved(PLACE, 0.0, 0.14), stood=STOOD_S - 1), False, id="passes"),
        pytest.param(stay(moved(PLACE, 0.0, 0.51)), False, id="far from it"),
        pytest.param(stay(moved(PLACE, 0.51, 0.0)), False, id="far aside"),
        pytest.param(stay((0.54, 0.4, 0.6, 0.46)), False, id="far behind, and small"),
        pytest.param(stay(moved(PLACE, 0.02, 0.04)), False, id="the same, seen twice"),
        pytest.param(stay((0.5, 0.62, 0.6, 0.66)), False, id="beside it, and small"),
    ],
)
def test_those_near_it_that_came_when_it_did_wait_with_it(other: Stay, waits: bool) -> None:
    one = stay()
    assert waits_with(one, [one, other]) is waits
    assert not waits_with(one, [one])


def test_what_the_pictures_edge_cuts_off_is_longer_than_it_looks() -> None:
    nearest, cut = stay((0.6, 0.65, 0.9, 0.93)), stay((0.65, 0.94, 0.85, 1.0))
    assert waits_with(nearest, [nearest, cut])
    whole = stay((0.65, 0.92, 0.85, 0.98))
    assert not waits_with(nearest, [nearest, whole])
