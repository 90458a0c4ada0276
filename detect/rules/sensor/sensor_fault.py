"""A sensor not to be believed: silent for `silent_for`, the same for `stuck_for`, or beyond what it can measure.

Unless the site file says for how long, it is silent after a minute, and three samples at least. The others are looked
for where the file names them: a level may stand still for hours, and how long is for who knows the sensor to say.
"""

import math
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, FiniteFloat, model_validator

from detect.rule import Finding, SensorRuleSettings
from detect.sight.condition import Condition
from detect.silence import Silence
from detect.values import Seconds
from ingest.senml import Reading

USUAL_S, SAMPLES = 60.0, 3.0
STRAYS_S = 10.0  # a single value may be a spark

Lasting = Annotated[Seconds, Field(gt=0)]


class Settings(SensorRuleSettings):
    """`least` and `most` are the ends of what the sensor can measure, in the unit in which it sends."""

    severity = "minor"
    kind: Literal["sensor_fault"]
    silent_for: Lasting | None = None
    stuck_for: Lasting | None = None
    least: FiniteFloat | None = None
    most: FiniteFloat | None = None

    @model_validator(mode="after")
    def _check(self) -> "Settings":
        if self.least is not None and self.most is not None and self.least >= self.most:
            raise ValueError("`least:` must be under `most:`")
        return self

    @property
    def place(self) -> str:
        """What is missing: no single metric is at fault."""
        return "readings"

    def make(self, every_s: float) -> "SensorFault":
        usual_s = max(USUAL_S, SAMPLES * every_s)
        return SensorFault(self, usual_s if self.silent_for is None else self.silent_for)


class SensorFault:
    def __init__(self, settings: Settings, silent_s: float) -> None:
        self._settings = settings
        self._silence = Silence(settings, silent_s)
        self._metrics: dict[str, _Metric] = {}

    def read(self, reading: Reading, now: float) -> list[Finding]:
        spoke = self._silence.close(now)
        if reading.value is None:
            return spoke
        metric = self._metrics.setdefault(reading.metric, _Metric(self._settings))
        return [*spoke, *metric.read(reading.value, reading.at)]

    def tick(self, heard_at: float, now: float) -> list[Finding]:
        return self._silence.tick(heard_at, now)

    def quiet_until(self, heard_at: float) -> float:
        return self._silence.quiet_until(heard_at)

    def close(self, now: float) -> list[Finding]:
        return [*self._silence.close(now), *(told for metric in self._metrics.values() for told in metric.close())]


class _Metric:
    """What one of the sensor's metrics says, by its own times."""

    def __init__(self, settings: Settings) -> None:
        self._at, self._last, self._since = -math.inf, math.nan, math.nan
        stuck_for, least, most = settings.stuck_for, settings.least, settings.most
        self._stuck = Condition(settings, stuck_for, {"stuck_s": stuck_for}) if stuck_for is not None else None
        self._under = Condition(settings, STRAYS_S, {"value": least}) if least is not None else None
        self._over = Condition(settings, STRAYS_S, {"value": most}) if most is not None else None

    def read(self, value: float, at: float) -> Iterator[Finding]:
        if at <= self._at:
            return
        same, self._at, self._last = value == self._last, at, value
        self._since = self._since if same else at
        if self._stuck:
            yield from self._stuck.take(at, {"stuck_s": round(at - self._since, 2)}, holds=same)
        for limit, sign in ((self._under, -1.0), (self._over, 1.0)):
            if limit:
                yield from limit.take(at, {"value": value}, holds=sign * value > sign * limit.threshold["value"])

    def close(self) -> Iterator[Finding]:
        for condition in (self._stuck, self._under, self._over):
            yield from condition.close() if condition else ()
