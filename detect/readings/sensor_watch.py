"""One sensor's ears: its readings in, incidents out."""

import logging
import math
from collections.abc import Iterable, Iterator
from typing import NamedTuple
from uuid import UUID

from detect.config import SensorConfig
from detect.incident import Explanation, Incident
from detect.newest import SET_BACK_S, Newest
from detect.rule import Finding, SensorRule
from edge.topics import Topic
from ingest.senml import Reading

log = logging.getLogger(__name__)


class Pack(NamedTuple):
    """What a sensor sent at once, the oldest reading first; `late` as in Telemetry."""

    boot: UUID
    seq: int
    readings: list[Reading]
    late: bool = False


class SensorWatch:
    """Takes one sensor's readings through its rules; `topic` names the sensor, `now` is this machine's clock.

    `late`: its readings are of the past.
    """

    def __init__(self, topic: Topic, config: SensorConfig, now: float, *, late: bool = False) -> None:
        self.config, self._late = config, late
        self._topic, self._heard_at = topic, now
        self._newest, self._read_at = Newest(), -math.inf
        self.quiet_until = -math.inf  # by `now`: before then no `tick` tells anything
        self._posts = self._make_posts()

    def _make_posts(self) -> list[tuple[str, SensorRule]]:
        return [(settings.place, settings.make(self.config.every)) for settings in self.config.rules]

    def read(self, pack: Pack, now: float) -> list[Incident]:
        """What a pack, which is not empty, opens, changes or clears.

        Where the sensor's clock was set back, what was open clears and all begins anew: nothing lasted until now. So it
        does where an older part of the past comes after a newer one, since the edge had to send it twice.
        """
        is_next = self._newest.takes(pack.boot, pack.seq) or self._late
        self._heard_at, latest = now, pack.readings[-1].at
        cleared = self._begin_anew(latest, now) if is_next and latest < self._read_at - SET_BACK_S else []
        self._read_at = max(self._read_at, latest)
        told = [*cleared, *(incident for reading in pack.readings for incident in self._judge(reading, now))]
        if told:
            self.quiet_until = now  # what cleared is quiet for another time than what lasts
        return told

    def _begin_anew(self, at: float, now: float) -> list[Incident]:
        log.warning("the readings of %s go back by %.0f s: its rules begin anew", self._topic, self._read_at - at)
        cleared, self._read_at, self._posts = self.close(now), -math.inf, self._make_posts()
        return cleared

    def _judge(self, reading: Reading, now: float) -> Iterator[Incident]:
        for place, rule in self._posts:
            if findings := rule.read(reading, now):
                yield from self._incidents(place, findings)

    def tick(self, now: float) -> list[Incident]:
        """What the passing of time opens."""
        incidents: list[Incident] = []
        for place, rule in self._posts:
            if findings := rule.tick(self._heard_at, now):
                incidents += self._incidents(place, findings)
        self.quiet_until = min((rule.quiet_until(self._heard_at) for _, rule in self._posts), default=math.inf)
        return incidents

    def close(self, now: float) -> list[Incident]:
        """Clear what is open: nobody listens from now on."""
        return [incident for place, rule in self._posts for incident in self._incidents(place, rule.close(now))]

    def listen_afresh(self, now: float) -> None:
        """We were deaf until now: what the sensor did not say is no silence of its own."""
        self._heard_at = self.quiet_until = now

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
                    late=self._late,
                ),
            )
            for finding in findings
        ]
