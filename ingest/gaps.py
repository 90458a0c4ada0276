"""Counts what is missing: numbers that some device has gone past, and that have not arrived."""

import time

import psycopg
from prometheus_client import CollectorRegistry, Gauge

from ingest.numbers import count_gaps

EVERY_S = 10.0


class Gaps:
    """Looks every EVERY_S. What an agent had to give up is not missing: it said so."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._boots = Gauge("yihu_ingest_boots_with_gaps", "Boots of devices with messages missing", registry=registry)
        self._missing = Gauge("yihu_ingest_missing", "Messages missing, of all boots", registry=registry)
        self._next_look = 0.0

    def look(self, connection: psycopg.Connection) -> None:
        if time.monotonic() < self._next_look:
            return
        self._next_look = time.monotonic() + EVERY_S
        boots, missing = count_gaps(connection)
        self._boots.set(boots)
        self._missing.set(missing)
