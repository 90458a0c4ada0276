"""A sensor that has fallen silent: no reading of any metric came for `silent_for`.

Unless the site file says for how long, that is a minute, and three samples at least.

Silence is measured by this machine's clock, since a sensor that is silent has none. While we could not hear, nothing
counts as silence (see detect.sensors).
"""

from dataclasses import dataclass
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field
from uuid_utils.compat import uuid7

from detect.incident import Phase, Spell
from detect.rule import Finding, SensorRuleSettings
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


@dataclass(frozen=True, slots=True)
class _Case:
    id: UUID
    began_at: float


class SensorFault:
    def __init__(self, settings: Settings, silent_s: float) -> None:
        self._settings, self._silent_s = settings, silent_s
        self._case: _Case | None = None

    def read(self, reading: Reading, now: float) -> list[Finding]:  # noqa: ARG002 - whatever it says, it speaks
        return self.close(now)

    def tick(self, heard_at: float, now: float) -> list[Finding]:
        if self._case or now - heard_at < self._silent_s:
            return []
        self._case = _Case(uuid7(), heard_at)
        return [self._finding("open", self._case, now)]

    def close(self, now: float) -> list[Finding]:
        case, self._case = self._case, None
        return [self._finding("clear", case, now)] if case else []

    def _finding(self, phase: Phase, case: _Case, now: float) -> Finding:
        rule = self._settings
        return Finding(
            case.id,
            phase,
            rule.kind,
            rule.version,
            began_at=case.began_at,
            at=now,
            severity=rule.severity,
            score=1.0,
            threshold={"silent_s": self._silent_s},
            observed={"silent_s": round(now - case.began_at, 2)},
            dwell=[Spell(case.began_at, now, "unseen")],
        )
