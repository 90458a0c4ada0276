"""What goes out, and goes out again: each message is numbered and journalled, and sent until the centre has it.

What is new goes out at once. What has waited goes out behind it, in its order, and only as fast as it is confirmed, so
that nothing new ever stands in a long line behind it.
"""

import contextlib
import heapq
import logging
import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple, Protocol
from uuid import UUID

import msgspec

from edge.clock import Clock
from edge.journal import Entry, Journal, Numbers
from edge.messages import Ack, Dropped, Frame, Status, Telemetry, encode_binary, encode_json
from edge.sqlite import SqliteError
from edge.throttle import Throttle
from edge.topics import Topic

log = logging.getLogger(__name__)

PATIENCE_S, MOST_PATIENCE_S = 30.0, 600.0  # without a confirmation, before the same is sent again
AT_ONCE = 20  # entries that are read from the journal at a time
NEARLY = 0.8  # of the journal's limit
SPANS, SPANS_EVERY_S = 1000, 1.0  # of what is gone, that the centre is told at a time, and how often we look
STREAMS = {Frame: "frame", Telemetry: "telemetry", Status: "status"}


class Broker(Protocol):
    """What is needed of a Link."""

    @property
    def connected(self) -> bool: ...

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> bool: ...


class Draft(NamedTuple):
    """What a device has to say, not numbered yet; `at` in epoch seconds.

    `keep` it until it is confirmed, or it is only worth being sent now.
    """

    device: str
    message: Frame | Telemetry | Status
    at: float
    keep: bool


class Heard(NamedTuple):
    """What the centre says that it has of a device, and when that came, in monotonic seconds."""

    device: str
    ack: Ack
    at: float


@dataclass(slots=True)
class _Flight:
    """A message on its way; times in monotonic seconds. `waited`: it was not new any more when it was sent."""

    size: int
    sent_at: float
    due_at: float
    kept: bool
    waited: bool


