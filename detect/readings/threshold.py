"""Rules on a metric that goes beyond a limit, with hysteresis.

Times are the readings' own, in epoch seconds; what comes late or twice is passed over.
"""

import math
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar
from uuid import UUID

from pydantic import Field, FiniteFloat, model_validator
from uuid_utils.compat import uuid7

from detect.hysteresis import Hysteresis, Limit
from detect.incident import Phase, Spell
from detect.readings.change import Window
from detect.readings.units import convert
from detect.rhythm import Rhythm
from detect.rule import UPDATE_EVERY_S, Finding, SensorRuleSettings
from detect.values import Seconds
from ingest.senml import Reading

SUFFIXES = {"m": "_m", "rad": "_rad", "Cel": "_celsius", "dB": "_db", "/100": "_percent", "%": "_percent"}

Metric = Annotated[str, Field(min_length=1, max_length=40)]  # it stands for the zone in incidents
For = Annotated[Seconds, Field(alias="for")]


class ThresholdSettings(SensorRuleSettings):
    """`above`, cleared at `clear_below`; `below`, cleared at `clear_above`; or `rises_by`, `within` so long.

    Each held for `for` each way. Levels are in `unit`, one of SenML's, which readings are brought to; where none is
    named, as the sensor sends. What cannot be brought to it is not judged. A boolean reading counts as 1 or 0.
    """

    usual_unit: ClassVar[str] = ""
    either_way: ClassVar[bool] = False  # whether a fall counts as a rise
    usual: ClassVar[tuple[float, float]]  # `above` and `clear_below`
    band: ClassVar[float] = 0.1  # of the limit, where the site file names no clearing level
    metric: Metric
    above: FiniteFloat | None = None
    clear_below: FiniteFloat | None = None
    below: FiniteFloat | None = None
    clear_above: FiniteFloat | None = None
    rises_by: Annotated[FiniteFloat, Field(gt=0)] | None = None
    within: Annotated[Seconds, Field(gt=0)] | None = None
    unit: Annotated[str, Field(max_length=20)] | None = None
    for_s: For = 10.0

    @model_validator(mode="before")
    @classmethod
    def _usual(cls, raw: Any) -> Any:
        """The kind's own levels stand where the site file names no limit."""
        if not isinstance(raw, dict) or {"above", "below", "rises_by"} & raw.keys():
            return raw
        return dict(zip(("above", "clear_below"), cls.usual, strict=True)) | {"unit": cls.usual_unit} | raw

    @model_validator(mode="after")
    def _check(self) -> "ThresholdSettings":
        if [self.above, self.below, self.rises_by].count(None) != 2:  # noqa: PLR2004 - one of the three
            raise ValueError("give one of `above:`, `below:` and `rises_by:`")
        if (self.rises_by is None) != (self.within is None):
            raise ValueError("`rises_by:` and `within:` go together")
        if (self.clear_below is not None and self.above is None) or (
            self.clear_above is not None and self.below is None
        ):
            raise ValueError("`clear_below:` goes with `above:`, `clear_above:` with `below:`")
        if self.limit.is_beyond(self.limit.leave):
            raise ValueError("`clear_below:` must not be over `above:`, nor `clear_above:` under `below:`")
        return self

    @property
    def limit(self) -> Limit:
        if self.above is not None:
            return Limit(self.above, _or(self.clear_below, self.above - self.band * abs(self.above)))
        if self.rises_by is not None:
            return Limit(self.rises_by, self.rises_by / 2)
        below = _or(self.below, math.nan)
        return Limit(below, _or(self.clear_above, below + self.band * abs(below)), sign=-1.0)

    @property
    def place(self) -> str:
        return self.metric

    def make(self, every_s: float) -> "Threshold":  # noqa: ARG002 - a level is judged whenever it comes
        return Threshold(self)


class SwitchSettings(ThresholdSettings):
    """A boolean metric: there is nothing between its two levels."""

    usual = (0.5, 0.5)
    band = 0.0


def _or(given: float | None, usual: float) -> float:
    return usual if given is None else given


@dataclass(slots=True)
class _Case:
    """An incident under way: its worst value, its newest reading, and when it was last told of."""

    id: UUID
    began_at: float
    worst: float
    last: Reading
    said_at: float


class Threshold:
    """Opens when the metric has been beyond its limit for long enough, clears when it has been back for as long."""

    def __init__(self, settings: ThresholdSettings) -> None:
        self._settings = settings
        self._level = Hysteresis(settings.limit, settings.for_s)
        self._rhythm = Rhythm()
        self._window = Window(settings.within) if settings.within else None
        self._read_at = -math.inf
        self._case: _Case | None = None

    def read(self, reading: Reading, now: float) -> list[Finding]:  # noqa: ARG002 - event time is all it needs
        if reading.metric != self._settings.metric or reading.value is None or reading.at <= self._read_at:
            return []
        value = convert(reading.value, reading.unit, self._settings.unit or "")
        if value is None:
            return []
        self._read_at = reading.at
        if self._rhythm.was_off(reading.at):
            self._forget()  # nobody knows what it was meanwhile
        return self._judge(self._quantity(value, reading.at), reading)

    def _judge(self, value: float, reading: Reading) -> list[Finding]:
        turned = self._level.take(value, reading.at)
        if self._case is None:
            return self._open(reading, value) if turned else []
        return self._go_on(self._case, reading, value, turned)

    def _quantity(self, value: float, at: float) -> float:
        """What is held against the limit."""
        if self._window is None:
            return value
        self._window.take(value, at)
        return self._window.change if self._settings.either_way else self._window.rise

    def _forget(self) -> None:
        self._level.forget()
        if self._window:
            self._window.forget()

    def tick(self, heard_at: float, now: float) -> list[Finding]:  # noqa: ARG002 - as above
        return []

    def quiet_until(self, heard_at: float) -> float:  # noqa: ARG002 - as above
        return math.inf

    def close(self, now: float) -> list[Finding]:  # noqa: ARG002 - as above
        case, self._case = self._case, None
        return [self._finding("clear", case)] if case else []

    def _open(self, reading: Reading, value: float) -> list[Finding]:
        self._case = _Case(uuid7(), self._level.turned_at, value, reading, reading.at)
        return [self._finding("open", self._case)]

    def _go_on(self, case: _Case, reading: Reading, value: float, cleared: bool) -> list[Finding]:
        case.last = reading
        case.worst = self._level.limit.worse(case.worst, value)
        if cleared:
            self._case = None
            return [self._finding("clear", case)]
        if reading.at - case.said_at < UPDATE_EVERY_S:
            return []
        case.said_at = reading.at
        return [self._finding("update", case)]

    def _finding(self, phase: Phase, case: _Case) -> Finding:
        rule, reading = self._settings, case.last
        name = rule.metric + "_rise" * bool(rule.within) + SUFFIXES.get(rule.unit or reading.unit, "")
        return Finding(
            case.id,
            phase,
            rule,
            began_at=case.began_at,
            at=reading.at,
            score=1.0,
            threshold={name: self._level.limit.enter, "dwell_s": rule.for_s}
            | ({"within_s": rule.within} if rule.within else {}),
            observed={name: case.worst, "dwell_s": round(reading.at - case.began_at, 2)},
            dwell=[Spell(case.began_at, reading.at, "seen")],
        )
