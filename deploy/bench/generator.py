"""Publishes at QoS 1 with next to no work for each message: paho would take as long as what is measured."""

import socket
import struct
import threading
import time
from collections.abc import Iterable
from typing import NamedTuple, Self

from edge.broker import BrokerAddress

PUBLISH_QOS_1, PUBACK_SIZE, MIDS = 0x32, 4, 65_535  # MQTT 3.1.1, sections 3.3 and 3.4
UNCONFIRMED = 20_000  # messages at most: beyond, ids would come round while they are in use
AT_ONCE = 500  # messages in one write
LOOK_S = 0.001


class Packet(NamedTuple):
    """A message but for its id, which stands between the two."""

    head: bytes
    body: bytes


def packet(topic: str, payload: bytes) -> Packet:
    name = _field(topic.encode())
    return Packet(bytes([PUBLISH_QOS_1]) + _length(len(name) + 2 + len(payload)) + name, payload)


def _length(size: int) -> bytes:
    """As MQTT writes it: seven bits a byte, the lowest first."""
    encoded = bytearray()
    while True:
        size, low = divmod(size, 128)
        encoded.append(low | (128 if size else 0))
        if not size:
            return bytes(encoded)


def _hello(client_id: str, user: str | None, password: str | None) -> bytes:
    """A clean session without keep-alive (MQTT 3.1.1, section 3.1)."""
    flags = 0x02 | (0x80 if user is not None else 0) | (0x40 if password is not None else 0)
    fields = (text.encode() for text in (client_id, user, password) if text is not None)
    body = b"\x00\x04MQTT\x04" + bytes([flags]) + b"\x00\x00" + b"".join(map(_field, fields))
    return b"\x10" + _length(len(body)) + body


def _field(content: bytes) -> bytes:
    return struct.pack("!H", len(content)) + content


class Generator:
    """One connection, for one thread. `sent` and `confirmed` count messages."""

    def __init__(self, url: str, client_id: str = "generator") -> None:
        """Raise ConnectionError."""
        address = BrokerAddress.parse(url)
        self._socket = socket.create_connection(address.hosts[0])
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sent = self.confirmed = 0
        self._socket.sendall(_hello(client_id, address.user, address.password))
        if self._socket.recv(4)[3:] != b"\0":
            self._socket.close()
            raise ConnectionError(f"the broker at {address.hosts[0]} refuses a connection")
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
