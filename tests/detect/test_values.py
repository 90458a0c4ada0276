import random
from datetime import datetime, time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from detect.values import Hours, Point, Seconds, Spans, parse_hours, within

seconds, hours, point, several = (TypeAdapter[object](one) for one in (Seconds, Hours, Point, Spans))
DAY = [datetime(2025, 6, 16, minute // 60, minute % 60) for minute in range(24 * 60)]  # noqa: DTZ001 - a time of day


@pytest.mark.parametrize(
    ("text", "value"),
    [("250ms", 0.25), ("5s", 5), ("1.5 m", 90), ("10min", 600), (" 2h ", 7200), ("7d", 604_800), (5, 5), ("8", 8)],
)
def test_durations(text: object, value: float):
    assert seconds.validate_python(text) == pytest.approx(value)


@pytest.mark.parametrize("text", ["5 weeks", "fast", "-5s", "1.2.3s", "366d", -1, float("nan"), "nan", None, "5s 3m"])
def test_what_is_no_duration_is_refused(text: object):
    with pytest.raises(ValidationError):
        seconds.validate_python(text)


def test_a_wrong_unit_is_told_what_to_write():
    with pytest.raises(ValidationError, match="'5 weeks' is not a duration: write 5s, 10m, 2h or 7d"):
        seconds.validate_python("5 weeks")


@pytest.mark.parametrize("value", [(-0.1, 0), (0, 1.1), (float("nan"), 0), (0.5,)])
def test_points_are_fractions(value: object):
    with pytest.raises(ValidationError):
        point.validate_python(value)


@pytest.mark.parametrize("text", ["7-19", "07:00", "07:00-25:00", "07:60-08:00", "24:01-24:02", "a-b", "07:00-19:00-"])
def test_what_is_no_span_of_hours_is_refused(text: str):
    with pytest.raises(ValidationError):
        hours.validate_python(text)


@pytest.mark.parametrize("text", ["00:00-00:00", "07:00-07:00", "24:00-24:00", "24:00-00:00"])
def test_a_span_without_length_is_refused_with_how_to_write_the_whole_day(text: str):
    with pytest.raises(ValidationError, match="the whole day is 00:00-24:00"):
        hours.validate_python(text)


def test_a_span_is_read_in_minutes():
    assert parse_hours("07:30 - 19:00") == (450, 1140)


@given(st.times(), st.times(), st.sampled_from(DAY))
def test_a_span_and_the_span_back_divide_the_day(a: time, b: time, now: datetime):
    span, back = f"{a:%H:%M}-{b:%H:%M}", f"{b:%H:%M}-{a:%H:%M}"
    if f"{a:%H:%M}" != f"{b:%H:%M}":
        assert within(span, now) != within(back, now)


@pytest.mark.parametrize(
    ("span", "minutes"), [("00:00-24:00", 1440), ("07:00-19:00", 720), ("22:00-06:00", 480), ("23:59-00:00", 1)]
)
def test_a_span_holds_as_many_minutes_as_it_says(span: str, minutes: int):
    assert sum(within(span, now) for now in DAY) == minutes


def test_the_end_of_a_span_is_not_in_it():
    assert within("07:00-19:00", DAY[7 * 60])
    assert not within("07:00-19:00", DAY[19 * 60])


@pytest.mark.parametrize("text", ["", "07:00-09:00,", ",", "07:00-09:00;17:00-19:00", "07:00-09:00,17:00-17:00"])
def test_several_spans_are_each_a_span(text: str):
    with pytest.raises(ValidationError):
        several.validate_python(text)


def test_one_span_is_not_several():
    assert several.validate_python("07:00-09:00, 17:00-19:00") == "07:00-09:00, 17:00-19:00"
    with pytest.raises(ValidationError):
        hours.validate_python("07:00-09:00,17:00-19:00")


ENDS = st.lists(st.integers(0, 24 * 60 - 1), min_size=2, max_size=8, unique=True)


def clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


@given(ENDS, st.sampled_from(DAY), st.randoms(use_true_random=False))
def test_several_spans_hold_what_any_of_them_holds_in_any_order(ends: list[int], now: datetime, dice: random.Random):
    spans = [f"{clock(begin)}-{clock(end)}" for begin, end in pairwise(ends)]  # some over midnight, some overlap
    held = any(within(span, now) for span in spans)
    dice.shuffle(spans)
    assert within(",".join(spans), now) == held


@given(ENDS.filter(lambda ends: len(ends) % 2 == 0), st.sampled_from(DAY))
def test_spans_and_what_lies_between_them_divide_the_day(ends: list[int], now: datetime):
    marks = [clock(minute) for minute in sorted(ends)]
    spans = ",".join(f"{begin}-{end}" for begin, end in zip(marks[::2], marks[1::2], strict=True))
    between = ",".join(
        f"{begin}-{end}" for begin, end in zip(marks[1::2], [*marks[2::2], marks[0]], strict=True)
    )  # the last of these goes over midnight
    assert within(spans, now) != within(between, now)
