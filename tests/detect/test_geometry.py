import pytest
from hypothesis import given
from hypothesis import strategies as st

from detect.geometry import Border, Region, area, covered, iou, overlap, union
from detect.incident import Box
from detect.values import Point

fractions = st.floats(0, 1)


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    left, right = sorted([draw(fractions), draw(fractions)])
    top, bottom = sorted([draw(fractions), draw(fractions)])
    return left, top, right, bottom


def test_a_box_stands_where_its_foot_is():
    region = Region([(0, 0.5), (1, 0.5), (1, 1), (0, 1)])
    assert region.holds((0.4, 0.1, 0.6, 0.6))  # most of it above, its foot within
    assert not region.holds((0.4, 0.1, 0.6, 0.45))
    assert not region.holds((0.9, 0.6, 1.5, 0.8))  # the middle of the foot counts, not a corner


@pytest.mark.parametrize(
    ("box", "touches"),
    [
        ((0.4, 0.1, 0.6, 0.6), True),  # smoke that rises from within
        ((0.3, 0.1, 0.48, 0.6), True),  # smoke that rises at its rim, wherever the middle of the box is
        ((0.2, 0.1, 0.45, 0.6), False),  # smoke beside it
        ((0.4, 0.1, 0.6, 0.45), False),  # above it
        ((0.0, 0.0, 1.0, 1.0), True),  # everything is under water
        ((0.3, 0.55, 0.45, 0.75), True),  # a puddle reaches well in, its middle beside
        ((0.1, 0.55, 0.45, 0.75), False),  # a corner only
        ((0.42, 0.55, 0.42, 0.55), True),  # a point
        ((0.1, 0.1, 0.1, 0.1), False),
    ],
)
def test_what_has_no_foot_is_where_much_of_its_base_or_of_itself_is(box: Box, touches: bool):
    region = Region([(0.4, 0.5), (0.6, 0.5), (0.6, 0.8), (0.4, 0.8)])
    assert region.touches(box) == touches


@given(st.lists(boxes(), min_size=1))
def test_a_union_holds_every_box_and_no_more(several: list[Box]):
    whole = union(several)
    assert all(overlap(box, whole) == area(box) for box in several)
    assert {side for box in several for side in box} >= set(whole)


def test_a_zone_need_not_be_convex():
    corner = Region([(0, 0), (1, 0), (1, 1), (0.8, 1), (0.8, 0.2), (0, 0.2)])
    assert corner.holds((0.85, 0.4, 0.95, 0.6))
    assert not corner.holds((0.3, 0.4, 0.5, 0.6))


def test_a_zone_tells_its_polygon_as_json_has_it():
    assert Region([(0, 0), (1, 0), (1, 1)]).polygon == [[0, 0], [1, 0], [1, 1]]


@pytest.mark.parametrize(
    ("a", "b", "shared"),
    [
        ((0, 0, 2, 2), (1, 1, 3, 3), 1 / 7),
        ((0, 0, 1, 1), (0, 0, 1, 1), 1),
        ((0, 0, 1, 1), (1, 0, 2, 1), 0),
        ((0, 0, 0, 0), (0, 0, 0, 0), 0),
    ],
)
def test_iou(a: Box, b: Box, shared: float):
    assert iou(a, b) == pytest.approx(shared)


def test_covered_is_the_share_of_the_first_box_only():
    small, large = (0.4, 0.4, 0.6, 0.6), (0.5, 0.0, 1.0, 1.0)
    assert covered(small, large) == pytest.approx(0.5)
    assert covered(large, small) == pytest.approx(0.04)
    assert covered((0.5, 0.5, 0.5, 0.5), large) == 0


@given(boxes(), boxes())
def test_measures_are_shares_and_agree(a: Box, b: Box):
    assert iou(a, b) == pytest.approx(iou(b, a))
    assert 0 <= iou(a, b) <= 1 + 1e-9
    assert iou(a, b) <= covered(a, b) + 1e-9
    assert overlap(a, b) <= min(area(a), area(b))


points = st.tuples(fractions, fractions)


@given(points, points)
def test_a_way_that_is_turned_round_crosses_a_border_the_other_way(begin: Point, end: Point) -> None:
    border = Border([(0.2, 0.9), (0.5, 0.4), (0.4, 0.2), (0.8, 0.1)])
    assert border.crossed(begin, end) == -border.crossed(end, begin)


@given(points, points, points)
def test_a_way_round_about_crosses_a_border_as_often_unless_it_goes_round_its_end(a: Point, b: Point, c: Point) -> None:
    border = Border([(-0.1, 0.5), (0.3, 0.8), (0.6, 0.3), (1.1, 0.5)])  # from one side of the picture to the other
    assert border.crossed(a, b) + border.crossed(b, c) == border.crossed(a, c)


def test_the_right_of_a_border_is_as_seen_along_it() -> None:
    up, down = Border([(0.5, 1), (0.5, 0)]), Border([(0.5, 0), (0.5, 1)])
    assert (up.crossed((0.4, 0.5), (0.6, 0.5)), down.crossed((0.4, 0.5), (0.6, 0.5))) == (1, -1)
    beside = (0.6, 0.3, 0.8, 0.5)
    assert (up.has_on_its_right(beside), down.has_on_its_right(beside)) == (True, False)


def test_how_far_a_border_is_is_told_in_sizes_of_the_box() -> None:
    border = Border([(0.5, 0.2), (0.5, 0.6)])
    assert border.away((0.6, 0.1, 0.8, 0.5)) == pytest.approx(1)  # a width beside it
    assert border.away((0.4, 0.6, 0.6, 1.0)) == pytest.approx(1)  # a height below its end
    assert border.away((0.5, 0.4, 0.5, 0.4)) < 1e-9  # a box of no size
