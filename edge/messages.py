"""What the edge says (Status, Telemetry, Frame, Dropped) and hears (Ack, DeviceConfig), and their one codec.

Times are seconds since the Unix epoch, UTC. Nothing heavy is imported here: every stage reads this.
"""

from collections.abc import Callable
from functools import cache
from typing import Annotated, Any, Literal, TypeVar
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

Message = TypeVar("Message", bound=Struct)

LATEST = 4_102_444_800  # 2100: beyond, and in any time zone, dates overflow on their way to a screen
EpochSeconds = Annotated[float, Meta(ge=0, le=LATEST)]
Seconds = Annotated[float, Meta(ge=-LATEST, le=LATEST)]  # no number that is none is within such bounds
Rate = Annotated[float, Meta(ge=0, le=1e6)]
Fraction = Annotated[float, Meta(ge=0, le=1)]
Sequence = Annotated[int, Meta(ge=1, lt=2**62)]
Span = tuple[Sequence, Sequence]  # of numbers, both ends included

DeviceState = Literal["online", "starting", "stalled", "offline", "stopped"]
AgentState = Literal["online", "offline", "stopped"]

MOST_HELD = 1000  # still pictures in a row that are told of
AHEAD_S = 60.0  # what a clock may be ahead
REASON = 300  # characters of what a decoder says; it quotes what it was given
JSON_STARTS = (b"{", b"[", b" ", b"\n", b"\t", b"\r")
JPEG_START, JPEG_END = b"\xff\xd8", b"\xff\xd9"


class BadMessageError(ValueError):
    """A peer sent what its contract does not allow; the text says what."""


class CameraStatus(Struct, frozen=True):
    """One camera as its agent sees it; `error` is the last trouble.

    Over the last report, in pictures/s: `rate` were captured, `sent` went out, `over_budget` would have, but for the
    byte budget; on all others nothing moved. `quality` is that of the last JPEG, 0 before the first.
    """

    state: DeviceState
    rate: Rate = 0.0
    restarts: int = 0
    error: str = ""
    sent: Rate = 0.0
    over_budget: Rate = 0.0
    quality: int = 0


class SensorStatus(Struct, frozen=True, omit_defaults=True):
    """One sensor as its agent sees it; one that is well takes next to no room, for there are many."""

    state: DeviceState = "online"
    error: str = ""


class Status(Struct, frozen=True):
    """An agent's report of itself, retained; its last will says `offline`.

    `seq` counts its reports since its boot, from 1; what nobody counts has none. `late`: it says how things were.
    """

    state: AgentState
    boot: UUID
    at: EpochSeconds
    version: str = ""
    clock: dict[str, Seconds] = {}
    cameras: dict[str, CameraStatus] = {}
    journal: dict[str, int] = {}
    sensors: dict[str, SensorStatus] = {}
    seq: Annotated[int, Meta(ge=0, lt=2**62)] = 0
    late: bool = False


class SenmlRecord(Struct, frozen=True, omit_defaults=True):
    """One record of a SenML pack (RFC 8428, section 4), base fields included."""

    bn: str = ""
    bt: float = 0.0
    bu: str = ""
    bv: float | None = None
    bs: float | None = None
    bver: int | None = None
    n: str = ""
    u: str = ""
    v: float | None = None
    vs: str | None = None
    vb: bool | None = None
    vd: str | None = None
    s: float | None = None
    t: float = 0.0
    ut: float | None = None


class Telemetry(Struct, frozen=True, omit_defaults=True):
    """A pack of readings; `seq` counts a device's packs and frames since its boot, from 1.

    `late`: its agent had to keep it for a while, and what is new may have overtaken it. `clock`: the seconds that the
    agent has added to its times, since its clock is off; without them, they are as the device said.
    """

    boot: UUID
    seq: Sequence
    senml: Annotated[list[SenmlRecord], Meta(min_length=1)]
    late: bool = False
    clock: float = 0.0


class Frame(Struct, frozen=True, omit_defaults=True):
    """One picture; `at` is when it was captured, `moving` whether anything has moved since the one before.

    `held` are the times of the pictures between the two that were not sent, since nothing moved on them. The rest as
    above.
    """

    boot: UUID
    seq: Sequence
    at: EpochSeconds
    jpeg: bytes
    moving: bool
    late: bool = False
    clock: float = 0.0
    held: Annotated[list[EpochSeconds], Meta(max_length=MOST_HELD)] = []


class Dropped(Struct, frozen=True):
    """Numbers of a device's boot that its agent had to give up, and will never send."""

    boot: UUID
    spans: Annotated[list[Span], Meta(min_length=1)]


class Ack(Struct, frozen=True, omit_defaults=True):
    """All of this boot's messages up to and including `seq` are committed, and those within `also`."""

    boot: UUID
    seq: Annotated[int, Meta(ge=0, lt=2**62)]
    at: EpochSeconds
    also: list[Span] = []


class DeviceConfig(Struct, frozen=True):
    """The edge's part of a device's configuration; what other stages need of it is passed over here.

    `every` is the seconds between two readings of a sensor; `masks` are polygons of a camera's picture, in fractions of
    it, that nobody is to see. Of a still street a picture goes out every `heartbeat` seconds (0: all of them), and no
    more than `budget` bytes/s of any.
    """

    camera: str | None = None
    fps: Annotated[float, Meta(gt=0, le=60)] = 5.0
    agent: str = "edge"
    sensor: str | None = None
    every: Annotated[float, Meta(ge=0.1, le=86_400)] = 10.0
    masks: list[Annotated[list[tuple[Fraction, Fraction]], Meta(min_length=3)]] = []
    heartbeat: Annotated[float, Meta(ge=0, le=10)] = 2.0
    budget: Annotated[float, Meta(ge=8000)] | None = None


@cache
def _decoders(kind: type[Any]) -> tuple[Callable[[bytes], Any], Callable[[bytes], Any]]:
    return msgspec.json.Decoder(kind).decode, msgspec.msgpack.Decoder(kind).decode


def decode(payload: bytes, kind: type[Message]) -> Message:
    """Read a JSON or MessagePack body, told apart by the first byte; raise BadMessageError."""
    as_json, as_binary = _decoders(kind)
    try:
        message: Message = as_json(payload) if payload[:1] in JSON_STARTS else as_binary(payload)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BadMessageError(f"not a {kind.__name__}: {str(error)[:REASON]}") from error
    return message


def check_clock(at: float, now: float) -> None:
    """Raise BadMessageError for what is of the future: believed, it would make every later one look old."""
    if at > now + AHEAD_S:
        raise BadMessageError(f"captured {at - now:.0f} s in the future: set the clock of the device's agent")


def encode_json(message: Struct) -> bytes:
    return msgspec.json.encode(message)


def encode_binary(message: Struct) -> bytes:
    return msgspec.msgpack.encode(message)


def check_jpeg(jpeg: bytes) -> None:
    """Raise BadMessageError unless the bytes begin and end as a JPEG does."""
    if not (jpeg.startswith(JPEG_START) and jpeg.rstrip(b"\0").endswith(JPEG_END)):
        raise BadMessageError(f"not a JPEG: {len(jpeg)} bytes without its start or end marker")
