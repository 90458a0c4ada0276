import contextlib
import math
from typing import get_args

import cv2
import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.messages import (
    AHEAD_S,
    LATEST,
    Ack,
    AgentState,
    BadMessageError,
    CameraStatus,
    DeviceConfig,
    DeviceState,
    Frame,
    SenmlRecord,
    SensorStatus,
    Status,
    Telemetry,
    check_clock,
    check_jpeg,
    decode,
    encode_binary,
    encode_json,
)

KINDS = [Status, Telemetry, Frame, Ack, DeviceConfig]
BOOT = "0191b0c4-0000-7000-8000-000000000001"

times = st.floats(0, LATEST)
numbers = st.floats(allow_nan=False, allow_infinity=False)
seconds, rates = st.floats(-LATEST, LATEST), st.floats(0, 1e6)
sequences = st.integers(1, 2**62 - 1)
cameras = st.builds(
    CameraStatus, st.sampled_from(get_args(DeviceState)), rates, st.integers(0, 2**31), st.text(max_size=9),
    sent=rates, over_budget=rates, quality=st.integers(0, 100),
)  # fmt: skip
sensors = st.builds(SensorStatus, st.sampled_from(get_args(DeviceState)), st.text(max_size=9))
records = st.builds(
    SenmlRecord,
    bn=st.text(max_size=9), bt=numbers, bv=st.none() | numbers, bver=st.none() | st.integers(0, 10),
    n=st.text(max_size=9), v=st.none() | numbers, vs=st.none() | st.text(max_size=9), vb=st.none() | st.booleans(),
    t=numbers,
)  # fmt: skip
messages = st.one_of(
    st.builds(
        Status,
        st.sampled_from(get_args(AgentState)),
        st.uuids(),
        times,
        st.text(max_size=9),
        clock=st.dictionaries(st.text(max_size=9), seconds, max_size=3),
        cameras=st.dictionaries(st.text(max_size=9), cameras, max_size=3),
        journal=st.dictionaries(st.text(max_size=9), st.integers(-(2**63), 2**63 - 1), max_size=3),
        sensors=st.dictionaries(st.text(max_size=9), sensors, max_size=3),
    ),
    st.builds(Telemetry, st.uuids(), sequences, st.lists(records, min_size=1, max_size=4)),
    st.builds(Frame, st.uuids(), sequences, times, st.binary(), st.booleans(), held=st.lists(times, max_size=4)),
    st.builds(Ack, st.uuids(), sequences, times),
    st.builds(
        DeviceConfig,
        st.none() | st.text(max_size=9),
        st.floats(0.1, 60),
        st.text(max_size=9),
        st.none() | st.text(max_size=9),
        st.floats(0.1, 86_400),
        heartbeat=st.floats(0, 10),
        budget=st.none() | st.floats(8000, 1e9),
    ),
)
rubbish = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | st.text() | st.binary(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["state", "boot", "at", "seq", "senml", "jpeg", "moving", "cameras", "fps", "n", "v", "t"]),
            inner | st.sampled_from(["online", BOOT, 1]),
            max_size=6,
        )
    ),
)


def decoded_or_refused(payload):
    for kind in KINDS:
        with contextlib.suppress(BadMessageError):
            assert isinstance(decode(payload, kind), kind)


@given(messages)
def test_a_message_survives_json_and_messagepack(message):
    assert decode(encode_json(message), type(message)) == message
    assert decode(encode_binary(message), type(message)) == message


@given(st.binary())
def test_arbitrary_bytes_are_decoded_or_refused(payload):
    decoded_or_refused(payload)


@given(rubbish)
def test_well_formed_rubbish_is_decoded_or_refused(value):
    decoded_or_refused(msgspec.json.encode(value))
    decoded_or_refused(msgspec.msgpack.encode(value))


@given(messages, st.data())
def test_a_truncated_message_is_refused(message, data):
    for payload in (encode_json(message), encode_binary(message)):
        cut = data.draw(st.integers(0, len(payload) - 1))
        with pytest.raises(BadMessageError):
            decode(payload[:cut], type(message))


@pytest.mark.parametrize("payload", [b"[" * 100_000, b'{"a":' * 100_000, b"\x91" * 100_000, b"\x81\xa1a" * 100_000])
def test_bottomless_nesting_is_refused(payload):
    decoded_or_refused(payload)
    decoded_or_refused(b'{"state":"online","boot":"' + BOOT.encode() + b'","at":1,"more":' + payload)


