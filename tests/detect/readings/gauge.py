"""A sensor without hardware: readings, and a rule that is told them."""

from detect.config import known_rules
from detect.rule import Finding
from detect.rules import sensor
from ingest.senml import Reading
from tests.detect.street import NOON


class Gauge:
    """A rule on readings; `findings` is all that it ever said."""

    def __init__(self, kind: str, says: str, sends_in: str = "", every: float = 0.0, **settings: object) -> None:
        self.rule = known_rules(sensor)[kind].model_validate({"kind": kind} | settings).make(every)
        self._metric, self._unit = says, sends_in
        self.findings: list[Finding] = []

    def say(self, seconds: float, value: float | None) -> list[Finding]:
        """A reading of so many seconds after NOON, which arrives at once."""
        at = NOON + seconds
        found = self.rule.read(Reading(at, self._metric, value, None, self._unit), at)
        self.findings += found
        return found

    def play(self, *values: float, every: float = 10, begin: float = 0) -> list[Finding]:
        return [finding for number, value in enumerate(values) for finding in self.say(begin + number * every, value)]

    @property
    def phases(self) -> list[str]:
        return [finding.phase for finding in self.findings]
