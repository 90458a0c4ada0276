"""What came in, sorted: decoded by its topic's stream, or set aside with the reason. Pure; no I/O."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

from edge.messages import BadMessageError, Dropped, Frame, Span, Status, Telemetry, check_clock, check_jpeg, decode
from edge.topics import Topic
from ingest.senml import Reading, resolve

LIMIT = 8 << 20  # bytes; a picture of the largest camera is a fraction of that
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

    A status may have no number; statuses stand as they came. `dropped` are numbers that an agent had to give up.
    """

    received_at: datetime
    statuses: list[tuple[Key, Status]] = field(default_factory=list)
    readings: dict[Key, list[Reading]] = field(default_factory=dict)
    frames: dict[Key, Frame] = field(default_factory=dict)
    dropped: list[tuple[Boot, Span]] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)

    def numbered(self) -> list[Key]:
        statuses = {key: None for key, _ in self.statuses if key.seq}
        return list(self.readings | self.frames | statuses)


def utc(epoch: float) -> datetime:
    return datetime.fromtimestamp(epoch, UTC)


def sort_arrivals(messages: Iterable[Message], now: float) -> Arrivals:
    arrivals = Arrivals(utc(now))
    for message in messages:
        try:
            _sort(message, now, arrivals)
        except BadMessageError as error:
            arrivals.rejects.append(Reject(message, str(error)))
    return arrivals


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
            arrivals.readings[Key(topic.site, topic.device, pack.boot, pack.seq)] = resolve(pack.senml, now)
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
