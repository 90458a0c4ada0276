from itertools import pairwise

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detect.model.detector import Detection
from detect.stays.crossing import CLEAR, LOST_S, QUIET_S
from detect.stays.memory import LastingMemory
from tests.detect.street import NOON, UPWARDS, Gate, thing, times

WIDTH = 0.1
FAR = CLEAR * WIDTH  # clear of the line
paths = st.lists(st.integers(10, 89).map(lambda x: (x + 0.5) / 100), min_size=2, max_size=40)
RATES = pytest.mark.parametrize("fps", [1, 5, 25])


def walker(x: float, y: float = 0.5, track: int = 1, score: float = 0.8, label: str = "person") -> Detection:
    return thing((x - WIDTH / 2, y - 0.3, x + WIDTH / 2, y), score, label, track)


def walk(gate: Gate, path: list[float], begin: float = NOON, fps: float = 5, **of: float | str) -> None:
    for number, x in enumerate(path):
        gate.show(begin + number / fps, walker(x, **of))  # type: ignore[arg-type]


def across(*, seconds: float = 2, fps: float = 5, left: float = 0.3, right: float = 0.7) -> list[float]:
    steps = max(3, int(seconds * fps))
    return [left + (right - left) * step / steps for step in range(steps + 1)]


def crossings(gate: Gate) -> float:
    """All that it ever told of; what is open clears after a long silence."""
    gate.show(NOON + 3600)
    return sum(one.observed["crossings"] for one in gate.findings if one.phase == "clear")


@RATES
def test_whoever_walks_over_the_line_is_told_of_at_once_and_it_clears(fps: float) -> None:
    gate = Gate()
    path = across(seconds=4, fps=fps)
    walk(gate, path, fps=fps)
    (opened,) = gate.findings
    over = next(number for number, x in enumerate(path) if x >= 0.5 + FAR)
    assert opened.began_at == opened.at <= NOON + over / fps + max(1 / fps, 0.21)
    assert (opened.threshold, opened.observed) == ({"crossings": 1, "score": 0.35}, {"crossings": 1, "score": 0.8})
    assert [one.label for one in opened.objects] == ["person"]
    assert [picture.role for picture in opened.pictures] == ["first", "best"]
    gate.play(times(NOON + 5, 20, fps))
    assert gate.phases == ["open", "clear"]
    assert opened.at + QUIET_S < gate.findings[-1].at < opened.at + QUIET_S + 3


def test_several_one_after_the_other_are_one_incident_that_counts_them() -> None:
    gate = Gate()
    for number in range(4):
        walk(gate, across(), NOON + 5 * number, track=number)
    gate.play(times(NOON + 25, 10, 5))
    assert set(gate.phases) == {"open", "update", "clear"}
    assert gate.phases.count("open") == 1
    assert gate.findings[-1].observed["crossings"] == 4


@given(paths)
def test_it_tells_of_every_crossing_and_no_other(path: list[float]) -> None:
    """A path that ends where it began crosses evenly; what only comes near the line has not crossed it."""
    gate = Gate()
    walk(gate, [x for x in path for _ in range(2)])  # on two looks each, so that it is sure
    sides = [x > 0.5 for x in path if abs(x - 0.5) >= FAR]
    changes = sum(before != after for before, after in pairwise(sides))
    assert crossings(gate) == changes
    assert changes % 2 == (bool(sides) and sides[0] != sides[-1])


@given(paths)
def test_the_same_path_seen_in_a_mirror_goes_the_other_way(path: list[float]) -> None:
    there, back = Gate("wrong_way", objects=["person"]), Gate("wrong_way", UPWARDS[::-1], objects=["person"])
    mirrored, either = Gate("wrong_way", objects=["person"]), Gate()
    for gate, xs in ((there, path), (back, path), (either, path), (mirrored, [1 - x for x in path])):
        walk(gate, xs)
    assert crossings(back) == crossings(mirrored)
    assert abs(crossings(there) - crossings(back)) <= 1
    assert crossings(there) + crossings(back) == crossings(either)


@given(st.lists(st.floats(0.5 - CLEAR * WIDTH * 0.99, 0.5 + CLEAR * WIDTH * 0.99), max_size=60))
def test_a_box_that_trembles_on_the_line_crosses_it_once_at_most(trembling: list[float]) -> None:
    gate = Gate()
    walk(gate, [0.3, *trembling, 0.7, 0.7])
    assert crossings(gate) == 1
    stays = Gate()
    walk(stays, [0.3, *trembling, 0.3, 0.3])
    assert stays.findings == []