class Outbox:
    """For one thread. Times passed in are monotonic seconds; `boot` is that of all that is new.

    What cannot be kept is sent all the same.
    """

    def __init__(self, site: str, boot: UUID, journal: Journal, broker: Broker) -> None:
        self._site, self._boot, self._journal, self._broker = site, boot, journal, broker
        self._drafts: list[Draft] = []
        self._sequence: Counter[str] = Counter()
        self._flights: dict[tuple[str, UUID], dict[int, _Flight]] = {}
        self._due: list[tuple[float, str, UUID, int]] = []
        self._throttle, self.clock = Throttle(), Clock()
        self._replayed = 0  # the journal's id of what went out again last
        self._patience_s = PATIENCE_S
        self._look_at, self._told_at = 0.0, -math.inf
        self._told: Numbers | None = None  # the lowest that the centre was told is gone, when it was told last
        self._failure = ""

    @property
    def trouble(self) -> str:
        """Why the journal cannot be used, or soon will have to give something up; or nothing."""
        journal = self._journal
        if self._failure or journal.size < NEARLY * journal.limit:
            return self._failure
        if journal.limit < journal.most:
            return "the journal's disk is nearly full, then pictures go: make room on it"
        return f"the journal is {journal.size / journal.limit:.0%} full, then pictures go"

    def put(self, draft: Draft) -> None:
        """Take it along with the next `flush`."""
        self._drafts.append(draft)

    def flush(self, now: float) -> list[Draft]:
        """Send what is new, then what has waited; return what can neither be sent nor kept."""
        connected = self._broker.connected
        drafts, self._drafts = self._drafts, []
        refused = [draft for draft in drafts if not (connected or draft.keep)]
        refused += self._take([draft for draft in drafts if connected or draft.keep], now, connected=connected)
        if connected:
            with self._noting_trouble():
                self._expire(now)
                self._replay(now)
                self._tell_what_is_gone(now)
        return refused

    def confirm(self, acks: Iterable[Heard]) -> None:
        """The centre has this of each device."""
        confirmed = [self._land(*heard) for heard in acks]
        if confirmed:
            self._patience_s = PATIENCE_S
            with self._noting_trouble():
                self._journal.confirm(confirmed)

    def _land(self, device: str, ack: Ack, heard_at: float) -> Numbers:
        spans = sorted([(0, ack.seq), *ack.also])
        flights, starts = self._flights.get((device, ack.boot), {}), [first for first, _ in spans]
        landed = [flights.pop(seq) for seq in [*flights] if seq <= spans[bisect_right(starts, seq) - 1][1]]
        for flight in landed:
            if flight.waited:
                self._throttle.confirm(flight.size, flight.sent_at, heard_at)
        new = [flight.sent_at for flight in landed if not flight.waited]
        if new:  # of what was sent twice it may be the first that has landed
            self.clock.hear(max(new), ack.at, heard_at)
        return Numbers(device, ack.boot, spans)

    def report(self, now: float) -> dict[str, int]:
        """Of what waits for the centre: messages, bytes, the limit for these, and the age of the oldest in seconds.

        And what had to be dropped since we started, by stream, and whether nothing can be kept. `now` in epoch seconds.
        """
        waiting = {"waiting": self._journal.count, "bytes": self._journal.size, "limit": self._journal.limit}
        with self._noting_trouble():
            oldest_at = self._journal.oldest_at()
            waiting["oldest_s"] = max(0, round(now - oldest_at)) if oldest_at else 0
        waiting["failing"] = int(bool(self._failure))
        return waiting | {f"dropped_{stream}": count for stream, count in self._journal.dropped.items()}

    def _take(self, drafts: list[Draft], now: float, *, connected: bool) -> list[Draft]:
        """Number, keep and send them; return them where that is impossible, and their numbers are free again."""
        if not drafts:
            return []
        numbered = [self._number(draft) for draft in drafts]
        with self._noting_trouble():
            self._journal.add([entry for entry, _ in numbered])
            self._failure = ""
        if connected:
            for entry, payload in numbered:
                self._send_new(entry, payload, now)
        elif self._failure:
            self._sequence.subtract(draft.device for draft in drafts)
            return drafts
        return []

    def _number(self, draft: Draft) -> tuple[Entry, bytes]:
        """An entry of the journal, which would be late, and what is sent at once."""
        self._sequence[draft.device] = seq = self._sequence[draft.device] + 1
        late = _encode(msgspec.structs.replace(draft.message, seq=seq, late=True)) if draft.keep else None
        entry = Entry(draft.device, self._boot, seq, STREAMS[type(draft.message)], draft.at, late)
        return entry, _encode(msgspec.structs.replace(draft.message, seq=seq))

    def _send_new(self, entry: Entry, payload: bytes, now: float) -> None:
        if self._publish(entry.device, entry.stream, payload, retain=entry.stream == STREAMS[Status]):
            self._fly(entry, now, waited=False)
        elif entry.body is None:
            with self._noting_trouble():
                self._journal.give_up(entry.device, entry.boot, entry.seq)

    def _fly(self, entry: Entry, now: float, *, waited: bool) -> None:
        flight = _Flight(entry.size, now, now + self._patience_s, entry.body is not None, waited)
        self._flights.setdefault((entry.device, entry.boot), {})[entry.seq] = flight
        heapq.heappush(self._due, (flight.due_at, entry.device, entry.boot, entry.seq))

    def _expire(self, now: float) -> None:
        """What is not confirmed for so long is not on its way any more: it goes out again, if it is kept."""
        expired = False
        while self._due and self._due[0][0] <= now:
            due_at, device, boot, seq = heapq.heappop(self._due)
            flight = self._flights.get((device, boot), {}).get(seq)
            if flight is None or flight.due_at != due_at:
                continue
            del self._flights[device, boot][seq]
            expired = True
            if flight.waited:
                self._throttle.lose(flight.size)
            if not flight.kept:
                self._journal.give_up(device, boot, seq)
        if expired:
            self._replayed = 0
            self._patience_s = min(MOST_PATIENCE_S, 2 * self._patience_s)

    def _replay(self, now: float) -> None:
        while self._throttle.is_open and (entries := self._journal.after(self._replayed, AT_ONCE)):
            for id_, entry in entries:
                if entry.seq not in self._flights.get((entry.device, entry.boot), {}):
                    if not (self._throttle.is_open and self._publish(entry.device, entry.stream, entry.body or b"")):
                        return
                    self._throttle.send(entry.size)
                    self._fly(entry, now, waited=True)
                self._replayed = id_

    def _tell_what_is_gone(self, now: float) -> None:
        """Some of it; more as soon as the centre knows of that, and the same again when it has not said so for long."""
        if now < self._look_at:
            return
        self._look_at = now + SPANS_EVERY_S
        gone = self._journal.gone(SPANS)
        lowest = gone[0]._replace(spans=gone[0].spans[:1]) if gone else None
        if not gone or (lowest == self._told and now < self._told_at + self._patience_s):
            return
        told = [self._publish(device, "dropped", encode_json(Dropped(boot, spans))) for device, boot, spans in gone]
        if all(told):
            self._told, self._told_at = lowest, now

    def _publish(self, device: str, stream: str, payload: bytes, *, retain: bool = False) -> bool:
        return self._broker.publish(str(Topic(self._site, device, stream)), payload, retain=retain)

    @contextlib.contextmanager
    def _noting_trouble(self) -> Iterator[None]:
        try:
            yield
        except SqliteError as error:
            if str(error) != self._failure:
                log.error("%s; until then nothing is kept for the time that the broker is away", error)
            self._failure = str(error)


def _encode(message: Frame | Telemetry | Status) -> bytes:
    return encode_binary(message) if isinstance(message, Frame) else encode_json(message)
