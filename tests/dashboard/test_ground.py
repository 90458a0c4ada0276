import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.ground import Ground

SQUARE = [[104.0, 31.0], [104.2, 31.0], [104.2, 31.2], [104.0, 31.2]]
EAST = [[104.1, 30.0], [105.0, 30.0], [105.0, 32.0], [104.1, 32.0]]
CORNER = [[104.0, 31.0], [104.2, 31.0], [104.0, 31.2]]

places = st.tuples(st.floats(103.9, 104.3), st.floats(30.9, 31.3)) | st.none()


@pytest.mark.parametrize(
    ("outlines", "place", "is_within"),
    [
        ([], (0, 0), True),
        ([None, None], None, True),
        ([SQUARE], (104.1, 31.1), True),
        ([SQUARE], (104.0, 31.1), True),
        ([SQUARE], (104.3, 31.1), False),
        ([SQUARE], None, False),
        ([CORNER], (104.15, 31.15), False),
        ([SQUARE, EAST], (104.15, 31.1), True),
        ([SQUARE, EAST], (104.05, 31.1), False),
        ([[[0.0, 0.0]] * 4], (104.1, 31.1), False),
    ],
)
def test_what_lies_within_every_outline_is_shown(outlines, place, is_within):
    assert [*Ground(*outlines).holds([place])] == [is_within]


def test_of_no_places_none_is_within():
    assert [*Ground(SQUARE).holds([])] == []


def test_all_of_it_has_no_bounds():
    assert set(Ground(None).bounds().values()) == {None}


@given(st.lists(places, min_size=1))
def test_nothing_within_lies_beyond_the_bounds(where):
    ground = Ground(CORNER, EAST)
    west, south, east, north = ground.bounds().values()
    assert not any(map(math.isnan, (west, south, east, north)))
    for place, is_within in zip(where, ground.holds(where), strict=True):
        if is_within:
            assert west <= place[0] <= east
            assert south <= place[1] <= north
