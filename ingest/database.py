"""A stage's one connection to the database: opened and migrated when needed, given up when it breaks."""

import logging
import threading

import psycopg
from prometheus_client import CollectorRegistry, Counter

from edge.backoff import Backoff
from edge.mqtt import Link
from edge.probe import Health
from ingest.migrate import migrate
from ingest.session import connect

log = logging.getLogger(__name__)


class Database:
    """`url` is a PostgreSQL connection string; `stage` names us in pg_stat_activity and in the metrics.

    `trouble` says why it cannot be used, or nothing.
    """

    def __init__(self, url: str, stage: str, registry: CollectorRegistry) -> None:
        self._url, self._stage = url, stage
        self._connection: psycopg.Connection | None = None
        self.trouble = "not connected to the database yet"
        self._backoff = Backoff(first=0.2, cap=5.0)
        self._failures = Counter(f"yihu_{stage}_database_failures", "Transactions that failed", registry=registry)

    def connect(self) -> psycopg.Connection:
        """The open connection, in autocommit mode; raise one of FAULTS while there is none to be had."""
        if self._connection is None:
            migrate(self._url)
            self._connection = connect(self._url, self._stage)
            self.trouble = ""
            self._backoff.reset()
        return self._connection

    def rest(self, error: psycopg.Error, stop: threading.Event) -> None:
        """Give the connection up, say why, and wait before the next try."""
        self._failures.inc()
        self.trouble = f"the database cannot be used: {error}".strip()
        log.error("%s; trying again, messages wait at the broker", self.trouble)
        self.close()
        stop.wait(self._backoff.next())

    def close(self) -> None:
        if self._connection:
            self._connection.close()
            self._connection = None

    def health(self, link: Link, waiting: int) -> Health:
        """The health of a stage that lives by this database and the broker."""
        if link.trouble:
            return Health(state="down", detail=link.trouble)
        if self.trouble:
            return Health(state="down", detail=self.trouble)
        return Health(state="ok", detail=f"{waiting} messages waiting")
