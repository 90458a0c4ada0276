"""Messages as devices send them, for tests."""

from uuid import UUID

import msgspec

from edge.messages import Dropped, Frame, SenmlRecord, Status, Telemetry
from edge.topics import Topic
from ingest.arrivals import Message

BOOT = UUID("0191b0c4-0000-7000-8000-000000000001")
EARLIER = UUID("0191b0c4-0000-7000-8000-000000000000")
NOW = 1_700_000_000.0
JPEG = b"\xff\xd8 a picture \xff\xd9"


def topic(stream, device="cam-1", site="tooley"):
    return str(Topic(site, device, stream))


def pack(seq, value=0.2, boot=BOOT, at=NOW):
    return Telemetry(boot, seq, [SenmlRecord(n="water_level", u="m", v=value, t=at)])


def frame(seq, at=NOW, jpeg=JPEG, boot=BOOT):
    return Frame(boot, seq, at, jpeg, moving=True)


def status(state="online", boot=BOOT, seq=0, *, late=False, **cameras):
    return Status(state, boot, NOW, "0.1.0", cameras=cameras, seq=seq, late=late)


def dropped(*spans, boot=BOOT):
    return Dropped(boot, list(spans))


def arrived(message, device="cam-1", site="tooley"):
    """The message as ingest takes it from the broker."""
    stream = {Telemetry: "telemetry", Frame: "frame", Status: "status", Dropped: "dropped"}[type(message)]
    return Message.arrived(topic(stream, device, site), msgspec.msgpack.encode(message))
