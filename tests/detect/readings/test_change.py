from hypothesis import given
from hypothesis import strategies as st

from detect.readings.change import Window


@given(st.lists(st.tuples(st.floats(-10, 10), st.floats(0.1, 30)), min_size=1), st.floats(1, 100))
def test_it_is_what_the_values_of_the_last_while_say(steps: list[tuple[float, float]], within_s: float):
    window, seen, at = Window(within_s), [], 0.0
    for value, gap in steps:
        at += gap
        seen.append((at, value))
        window.take(value, at)
        last = [value for then, value in seen if at - then <= within_s]
        assert window.rise == value - min(last)
        assert window.change == max(value - min(last), max(last) - value)