def test_a_refusal_is_short_however_long_the_nonsense():
    with pytest.raises(BadMessageError, match="Invalid enum value 'xxx") as caught:
        decode(b'{"state":"' + b"x" * 5_000_000 + b'"}', Status)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize("at", [math.nan, math.inf, -math.inf, -1, -0.001, LATEST + 1, 1e300, 2**64 - 1, "5", None])
def test_a_time_that_no_calendar_has_is_refused(at):
    body = {"state": "online", "boot": BOOT, "seq": 1, "at": at, "jpeg": b"", "moving": True}
    for kind in (Status, Frame, Ack):
        decode(msgspec.msgpack.encode(body | {"at": LATEST}), kind)
        with pytest.raises(BadMessageError, match=r"\$\.at"):
            decode(msgspec.msgpack.encode(body | {"at": at}), kind)


@pytest.mark.parametrize("at", [b"NaN", b"Infinity", b"1e400"])
def test_a_time_that_is_no_json_number_is_refused(at):
    with pytest.raises(BadMessageError):
        decode(b'{"state":"online","boot":"' + BOOT.encode() + b'","at":' + at + b"}", Status)


@pytest.mark.parametrize("seq", [0, -1, 2**62, 2**64 - 1, 1.5, math.nan, math.inf, True, "1", None])
def test_a_sequence_number_that_counts_nothing_is_refused(seq):
    body = {"boot": BOOT, "at": 1, "jpeg": b"", "moving": True, "senml": [{"n": "level", "v": 1}]}
    for kind in (Telemetry, Frame):
        decode(msgspec.msgpack.encode(body | {"seq": 2**62 - 1}), kind)
        with pytest.raises(BadMessageError, match=r"\$\.seq"):
            decode(msgspec.msgpack.encode(body | {"seq": seq}), kind)


@pytest.mark.parametrize("fps", [0, -1, 61, math.nan, math.inf])
def test_a_rate_that_no_camera_has_is_refused(fps):
    with pytest.raises(BadMessageError, match=r"\$\.fps"):
        decode(msgspec.msgpack.encode({"camera": "0", "fps": fps}), DeviceConfig)


@pytest.mark.parametrize("every", [0, 0.05, -1, 86_401, math.nan, math.inf])
def test_an_interval_that_no_sensor_has_is_refused(every):
    with pytest.raises(BadMessageError, match=r"\$\.every"):
        decode(msgspec.msgpack.encode({"sensor": "sim://gas", "every": every}), DeviceConfig)


def test_a_sensor_that_is_well_takes_no_room_in_a_status():
    assert encode_json(SensorStatus("online")) == b"{}"


def test_a_pack_without_readings_is_refused():
    with pytest.raises(BadMessageError, match="senml"):
        decode(msgspec.json.encode({"boot": BOOT, "seq": 1, "senml": []}), Telemetry)


def test_fields_of_a_later_version_are_passed_over():
    assert decode(b'{"camera": "0", "fps": 2, "zones": [], "detector": {}}', DeviceConfig) == DeviceConfig("0", 2)


def test_a_body_is_told_apart_by_its_first_byte():
    config = DeviceConfig("rtsp://camera/1")
    for payload in (encode_json(config), b" \r\n\t" + encode_json(config), encode_binary(config)):
        assert decode(payload, DeviceConfig) == config


@pytest.fixture(scope="module")
def jpeg():
    picture = np.random.default_rng(1).integers(0, 255, (48, 64, 3), np.uint8)
    return cv2.imencode(".jpg", picture)[1].tobytes()


def test_a_jpeg_is_let_through_also_with_padding(jpeg):
    check_jpeg(jpeg)
    check_jpeg(jpeg + b"\0" * 7)


def test_a_jpeg_cut_anywhere_is_refused(jpeg):
    for length in range(len(jpeg)):
        with pytest.raises(BadMessageError, match="not a JPEG"):
            check_jpeg(jpeg[:length])


def test_what_does_not_begin_as_a_jpeg_is_refused(jpeg):
    for other in (b"\x89PNG" + jpeg, jpeg[1:], b"\xff\xd9"):
        with pytest.raises(BadMessageError, match="not a JPEG"):
            check_jpeg(other)


def test_a_frame_of_the_future_is_refused_and_a_clock_a_little_ahead_is_not():
    check_clock(1e9 + AHEAD_S, 1e9)
    with pytest.raises(BadMessageError, match="set the clock"):
        check_clock(1e9 + AHEAD_S + 1, 1e9)
