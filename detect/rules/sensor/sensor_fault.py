"""A sensor that has fallen silent: no reading of any metric came for `silent_for`.

Unless the site file says for how long, that is a minute, and three samples at least.
"""

from typing import Annotated, Literal

from pydantic import Field

from detect.rule import Finding, SensorRuleSettings
from detect.silence import Silence
from detect.values import Seconds
from ingest.senml import Reading

USUAL_S, SAMPLES = 60.0, 3.0


class Settings(SensorRuleSettings):
    severity = "minor"
    kind: Literal["sensor_fault"]
    silent_for: Annotated[Seconds, Field(gt=0)] | None = None

    @property
    def place(self) -> str:
        """What is missing: no single metric is at fault."""
        return "readings"

    def make(self, every_s: float) -> "SensorFault":
        usual_s = max(USUAL_S, SAMPLES * every_s)
        return SensorFault(self, usual_s if self.silent_for is None else self.silent_for)


class SensorFault(Silence):
    def read(self, reading: Reading, now: float) -> list[Finding]:  # noqa: ARG002 - whatever it says, it speaks
        return self.close(now)
