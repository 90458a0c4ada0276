import paho.mqtt.client as paho
import pytest
from hypothesis import given
from hypothesis import strategies as st
from paho.mqtt import _packet as paho_packet
from paho.mqtt.enums import CallbackAPIVersion

from edge.packets import Publish, read_publish, write_publish

topics = st.text(st.characters(exclude_characters="+#\0", exclude_categories=["Cs"]), min_size=1, max_size=60)
payloads = st.one_of(st.binary(max_size=40), st.integers(100, 20_000).map(bytes))


class Wire:
    """What paho would send, as bytes."""

    def __init__(self) -> None:
        self._client = paho.Client(CallbackAPIVersion.VERSION2, protocol=paho.MQTTv311)
        self._sent = b""
        self._client._packet_queue = self._keep

    def _keep(self, _command, packet, *_):
        self._sent = bytes(packet)

    def publish(self, topic: str, payload: bytes, mid: int, qos: int, *, retain: bool) -> bytes:
        self._client._sock = object()
        self._client._send_publish(mid, topic.encode(), payload, qos, retain)
        self._client._sock = None
        return self._sent


WIRE = Wire()


@given(topic=topics, payload=payloads, mid=st.integers(1, 65535), qos=st.sampled_from([0, 1]), retain=st.booleans(),
       before=st.binary(max_size=5), after=st.binary(max_size=5))  # fmt: skip
def test_what_paho_writes_is_read(topic, payload, mid, qos, retain, before, after):
    packet = WIRE.publish(topic, payload, mid, qos, retain=retain)
    message = Publish(topic.encode(), payload, mid if qos else 0, retain)
    assert read_publish(before + packet + after, len(before)) == (message, len(before) + len(packet))


@given(topic=topics, payload=payloads)
def test_what_we_write_is_what_paho_would(topic, payload):
    assert write_publish(topic.encode(), payload) == WIRE.publish(topic, payload, 1, 0, retain=False)


@given(topic=topics, payload=payloads, share=st.floats(0, 1, exclude_max=True))
def test_what_is_not_whole_is_left(topic, payload, share):
    packet = WIRE.publish(topic, payload, 7, 1, retain=False)
    assert read_publish(packet[: int(len(packet) * share)], 0) is None


@given(data=st.binary(max_size=30), at=st.integers(0, 30))
def test_of_whatever_comes_no_more_is_read_than_paho_would(data, at):
    found = read_publish(data, at)
    if found is None:
        return
    message, end = found
    assert at < end <= len(data)
    body = data[at + 2 : end] if not data[at + 1] & 0x80 else None
    if body is not None:
        theirs = paho_packet.decode_publish(data[at], bytearray(body), paho.MQTTv311)
        assert (theirs.topic, bytes(theirs.payload), theirs.mid or 0) == (message.topic, message.payload, message.mid)


@pytest.mark.parametrize(
    "packet",
    [
        pytest.param(b"\x40\x02\x00\x01", id="PUBACK"),
        pytest.param(b"\x34\x06\x00\x01t\x00\x01x", id="QoS 2"),
        pytest.param(b"\x32\x05\x00\x01t\x00\x00", id="no id"),
        pytest.param(b"\x30\x03\x00\x09t", id="a topic that is longer than all of it"),
        pytest.param(b"\x32\x03\x00\x01t", id="no room for an id"),
        pytest.param(b"\x30\xff\xff\xff\xff\x01", id="a length that does not end"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_what_is_no_message_is_pahos(packet):
    assert read_publish(packet, 0) is None
    assert read_publish(packet + b"\0" * 40, 0) is None
