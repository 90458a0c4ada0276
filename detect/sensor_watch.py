"""One sensor's ears: its readings in, incidents out."""

from collections.abc import Iterable, Sequence

from detect.config import SensorConfig
from detect.incident import Explanation, Incident
from detect.rule import Finding
from edge.topics import Topic
from ingest.senml import Reading


class SensorWatch:
    """Takes one sensor's readings through its rules; `topic` names the sensor, `now` is this machine's clock."""

    def __init__(self, topic: Topic, config: SensorConfig, now: float) -> None:
        self.config = config
        self._topic, self._heard_at = topic, now
        self._posts = [(settings.place, settings.make(config.every)) for settings in config.rules]

    def read(self, readings: Sequence[Reading], now: float) -> list[Incident]:
        """What readings, the oldest first, open, change or clear."""
        if readings:
            self._heard_at = now
        return [
            incident
            for reading in readings
            for place, rule in self._posts
            for incident in self._incidents(place, rule.read(reading, now))
        ]

    def tick(self, now: float) -> list[Incident]:
        """What the passing of time opens."""
        return [
            incident
            for place, rule in self._posts
            for incident in self._incidents(place, rule.tick(self._heard_at, now))
        ]

    def close(self, now: float) -> list[Incident]:
        """Clear what is open: nobody listens from now on."""
        return [incident for place, rule in self._posts for incident in self._incidents(place, rule.close(now))]

    def listen_afresh(self, now: float) -> None:
        """We were deaf until now: what the sensor did not say is no silence of its own."""
        self._heard_at = now

    def _incidents(self, place: str, findings: Iterable[Finding]) -> list[Incident]:
        return [
            Incident(
                id=finding.id,
                kind=finding.kind,
                phase=finding.phase,
                site=self._topic.site,
                device=self._topic.device,
                zone=place,
                position=self.config.position,
                began_at=finding.began_at,
                at=finding.at,
                severity=finding.severity,
                score=finding.score,
                objects=[],
                explanation=Explanation(
                    rule={"kind": finding.kind, "version": finding.version},
                    threshold=finding.threshold,
                    observed=finding.observed,
                    model={},
                    zone={"id": place},
                    dwell=finding.dwell,
                ),
            )
            for finding in findings
        ]
