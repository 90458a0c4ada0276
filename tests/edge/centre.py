"""The centre, for tests of what the edge sends: in memory with the broker before it, or at a real one."""

import contextlib
import time
from collections.abc import Iterator
from uuid import UUID

from edge.messages import Ack, Dropped, Frame, Status, Telemetry, decode, encode_json
from edge.mqtt import Delivery
from edge.outbox import Heard
from edge.topics import Share, Topic
from tests.edge.links import linked

KINDS = {"frame": Frame, "telemetry": Telemetry, "status": Status, "dropped": Dropped}


class Centre:
    """Takes what is published while it is connected; `deaf`, it loses it, as a broker does that has no room."""

    def __init__(self) -> None:
        self.connected, self.deaf, self.room = True, False, 10_000
        self.came: list[tuple[str, str, object]] = []  # device, stream, message, in the order in which they came
        self.retained: dict[str, bytes] = {}
        self.numbers: dict[tuple[str, UUID], set[int]] = {}
        self.gone: dict[tuple[str, UUID], set[int]] = {}
        self._touched: dict[tuple[str, UUID], set[int]] = {}

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> bool:
        assert self.connected
        if self.room <= 0:
            return False
        self.room -= 1
        if not self.deaf:
            self.take(topic, payload)
            if retain:
                self.retained[topic] = payload
        return True

    def take(self, name: str, payload: bytes) -> None:
        topic = Topic.parse(name)
        message = decode(payload, KINDS[topic.stream])
        self.came.append((topic.device, topic.stream, message))
        boot = topic.device, message.boot
        touched = self._touched.setdefault(boot, set())
        if isinstance(message, Dropped):
            told = {seq for first, last in message.spans for seq in range(first, last + 1)}
            self.gone.setdefault(boot, set()).update(told)
            touched.update(told)
        else:
            self.numbers.setdefault(boot, set()).add(message.seq)
            touched.add(message.seq)

    def acks(self, at: float = 0.1) -> list[Heard]:
        """What it says that it has, of all that it heard of since it was last asked, heard at once at that time."""
        touched, self._touched = self._touched, {}
        return [Heard(device, self._ack(device, boot, new, at), at) for (device, boot), new in sorted(touched.items())]

    def _ack(self, device: str, boot: UUID, new: set[int], at: float) -> Ack:
        """All up to a number and, beyond that, what came now."""
        have = self.numbers.get((device, boot), set()) | self.gone.get((device, boot), set())
        seq = next(number for number in range(len(have) + 1) if number + 1 not in have)
        return Ack(boot, seq, at, [(number, number) for number in sorted(new) if number > seq])

    def of(self, device: str, stream: str = "telemetry") -> list[int]:
        return [message.seq for name, kind, message in self.came if (name, kind) == (device, stream)]


@contextlib.contextmanager
def confirming(url: str, site: str = "tooley", ahead_s: float = 0.0) -> Iterator[Centre]:
    """A centre at that broker, which confirms whatever comes as soon as it is there; its clock may be ahead of ours."""
    centre = Centre()
    filters = [name for stream in KINDS for name in Share().filters(stream, site)]
    with linked(url, "centre-acks") as acks:

        def receive(delivery: Delivery) -> None:
            centre.take(delivery.topic, delivery.payload)
            delivery.ack()
            for device, ack, _ in centre.acks(time.time() + ahead_s):
                acks.publish(str(Topic(site, device, "ack")), encode_json(ack))

        with linked(url, "centre", filters=filters, receive=receive):
            yield centre
