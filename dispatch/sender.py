"""Sends notices by Apprise."""

import logging
from datetime import datetime

import apprise
from prometheus_client import CollectorRegistry, Counter
from psycopg import Connection

from dispatch.notices_store import send_due

log = logging.getLogger(__name__)


class Sender:
    """Counts what receivers take."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._sent = Counter("yihu_notices_sent", "Messages that a receiver took", registry=registry)
        self._failed = Counter("yihu_notices_failed", "Messages that a receiver did not take", registry=registry)

    def send_due(self, connection: Connection, now: datetime) -> int:
        """Send what is due; how many messages went out."""
        sent = send_due(connection, now, self._send)
        self._sent.inc(sent)
        return sent

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
    if not receiver.add(f"{url}{'&' if '?' in url else '?'}overflow=split"):  # rather than be refused as too long
        raise OSError(f"{url.partition('://')[0]}://… is no address that Apprise knows")
    with apprise.LogCapture(level=logging.WARNING) as told:  # type: ignore[no-untyped-call]  # as Apprise has it
        taken = receiver.notify(title=title, body=body)
        if not taken:
            raise OSError(_last_line(told.getvalue()) or "the receiver did not take it")


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1] if lines else ""
