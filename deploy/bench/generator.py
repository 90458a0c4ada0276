"""Publishes at QoS 1 with next to no work for each message: paho would take as long as what is measured."""

import socket
import struct
import threading
import time
from collections.abc import Iterable
from typing import NamedTuple, Self

from deploy.embedded import LOOPBACK

PUBLISH_QOS_1, PUBACK_SIZE, MIDS = 0x32, 4, 65_535  # MQTT 3.1.1, sections 3.3 and 3.4
UNCONFIRMED = 20_000  # messages at most: beyond, ids would come round while they are in use
AT_ONCE = 500  # messages in one write
LOOK_S = 0.001


class Packet(NamedTuple):
    """A message but for its id, which stands between the two."""

    head: bytes
    body: bytes


def packet(topic: str, payload: bytes) -> Packet:
    name = topic.encode()
    size = 2 + len(name) + 2 + len(payload)
    return Packet(bytes([PUBLISH_QOS_1]) + _length(size) + struct.pack("!H", len(name)) + name, payload)


def _length(size: int) -> bytes:
    """As MQTT writes it: seven bits a byte, the lowest first."""
    encoded = bytearray()
    while True:
        size, low = divmod(size, 128)
        encoded.append(low | (128 if size else 0))
        if not size:
            return bytes(encoded)


class Generator:
    """One connection, for one thread. `sent` and `confirmed` count messages."""

    def __init__(self, port: int, client_id: str = "generator") -> None:
        self._socket = socket.create_connection((LOOPBACK, port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sent = self.confirmed = 0
        name = client_id.encode()
        hello = b"\x00\x04MQTT\x04\x02\x00\x00" + struct.pack("!H", len(name)) + name  # clean session, no keep-alive
        self._socket.sendall(b"\x10" + _length(len(hello)) + hello)
        if self._socket.recv(4)[3:] != b"\0":
            raise ConnectionError(f"the broker on port {port} refuses a connection")
        self._reader = threading.Thread(target=self._count, daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._reader.join()
        self._socket.close()

    def publish(self, packets: Iterable[Packet]) -> None:
        """Send them, as fast as the broker takes them."""
        batch: list[bytes] = []
        for number, (head, body) in enumerate(packets, self.sent):
            batch += (head, (number % MIDS + 1).to_bytes(2, "big"), body)
            if len(batch) == 3 * AT_ONCE:
                self._send(batch)
        self._send(batch)

    def wait(self) -> None:
        """Until the broker has confirmed all of it."""
        while self.confirmed < self.sent:
            time.sleep(LOOK_S)

    def _send(self, batch: list[bytes]) -> None:
        while self.sent - self.confirmed > UNCONFIRMED:
            time.sleep(LOOK_S)
        self._socket.sendall(b"".join(batch))
        self.sent += len(batch) // 3
        batch.clear()

    def _count(self) -> None:
        """All that comes is confirmations."""
        size = 0
        while piece := self._socket.recv(1 << 16):
            size += len(piece)
            self.confirmed = size // PUBACK_SIZE
