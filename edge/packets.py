"""The packet PUBLISH of MQTT 3.1.1 (section 3.3), which nearly all that comes and goes is. Pure.

paho reads and writes the rest. Of each of these it makes an object with a lock, six calls and a line for a log, and a
city's come by the thousand each second.
"""

from typing import NamedTuple

PUBLISH = 0x30
RETAIN, QOS, QOS_2 = 0x01, 0x06, 0x04  # bits of the first byte
MORE = 0x80  # bit of a byte of a length: another follows
LENGTH_BYTES = 4  # at most


class Publish(NamedTuple):
    """A message; its id is 0 at a QoS of 0."""

    topic: bytes
    payload: bytes
    mid: int
    retain: bool


def read_publish(data: bytes, at: int) -> tuple[Publish, int] | None:
    """The message that begins there, and where it ends; None for all that is for paho.

    That is another packet, one at a QoS of 2, one that is not whole yet, and one that breaks the standard.
    """
    head = _read_head(data, at)
    if head is None:
        return None
    begin, end = head
    first, topic_at = data[at], begin + 2
    payload_at = topic_at + int.from_bytes(data[begin:topic_at], "big")
    topic, mid = data[topic_at:payload_at], 0
    if first & QOS:
        mid = int.from_bytes(data[payload_at : payload_at + 2], "big")
        payload_at += 2
    if payload_at > end or (first & QOS and not mid):
        return None
    return Publish(topic, data[payload_at:end], mid, bool(first & RETAIN)), end


def _read_head(data: bytes, at: int) -> tuple[int, int] | None:
    """Where what follows the length begins and ends, of a PUBLISH that is whole."""
    if at >= len(data) or data[at] & 0xF0 != PUBLISH or data[at] & QOS_2:
        return None
    length = shift = 0
    for begin in range(at + 1, min(at + 1 + LENGTH_BYTES, len(data))):
        length |= (data[begin] & ~MORE) << shift
        shift += 7
        if not data[begin] & MORE:
            end = begin + 1 + length
            return (begin + 1, end) if end <= len(data) else None
    return None


def write_publish(topic: bytes, payload: bytes) -> bytes:
    """A message at a QoS of 0."""
    left, length = 2 + len(topic) + len(payload), bytearray()
    while left >= MORE:
        length.append(MORE | left & ~MORE & 0xFF)
        left >>= 7
    return b"".join((bytes((PUBLISH,)), length, bytes((left,)), len(topic).to_bytes(2, "big"), topic, payload))
