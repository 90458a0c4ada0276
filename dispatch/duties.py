"""The duty list (事项清单): whose job a matter is, how grave, and how soon it must be done. Pure."""

import csv
import io
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from detect.incident import Severity
from detect.values import Seconds
from dispatch.ledger import Clock

SHIPPED = Path(__file__).with_name("duties.csv")
OTHER = "other"  # what stands for a matter that the list lacks

Limit = Annotated[Seconds, Field(gt=0)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00]*$")]


class Matter(BaseModel):
    """One entry. `first` goes there first; `auto` is whether it may be dispatched unconfirmed.

    `sort` is Nanchuan's: public (大事, departments are whistled for), shared (小事, the compound settles it) or private
    (私事, neighbours help). Limits are seconds from receipt, counted by the `calendar`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
    zh: Text
    en: Text
    class_zh: Text
    class_en: Text
    subclass_zh: Text
    subclass_en: Text
    department: Text
    first: Literal["worker", "department"]
    accept: Limit
    handle: Limit
    close: Limit
    calendar: Literal["always", "working"]
    severity: Severity
    auto: Literal["no", "emergency", "yes"]
    sort: Literal["public", "shared", "private"]

    @model_validator(mode="after")
    def _in_order(self) -> "Matter":
        if not self.accept <= self.handle <= self.close:
            raise ValueError("a later step is due before an earlier one: accept, then handle, then close")
        return self

    def limit(self, clock: Clock) -> float:
        """Seconds from receipt."""
        return {Clock.ACCEPT: self.accept, Clock.HANDLE: self.handle, Clock.CLOSE: self.close}[clock]


class DutyListError(ValueError):
    """The list cannot be used; `problems` names each wrong line."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("the duty list is refused, nothing was changed:\n" + "\n".join(f"  - {p}" for p in problems))


def parse_duties(text: str) -> list[Matter]:
    """A duty list in CSV, its columns named as the fields of a Matter, in any order; raise DutyListError."""
    matters: list[Matter] = []
    problems: list[str] = []
    for line, row in enumerate(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))), 2):
        try:
            matters.append(Matter.model_validate({key or "too many columns": value for key, value in row.items()}))
        except ValidationError as error:
            problems += [f"line {line}: {'.'.join(map(str, e['loc'])) or 'limits'}: {e['msg']}" for e in error.errors()]
    if problems:
        raise DutyListError(problems)
    check_duties(matters)
    return matters


def check_duties(matters: list[Matter]) -> None:
    """Raise DutyListError where the entries, each right in itself, make no list."""
    codes = [matter.code for matter in matters]
    twice = sorted({code for code in codes if codes.count(code) > 1})
    problems = [f"{code} is there more than once" for code in twice]
    if OTHER not in codes:
        problems.append(f"there is no matter {OTHER!r}, which stands for all that the list lacks")
    if problems:
        raise DutyListError(problems)


@cache
def shipped_duties() -> dict[str, Matter]:
    """The list that comes with this package, by code: it holds until another is imported."""
    return {matter.code: matter for matter in parse_duties(SHIPPED.read_text(encoding="utf-8"))}


def shipped_matter(code: str) -> Matter:
    """What the shipped list lacks is another matter."""
    return shipped_duties().get(code, shipped_duties()[OTHER])


def format_duties(matters: Iterable[Matter]) -> str:
    """The list as CSV, as `parse_duties` reads it; limits in the largest unit that is exact."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(Matter.model_fields), lineterminator="\n")
    writer.writeheader()
    for matter in matters:
        limits = {clock.value: _duration(matter.limit(clock)) for clock in Clock}
        writer.writerow(matter.model_dump() | limits)
    return out.getvalue()


def _duration(seconds: float) -> str:
    for unit, size in (("d", 86_400), ("h", 3600), ("m", 60)):
        if seconds % size == 0:
            return f"{seconds / size:.15g}{unit}"
    return f"{seconds:.15g}s"
