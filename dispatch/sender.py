"""Sends notices by Apprise, in a thread of its own: a receiver that hangs keeps no ticket waiting."""

import logging
import threading
from datetime import UTC, datetime

import apprise
import psycopg
from prometheus_client import CollectorRegistry, Counter

from dispatch.notices_store import send_due
from ingest.database import Database

log = logging.getLogger(__name__)

EVERY_S = 2.0


class Sender:
    """Runs until `stop` is set."""

    def __init__(self, database: str, registry: CollectorRegistry) -> None:
        self._database = Database(database, "notices", registry)
        self._sent = Counter("yihu_notices_sent", "Messages that a receiver took", registry=registry)
        self._failed = Counter("yihu_notices_failed", "Messages that a receiver did not take", registry=registry)

    def run(self, stop: threading.Event) -> None:
        while not stop.wait(EVERY_S):
            try:
                self._sent.inc(send_due(self._database.connect(), datetime.now(UTC), self._send))
            except psycopg.OperationalError as error:
                self._database.rest(error, stop)
        self._database.close()

    def _send(self, url: str, title: str, body: str) -> None:
        try:
            send(url, title, body)
        except OSError as error:
            self._failed.inc()
            log.warning("a notice was not taken: %s", error)
            raise


def send(url: str, title: str, body: str) -> None:
    """Send one message; raise OSError with what the receiver said, but not the URL, which may hold a password."""
    receiver = apprise.Apprise()
    if not receiver.add(url):
        raise OSError(f"{url.partition('://')[0]}://… is no address that Apprise knows")
    with apprise.LogCapture(level=logging.WARNING) as told:  # type: ignore[no-untyped-call]  # as Apprise has it
        taken = receiver.notify(title=title, body=body)
        if not taken:
            raise OSError(_last_line(told.getvalue()) or "the receiver did not take it")


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1] if lines else ""
