import pytest
from hypothesis import given
from hypothesis import strategies as st

from detect.geometry import Region, area, covered, iou, overlap
from detect.incident import Box

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