@given(st.lists(st.tuples(st.floats(0.1, 0.9), st.integers(1, 10**6)), max_size=40, unique_by=lambda one: one[1]))
def test_new_tracks_invent_no_crossing(seen: list[tuple[float, int]]) -> None:
    gate = Gate()
    for number, (x, track) in enumerate(seen):
        walk(gate, [x, x], NOON + number, track=track)
    assert gate.findings == []


def test_a_track_that_was_lost_may_be_another_thing_s() -> None:
    gate = Gate()
    walk(gate, [0.3, 0.4])
    walk(gate, [0.6, 0.7, 0.7], NOON + 0.2 + LOST_S + 0.1)
    assert gate.findings == []
    walk(gate, [0.4, 0.3, 0.3], NOON + 3.2)
    assert gate.phases == ["open"]


def test_one_glance_beyond_is_no_crossing() -> None:
    gate = Gate()
    walk(gate, [0.3, 0.4, 0.7, 0.4, 0.3, 0.3])
    assert gate.findings == []
    gate.show(NOON + 2, walker(0.7))
    for at in times(NOON + 2.04, 0.12, 25):  # a look that is shown again is no other one
        gate.show(at, walker(0.7))
    assert gate.findings == []


def test_who_goes_round_its_end_has_not_crossed_it() -> None:
    gate = Gate(points=[(0.5, 0.0), (0.5, 0.4)])
    for number, (x, y) in enumerate([(0.3, 0.35), (0.4, 0.6), (0.6, 0.6), (0.7, 0.35), (0.7, 0.35)]):
        gate.show(NOON + number, walker(x, y))
    assert gate.findings == []


@given(st.floats(0.05, 0.95), st.floats(0.05, 0.95))
def test_no_way_slips_through_a_bend(begin: float, end: float) -> None:
    gate = Gate(points=[(0.5, 1.0), (0.6, 0.5), (0.4, 0.5), (0.5, 0.0)])
    for number, (x, y) in enumerate([(0.1, begin), (0.1, begin), (0.9, end), (0.9, end)]):
        gate.show(NOON + number, walker(x, y))
    assert crossings(gate) == 1


def test_only_what_is_looked_for_and_surely_seen_counts() -> None:
    for of in ({"label": "car"}, {"score": 0.3}):
        gate = Gate()
        walk(gate, across(), **of)  # type: ignore[arg-type]
        assert gate.findings == []
    lucky = Gate()
    for number, x in enumerate(across()):
        lucky.show(NOON + number / 5, walker(x, score=0.9 if number % 3 == 0 else 0.2))
    assert lucky.findings == []
    cars = Gate(objects=["car"])
    walk(cars, across(), label="car")
    assert cars.phases == ["open"]


def test_it_is_told_within_its_hours_only() -> None:
    gate = Gate(hours="07:00-12:00,12:01-13:00")
    walk(gate, across())
    assert gate.findings == []
    walk(gate, across(), NOON + 60)
    assert gate.phases == ["open"]


def test_what_nobody_looks_at_any_more_clears() -> None:
    gate = Gate()
    walk(gate, across())
    assert [finding.phase for finding in gate.rule.close(NOON + 9)] == ["clear"]


def test_a_restart_goes_on_with_what_is_open_and_invents_nothing() -> None:
    before, after = Gate(), Gate()
    walk(before, across())
    (opened,) = before.findings
    memory = msgspec.msgpack.decode(msgspec.msgpack.encode(before.rule.memory()), type=LastingMemory)
    after.rule.resume(memory)
    walk(after, [0.2, 0.2], NOON + 4)  # the same number, another's
    walk(after, across(), NOON + 5, track=7)
    after.play(times(NOON + 10, 20, 5))
    assert {one.id for one in after.findings} == {opened.id}
    assert after.findings[-1].phase == "clear"
    assert after.findings[-1].observed["crossings"] == 2


def test_a_camera_that_was_off_ends_it() -> None:
    gate = Gate()
    walk(gate, across())
    gate.show(NOON + 600)
    assert gate.phases == ["open", "clear"]
