"""What came in, sorted: decoded by its topic's stream, or set aside with the reason. Pure; no I/O."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from msgspec import Struct

from edge.messages import (
    BadMessageError,
    Dropped,
    Frame,
    Sequence,
    Span,
    Status,
    Telemetry,
    check_clock,
    check_jpeg,
    decode,
)
from edge.topics import known_topic
from ingest.senml import Reading, resolve

LIMIT = 8 << 20  # bytes; a picture of the largest camera is a fraction of that
NUMBERED = ("status", "telemetry", "frame")
HEAD = 4 << 10  # bytes of a malformed payload that are kept


class Message(NamedTuple):
    """A topic and a body as they arrived, the body cut to its head when it is over the limit."""

    topic: str
    body: bytes
    size: int

    @classmethod
    def arrived(cls, topic: str, payload: bytes) -> "Message":
        return cls(topic, payload if len(payload) <= LIMIT else payload[:HEAD], len(payload))


class Boot(NamedTuple):
    """One start of an agent, as one of its devices knows it."""

    site: str
    device: str
    boot: UUID


class Pack(NamedTuple):
    """A device's readings, and the seconds that its agent added to their times, or 0."""

    readings: list[Reading]
    clock_s: float


class Reject(NamedTuple):
    message: Message
    reason: str


Numbered = Status | Pack | Frame


@dataclass(slots=True)
class Arrivals:
    """A batch, sorted; times in epoch seconds.

    `numbered` holds, of each boot, what came by its number, so that a copy within the batch falls away; None is what
    was set aside: it has arrived, and is not to be sent again. `statuses` are all, with a number or without, as they
    came; `dropped` are numbers that an agent had to give up.
    """

    received_at: float
    numbered: dict[Boot, dict[int, Numbered | None]] = field(default_factory=dict)
    statuses: list[tuple[Boot, Status]] = field(default_factory=list)
    dropped: dict[Boot, list[Span]] = field(default_factory=dict)
    rejects: list[Reject] = field(default_factory=list)

    def take(self, boot: Boot, seq: int, what: Numbered | None) -> None:
        """A number belongs to what came first by it."""
        numbers = self.numbered.get(boot)
        if numbers is None:
            self.numbered[boot] = {seq: what}
        elif numbers.get(seq) is None:
            numbers[seq] = what

    def set_aside(self, reason: str, message: Message) -> "Arrivals":
        """The same, which has one message, if that is not to be stored."""
        refused = {boot: dict.fromkeys(numbers) for boot, numbers in self.numbered.items()}
        return Arrivals(self.received_at, refused, rejects=[Reject(message, reason)])


def sort_arrivals(messages: Iterable[Message], now: float) -> Arrivals:
    arrivals = Arrivals(now)
    for message in messages:
        try:
            _sort(message, arrivals)
        except BadMessageError as error:
            arrivals.rejects.append(Reject(message, str(error)))
            _note_number(message, arrivals)
    return arrivals


class _Numbered(Struct):
    """What is read of a message that is refused."""

    boot: UUID
    seq: Sequence


def _note_number(message: Message, arrivals: Arrivals) -> None:
    """What is refused has arrived all the same, if it says which it is: its agent is not to send it for ever."""
    try:
        topic, told = known_topic(message.topic), decode(message.body, _Numbered)
    except BadMessageError:
        return
    if topic.stream in NUMBERED:
        arrivals.take(Boot(topic.site, topic.device, told.boot), told.seq, None)


def _sort(message: Message, arrivals: Arrivals) -> None:
    if message.size > LIMIT:
        raise BadMessageError(f"{message.size} bytes are over the limit of {LIMIT}")
    topic = known_topic(message.topic)
    match topic.stream:
        case "telemetry":
            pack = decode(message.body, Telemetry)
            if not math.isfinite(pack.clock):
                raise BadMessageError(f"{pack.clock} is no correction of a clock")
            readings = resolve(pack.senml, arrivals.received_at)
            arrivals.take(Boot(topic.site, topic.device, pack.boot), pack.seq, Pack(readings, pack.clock))
        case "status":
            status = decode(message.body, Status)
            boot = Boot(topic.site, topic.device, status.boot)
            arrivals.statuses.append((boot, status))
            if status.seq:
                arrivals.take(boot, status.seq, status)
        case "frame":
            frame = decode(message.body, Frame)
            check_jpeg(frame.jpeg)
            check_clock(frame.at, arrivals.received_at)
            arrivals.take(Boot(topic.site, topic.device, frame.boot), frame.seq, frame)
        case "dropped":
            dropped = decode(message.body, Dropped)
            if not all(first <= last for first, last in dropped.spans):
                raise BadMessageError("a span of numbers that ends before it begins")
            arrivals.dropped.setdefault(Boot(topic.site, topic.device, dropped.boot), []).extend(dropped.spans)
        case other:
            raise BadMessageError(f"no such stream: {other[:60]!r}")
