import pytest
from hypothesis import given
from hypothesis import strategies as st

from detect.incident import Box
from detect.stays.motion import FORGOTTEN_S, WINDOW_S, Way, Ways
from detect.stays.stay import Scene
from tests.detect.street import NOON, PLACE, moved, thing, times


def way_of(right: float, fps: float, seconds: float = 10.0, track: int | None = 1, box: Box = PLACE) -> Way | None:
    """Of a car that drives so many of its own widths a second to the right."""
    ways, car = Ways(), thing(box, track=track)
    for at in times(NOON, seconds, fps):
        car = thing(moved(box, right * (box[2] - box[0]) * (at - NOON)), track=track)
        ways.take(Scene(at, b"", [car]))
    return ways.of(car)


@given(st.floats(-3, 3), st.sampled_from([0.1, 1, 5, 25]), st.floats(0.05, 0.4))
def test_the_speed_is_in_own_sizes_at_any_rate_and_distance(speed: float, fps: float, size: float) -> None:
    way = way_of(speed, fps, 30, box=(0.1, 0.5 - size, 0.1 + size, 0.5))
    assert way
    assert way.speed == pytest.approx(abs(speed), abs=1e-6)
    assert way.seconds <= max(WINDOW_S + 1 / fps, 1 / fps)


def test_what_is_seen_once_or_not_followed_has_no_way() -> None:
    assert way_of(1, 1, seconds=0) is None
    assert way_of(1, 1, track=None) is None
    assert way_of(1, 25, seconds=0.5) is None


def test_a_track_that_was_lost_for_long_begins_anew() -> None:
    ways, car = Ways(), thing(track=1)
    ways.take(Scene(NOON, b"", [car]))
    ways.take(Scene(NOON + FORGOTTEN_S, b"", []))
    ways.take(Scene(NOON + FORGOTTEN_S + 1, b"", [car]))
    assert ways.of(car) is None
