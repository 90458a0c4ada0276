"""What came in, sorted: decoded by its topic's stream, or set aside with the reason. Pure; no I/O."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
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
from edge.topics import Topic
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


class Key(NamedTuple):
    """Names one numbered message for ever; a status without a number has 0."""

    site: str
    device: str
    boot: UUID
    seq: int


class Boot(NamedTuple):
    """One start of an agent, as one of its devices knows it."""

    site: str
    device: str
    boot: UUID


class Reject(NamedTuple):
    message: Message
    reason: str


@dataclass(slots=True)
class Arrivals:
    """A batch, sorted; numbered messages stand under their key, so that a copy within the batch falls away.

    A status may have no number; statuses stand as they came. `corrected` are the seconds that an agent added to the
    times of a pack, `dropped` numbers that it had to give up, `refused` those of what is set aside: it has arrived, and
    is not to be sent again.
    """

    received_at: datetime
    statuses: list[tuple[Key, Status]] = field(default_factory=list)
    readings: dict[Key, list[Reading]] = field(default_factory=dict)
    corrected: dict[Key, float] = field(default_factory=dict)
    frames: dict[Key, Frame] = field(default_factory=dict)
    dropped: list[tuple[Boot, Span]] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    refused: list[Key] = field(default_factory=list)

    def numbered(self) -> list[Key]:
        statuses = {key: None for key, _ in self.statuses if key.seq}
        return list(self.readings | self.frames | statuses)

    def set_aside(self, reason: str, message: Message) -> "Arrivals":
        """The same, which has one message, if that is not to be stored."""
        return Arrivals(self.received_at, rejects=[Reject(message, reason)], refused=[*self.refused, *self.numbered()])


def utc(epoch: float) -> datetime:
    return datetime.fromtimestamp(epoch, UTC)


def sort_arrivals(messages: Iterable[Message], now: float) -> Arrivals:
    arrivals = Arrivals(utc(now))
    for message in messages:
        try:
            _sort(message, now, arrivals)
        except BadMessageError as error:
            arrivals.rejects.append(Reject(message, str(error)))
            arrivals.refused += _number_of(message)
    return arrivals


class _Numbered(Struct):
    """What is read of a message that is refused."""

    boot: UUID
    seq: Sequence


def _number_of(message: Message) -> list[Key]:
    """Its own, if it can be told: it has arrived, and its agent is not to send it for ever."""
    try:
        topic, told = Topic.parse(message.topic), decode(message.body, _Numbered)
    except BadMessageError:
        return []
    return [Key(topic.site, topic.device, told.boot, told.seq)] if topic.stream in NUMBERED else []


def _sort(message: Message, now: float, arrivals: Arrivals) -> None:
    if message.size > LIMIT:
        raise BadMessageError(f"{message.size} bytes are over the limit of {LIMIT}")
    topic = Topic.parse(message.topic)
    match topic.stream:
        case "status":
            status = decode(message.body, Status)
            arrivals.statuses.append((Key(topic.site, topic.device, status.boot, status.seq), status))
        case "telemetry":
            pack = decode(message.body, Telemetry)
            key = Key(topic.site, topic.device, pack.boot, pack.seq)
            arrivals.readings[key] = resolve(pack.senml, now)
            if pack.clock:
                arrivals.corrected[key] = pack.clock
        case "frame":
            frame = decode(message.body, Frame)
            check_jpeg(frame.jpeg)
            check_clock(frame.at, now)
            arrivals.frames[Key(topic.site, topic.device, frame.boot, frame.seq)] = frame
        case "dropped":
            dropped = decode(message.body, Dropped)
            if not all(first <= last for first, last in dropped.spans):
                raise BadMessageError("a span of numbers that ends before it begins")
            arrivals.dropped += ((Boot(topic.site, topic.device, dropped.boot), span) for span in dropped.spans)
        case other:
            raise BadMessageError(f"no such stream: {other[:60]!r}")
