"""Tells agents what of theirs is committed: at once while little comes, else now and then."""

import time

from edge.messages import Ack, encode_json
from edge.mqtt import Link
from edge.topics import Topic
from ingest.arrivals import Boot
from ingest.numbers import Committed

EVERY_S = 0.2  # an ack for each batch would be an ack for each message where there are many devices


class Acks:
    """For one thread. The newest that is known of a boot stands for all before it."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._due: dict[Boot, Committed] = {}
        self._told_at = 0.0

    def note(self, committed: list[Committed]) -> None:
        self._due.update((one.boot, one) for one in committed)

    def tell(self, *, busy: bool) -> None:
        now = time.monotonic()
        if busy and now - self._told_at < EVERY_S:
            return
        self._told_at = now
        at = time.time()
        for (site, device, _), committed in self._due.items():
            self._link.publish(str(Topic(site, device, "ack")), encode_json(acknowledge(committed, at)))
        self._due.clear()


def acknowledge(committed: Committed, at: float) -> Ack:
    """What is committed of a boot, said to its agent: all from 1 up to a number, and whatever lies beyond it."""
    spans = committed.spans
    starts = bool(spans) and spans[0][0] == 1
    return Ack(committed.boot.boot, spans[0][1] if starts else 0, at, spans[starts:])
