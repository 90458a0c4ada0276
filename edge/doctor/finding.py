"""One thing that was looked at."""

from enum import StrEnum
from typing import NamedTuple


class Grade(StrEnum):
    """`WARN`: it works, but will not for long, or not as well as it could."""

    WELL = "well"
    WARN = "warn"
    BROKEN = "broken"


class Finding(NamedTuple):
    """`what` names the sentence in words.py that tells it, with `facts` in its places; `of` is whose, a device's id."""

    part: str
    grade: Grade
    what: str
    facts: dict[str, str | float] = {}  # noqa: RUF012 - nobody writes to it
    of: str = ""
