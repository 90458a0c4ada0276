"""Values as people write them in a site file: durations, hours of the day, points of a picture."""

import re
from datetime import datetime
from functools import cache
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86400.0}
DAY_MIN = 24 * 60
WHOLE_DAY = "00:00-24:00"


def _seconds(value: object) -> object:
    match = re.fullmatch(r"\s*([\d.]+)\s*([a-z]+)\s*", value) if isinstance(value, str) else None
    if not match:
        return value
    if match[2] not in UNITS:
        raise ValueError(f"{value!r} is not a duration: write 5s, 10m, 2h or 7d")
    return float(match[1]) * UNITS[match[2]]


Seconds = Annotated[float, BeforeValidator(_seconds), Field(ge=0, le=365 * 86400)]
Fraction = Annotated[float, Field(ge=0, le=1)]
Point = tuple[Fraction, Fraction]


def _minutes(text: str) -> int:
    match = re.fullmatch(r"(\d\d):(\d\d)", text)
    minutes = int(match[1]) * 60 + int(match[2]) if match and int(match[2]) < 60 else -1  # noqa: PLR2004 - minutes
    if not 0 <= minutes <= DAY_MIN:
        raise ValueError(f"{text!r} is not a time of day between 00:00 and 24:00")
    return minutes


def parse_hours(text: str) -> tuple[int, int]:
    """`HH:MM-HH:MM` as minutes of the day; a span such as 22:00-06:00 goes over midnight."""
    begin, dash, end = text.partition("-")
    if not dash:
        raise ValueError(f"{text!r} is not a span of hours: write 07:00-19:00")
    first, last = _minutes(begin.strip()), _minutes(end.strip())
    if first % DAY_MIN == last % DAY_MIN and first >= last:
        raise ValueError(f"{text!r} has no length: the whole day is 00:00-24:00")
    return first, last


def _check_hours(text: str) -> str:
    parse_hours(text)
    return text


@cache
def parse_spans(text: str) -> list[tuple[int, int]]:
    """One span or several, separated by commas; they may overlap, and come in any order."""
    return [parse_hours(span) for span in text.split(",")]


def _check_spans(text: str) -> str:
    parse_spans(text)
    return text


Hours = Annotated[str, AfterValidator(_check_hours)]
Spans = Annotated[str, AfterValidator(_check_spans)]


def within(spans: str, moment: datetime) -> bool:
    """Whether a local time of day lies in one of the spans, its end excluded."""
    now = moment.hour * 60 + moment.minute
    return any(begin <= now < end if begin <= end else now >= begin or now < end for begin, end in parse_spans(spans))
