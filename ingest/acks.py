"""Tells agents what of theirs is committed: at once while little comes, else now and then.

What is lost of it is told again when the same comes again.
"""

import time
from functools import lru_cache

from edge.messages import Ack, Span, encode_json
from edge.mqtt import Link
from edge.topics import KNOWN, Topic
from ingest.arrivals import Boot
from ingest.numbers import Committed, merged

EVERY_S = 0.2  # an ack for each batch would be an ack for each message where there are many devices


class Acks:
    """For one thread."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._due: dict[Boot, list[Span]] = {}
        self._told_at = 0.0

    def note(self, committed: list[Committed]) -> None:
        for boot, spans in committed:
            due = self._due.get(boot)
            self._due[boot] = merged([*due, *spans]) if due else spans

    def tell(self, *, busy: bool) -> None:
        now = time.monotonic()
        if busy and now - self._told_at < EVERY_S:
            return
        self._told_at = now
        at = time.time()
        self._link.mention(
            (ack_topic(boot.site, boot.device), encode_json(acknowledge(boot, spans, at)))
            for boot, spans in self._due.items()
        )
        self._due.clear()


@lru_cache(KNOWN)
def ack_topic(site: str, device: str) -> str:
    return str(Topic(site, device, "ack"))


def acknowledge(boot: Boot, spans: list[Span], at: float) -> Ack:
    """What is committed of a boot, said to its agent: all from 1 up to a number, and what lies beyond it."""
    starts = bool(spans) and spans[0][0] == 1
    return Ack(boot.boot, spans[0][1] if starts else 0, at, spans[starts:])
