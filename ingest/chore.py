"""What a stage does again and again beside taking messages in: each in a thread and on a connection of its own."""

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime

import psycopg
from prometheus_client import CollectorRegistry, Histogram

from ingest.database import Database
from ingest.session import FAULTS

log = logging.getLogger(__name__)

Act = Callable[[psycopg.Connection, datetime], int]


class Chore:
    """`act` does what is due at a time and says how much it was; nothing that it waits for holds up another chore."""

    def __init__(self, name: str, act: Act, every_s: float, database: str, registry: CollectorRegistry) -> None:
        self._name, self._act, self._every_s = name, act, every_s
        self._database = Database(database, name, registry)
        self._seconds = Histogram(f"yihu_{name}_seconds", "One round", registry=registry)

    @property
    def trouble(self) -> str:
        """Why it cannot be done, or nothing."""
        return self._database.trouble

    def start(self, stop: threading.Event) -> threading.Thread:
        """Do it until `stop` is set."""
        thread = threading.Thread(target=self.run, args=(stop,), name=self._name)
        thread.start()
        return thread

    def run(self, stop: threading.Event) -> None:
        while not stop.is_set():
            try:
                self._round(self._database.connect())
                stop.wait(self._every_s)
            except psycopg.Error as error:
                if not isinstance(error, FAULTS):  # ours, or what somebody did to the tables; the stage goes on
                    log.exception("%s cannot be done", self._name)
                self._database.rest(error, stop)
        self._database.close()

    def _round(self, connection: psycopg.Connection) -> None:
        with self._seconds.time():
            done = self._act(connection, datetime.now(UTC))
        if done:
            log.info("%s: %d done", self._name, done)
