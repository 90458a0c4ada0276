"""What waits to be written: the link's thread puts, ingest's takes, in batches."""

import queue
import time
from typing import NamedTuple

from edge.mqtt import Receipt
from ingest.arrivals import Message

BATCH, BATCH_BYTES = 3000, 4 << 20  # messages; and bytes of them, beyond which no more are taken
GATHER_S, LOOK_S = 0.05, 0.002  # how long a batch that is less than half full waits for more, and how often it looks
MESSAGES, BYTES = 6000, 256 << 20  # that may wait; beyond, the broker keeps the rest


class Arrival(NamedTuple):
    message: Message
    receipt: Receipt


class Inbox:
    """One thread puts, one takes; nothing is to be put while there is no room."""

    def __init__(self) -> None:
        self._arrivals: queue.SimpleQueue[Arrival] = queue.SimpleQueue()
        self._put_bytes, self._taken_bytes = 0, 0  # each written by one thread only

    def __len__(self) -> int:
        return self._arrivals.qsize()

    def has_room(self) -> bool:
        return len(self) < MESSAGES and self._put_bytes - self._taken_bytes < BYTES

    def put(self, message: Message, receipt: Receipt) -> None:
        self._put_bytes += len(message.body)
        self._arrivals.put(Arrival(message, receipt))

    def take(self, within_s: float) -> list[Arrival]:
        """What comes within a moment of the first; nothing, if none comes within `within_s`."""
        try:
            first = self._arrivals.get(timeout=within_s)
        except queue.Empty:
            return []
        until = time.monotonic() + GATHER_S
        while len(self) < BATCH // 2 and time.monotonic() < until:
            time.sleep(LOOK_S)
        batch, size = [first], len(first.message.body)
        for _ in range(min(len(self), BATCH - 1)):
            if size > BATCH_BYTES:
                break
            batch.append(arrival := self._arrivals.get())
            size += len(arrival.message.body)
        self._taken_bytes += size
        return batch
