"""Payloads that no honest device would send, made from ones that it would."""

import random
import time
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import msgspec

from detect.incident import Taken
from edge.messages import Ack, Dropped, Frame, SenmlRecord, SensorStatus, Status, Telemetry
from edge.topics import Topic
from tests.dispatch.matters import JPEG, incident

SITE = "fuzz"
WEIGHTS = {"telemetry": 30, "status": 12, "frame": 15, "incident": 5, "ack": 15, "config": 8, "dropped": 15, "taken": 5}
NASTY: list[Any] = [
    None, True, -1, 0, 2**63, 2**64 - 1, 1e308, -1e308, 1.5, "", "\0", "\ud7ff", "x" * 5000, "'; DROP TABLE readings",
    "../../etc", [], {}, [[]], {"": {}}, b"", b"\xff\xd8\xff\xd9", 10**12, "0" * 40, "9999-12-31", [1] * 500,
]  # fmt: skip


def samples(boot: UUID, seq: int, device: str) -> dict[str, msgspec.Struct | dict[str, Any]]:
    now = time.time()
    pack = Telemetry(boot, seq, [SenmlRecord(n="water_level", u="m", v=0.2, bt=now), SenmlRecord(n="door", vb=True)])
    return {
        "telemetry": pack,
        "status": Status("online", boot, now, "1", sensors={device: SensorStatus()}, seq=seq),
        "frame": Frame(boot, seq, now, JPEG, moving=True),
        "incident": incident(site=SITE, device=device),
        "ack": Ack(boot, seq, now, [(seq + 2, seq + 9)]),
        "config": {"sensor": "sim://water_level", "every": 60.0, "agent": "another", "rules": [{"kind": "flood"}]},
        "dropped": Dropped(boot, [(seq, seq + 3)]),
        "taken": Taken("0" * 32),
    }


class Fuzzer:
    """Deterministic by its seed. Each payload has a number of its own."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)

    def payloads(self, count: int) -> Iterator[tuple[str, bytes, UUID]]:
        """Topics, bodies and the boot that each is of. A topic never holds what brokers refuse at the door."""
        chance = self._chance
        streams = chance.choices([*WEIGHTS], [*WEIGHTS.values()], k=count)
        for seq, stream in enumerate(streams, 1):
            device = f"d-{chance.randrange(20)}"
            boot = UUID(int=chance.getrandbits(128))
            sample = msgspec.to_builtins(samples(boot, seq, device)[stream], builtin_types=(bytes,))
            yield self._topic(stream, device), self._body(sample), boot

    def _topic(self, stream: str, device: str) -> str:
        topic = str(Topic(SITE, device, stream))
        match self._chance.randrange(25):
            case 0:
                return topic.replace("/v1/", self._chance.choice(["/v1/zz", "/v2/", "/v1//", "/"]))
            case 1:
                return topic.replace(device, self._chance.choice(["D_1", "x" * 60, "é", "a b", "-", "%00"]))
            case 2:
                return topic.replace(
                    stream, self._chance.choice(["", "nowhere", "telemetry", "status", stream.upper()])
                )
            case _:
                return topic

    def _body(self, sample: Any) -> bytes:
        chance = self._chance
        for _ in range(chance.randrange(4)):
            sample = self._bend(sample)
        encode = msgspec.msgpack.encode if chance.random() < 0.6 else msgspec.json.encode
        return self._break(encode(sample))

    def _bend(self, value: Any) -> Any:
        """The same with one part of it, however deep, gone or another."""
        chance = self._chance
        if isinstance(value, dict) and value and chance.random() < 0.9:
            key = chance.choice([*value])
            if chance.random() < 0.15:
                return {name: part for name, part in value.items() if name != key}
            return value | {key: self._bend(value[key])}
        if isinstance(value, list) and value and chance.random() < 0.9:
            place = chance.randrange(len(value))
            return [*value[:place], self._bend(value[place]), *value[place + 1 :]]
        return chance.choice(NASTY)

    def _break(self, body: bytes) -> bytes:
        chance = self._chance
        place = chance.randrange(len(body) + 1)
        match chance.randrange(12):
            case 0:
                return body[:place]
            case 1:
                return body[:place] + chance.randbytes(3) + body[place + 1 :]
            case 2:
                return body + body[place:]
            case 3:
                return chance.randbytes(chance.randrange(200))
            case 4:
                return chance.choice([b"", b"{", b"[" * 5000, b'{"a":' * 500, b"\xdd\xff\xff\xff\xff", b"\xc1", b" "])
            case _:
                return body
