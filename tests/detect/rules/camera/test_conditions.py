"""What each rule on a condition finds by itself: what makes it so, where, and for how long."""

import pytest

from detect.incident import Box
from tests.detect.street import NOON, PLACE, Street, moved, thing, times

BESIDE = moved(PLACE, -0.4)
RISING = (0.4, 0.0, 0.9, 0.5)  # smoke that hides KERB's upper half, drifting off its source
EVERYWHERE = (0.0, 0.3, 1.0, 1.0)


@pytest.mark.parametrize("fps", [2, 10])
@pytest.mark.parametrize(
    ("kind", "label", "for_s"), [("fire", "fire", 4), ("smoke", "smoke", 5), ("flood", "water", 10)]
)
def test_without_settings_a_rule_knows_what_is_a_danger(kind: str, label: str, for_s: float, fps: float):
    street = Street(kind=kind)
    street.play(times(NOON, for_s - 0.5, fps), thing(label=label))
    assert street.findings == []
    street.play(times(NOON + for_s, 5, fps), thing(label=label))
    assert (street.findings[0].kind, street.findings[0].severity) == (kind, "critical")
    others = Street(kind=kind)
    others.play(times(NOON, 60, fps), *(thing(label=other) for other in ("car", "person", "debris")))
    assert others.findings == []


@pytest.mark.parametrize(
    ("box", "there"),
    [(PLACE, True), (RISING, True), (EVERYWHERE, True), (BESIDE, False), ((0.8, 0.4, 1.0, 0.6), False)],
)
def test_what_spreads_is_there_when_it_covers_much_of_the_zone_or_lies_in_it(box: Box, there: bool):
    street = Street(kind="smoke")
    street.play(times(NOON, 10, fps=2), thing(box, label="smoke"))
    assert bool(street.findings) == there


def people(number: int) -> list[Box]:
    """Side by side, their feet in KERB."""
    return [(0.5 + 0.0115 * place, 0.3, 0.53 + 0.0115 * place, 0.6) for place in range(number)]


@pytest.mark.parametrize(("number", "crowded"), [(9, False), (10, True), (30, True)])
def test_ten_make_a_crowd(number: int, crowded: bool):
    street = Street(kind="crowd")
    street.play(times(NOON, 25, fps=2), *(thing(box, label="person") for box in people(number)))
    assert bool(street.findings) == crowded
    for finding in street.findings:
        assert (finding.severity, finding.at) == ("major", NOON + 20)
        assert (finding.threshold["count"], finding.observed["count"]) == (10, number)


def test_people_who_only_pass_beside_are_no_crowd():
    street = Street(kind="crowd", count=3)
    near = [thing(moved(box, -0.4), label="person") for box in people(5)]
    street.play(times(NOON, 60, fps=2), *near, *(thing(box, label="person") for box in people(2)))
    assert street.findings == []


def test_several_persons_in_a_row_are_one_intrusion():
    street = Street(kind="intrusion")
    for number, at in enumerate(times(NOON, 30, fps=2)):
        street.show(at, thing(people(20)[number // 4], label="person", track=number // 4))
    assert street.phases == ["open", "update"]
    assert (street.findings[0].at, street.findings[0].severity) == (NOON + 3, "major")


def test_who_crosses_a_corner_or_comes_at_another_hour_is_no_intruder():
    street = Street(kind="intrusion", hours="22:00-06:00")
    street.play(times(NOON, 30, fps=2), thing(label="person"))
    assert street.findings == []
    street = Street(kind="intrusion")
    street.play(times(NOON, 2, fps=2), thing(label="person"))
    street.play(times(NOON + 2.5, 30, fps=2), thing(BESIDE, label="person"))
    assert street.findings == []


def test_others_than_people_may_be_intruders_or_a_crowd():
    cars = [thing(), thing(moved(PLACE, 0.1))]
    for street in (Street(kind="intrusion", objects=["car"]), Street(kind="crowd", objects=["car", "bus"], count=2)):
        street.play(times(NOON, 30, fps=2), thing(label="person"), thing(moved(PLACE, 0.1), label="person"))
        assert street.findings == []
        street.play(times(NOON + 30.5, 30, fps=2), *cars)
        assert street.phases[0] == "open"
        assert {one.label for one in street.findings[0].objects} == {"car"}
