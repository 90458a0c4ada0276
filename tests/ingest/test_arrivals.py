import math

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from edge.messages import Status, encode_binary, encode_json
from ingest.arrivals import HEAD, LIMIT, Boot, Message, Pack, Reject, sort_arrivals
from ingest.senml import Reading
from tests.ingest.arrived import BOOT, EARLIER, JPEG, NOW, arrived, dropped, frame, pack, status, topic

STREAMS = ["status", "telemetry", "frame", "dropped", "incident", "ack", "config"]


def told(arrivals):
    """What is to be stored, with its number."""
    numbered = arrivals.numbered.items()
    return [(boot, seq, what) for boot, numbers in numbered for seq, what in numbers.items() if what is not None]


def refused(arrivals):
    return {boot: [seq for seq, what in numbers.items() if what is None] for boot, numbers in arrivals.numbered.items()}


def only_reject(topic, payload):
    arrivals = sort_arrivals([Message.arrived(topic, payload)], NOW)
    assert arrivals.statuses == told(arrivals) == []
    (reject,) = arrivals.rejects
    assert reject.message.topic == topic
    return reject


def boot_of(device, boot=BOOT):
    return Boot("tooley", device, boot)


def test_each_stream_has_its_place():
    gone = arrived(dropped((2, 3), (6, 6)))
    messages = [arrived(status(), "edge"), arrived(pack(1), "level-1"), arrived(frame(7)), gone]
    arrivals = sort_arrivals(messages, NOW)
    assert arrivals.received_at == NOW
    assert arrivals.statuses == [(boot_of("edge"), status())]
    assert arrivals.dropped == {boot_of("cam-1"): [(2, 3), (6, 6)]}
    assert arrivals.numbered == {
        boot_of("level-1"): {1: Pack([Reading(NOW, "water_level", 0.2, None, "m")], 0)},
        boot_of("cam-1"): {7: frame(7)},
    }
    assert not arrivals.rejects


def test_a_status_that_has_a_number_stands_by_it_too():
    arrivals = sort_arrivals([arrived(status(seq=3), "edge")], NOW)
    assert arrivals.statuses == [(boot_of("edge"), status(seq=3))]
    assert told(arrivals) == [(boot_of("edge"), 3, status(seq=3))]


def test_json_is_as_good_as_messagepack():
    message = Message.arrived(topic("telemetry", "level-1"), encode_json(pack(1)))
    assert told(sort_arrivals([message], NOW)) == told(sort_arrivals([arrived(pack(1), "level-1")], NOW))


def test_a_copy_within_the_batch_falls_away():
    messages = [arrived(pack(1)), arrived(pack(1)), arrived(frame(2)), arrived(frame(2))]
    assert [seq for _, seq, _ in told(sort_arrivals(messages, NOW))] == [1, 2]


def test_the_same_number_of_another_device_site_or_boot_is_another_message():
    messages = [
        arrived(pack(1)),
        arrived(pack(1), "cam-2"),
        arrived(pack(1), site="borough"),
        arrived(pack(1, boot=EARLIER)),
    ]
    assert len(told(sort_arrivals(messages, NOW))) == 4


def test_times_relative_to_now_are_those_of_the_arrival():
    ((_, _, what),) = told(sort_arrivals([arrived(pack(1, at=-30))], NOW))
    assert what.readings[0].at == NOW - 30


def test_of_an_oversized_message_the_head_and_the_size_are_kept():
    message = Message.arrived(topic("frame"), bytes(50 << 20))
    assert len(message.body) == HEAD
    reject = only_reject(topic("frame"), bytes(50 << 20))
    assert reject.message == message
    assert reject.message.size == 50 << 20
    assert reject.reason == f"{50 << 20} bytes are over the limit of {LIMIT}"


def test_a_message_of_the_largest_size_is_read():
    padding = LIMIT - len(arrived(frame(1, jpeg=JPEG + bytes(100_000))).body) + 100_000
    largest = arrived(frame(1, jpeg=JPEG + bytes(padding)))
    assert largest.size == LIMIT
    assert told(sort_arrivals([largest], NOW))


@pytest.mark.parametrize(
    ("stream", "payload", "reason"),
    [
        ("status", b"", "not a Status: Input data was truncated"),
        ("status", b'{"state":"asleep"}', "Invalid enum value 'asleep'"),
        ("telemetry", arrived(pack(1)).body[:-3], "not a Telemetry: Input data was truncated"),
        ("telemetry", encode_json(pack(1, value=1.5)).replace(b"1.5", b"1e999"), "out of range"),
        ("telemetry", arrived(pack(1, value=float("nan"))).body, "water_level: nan is not a finite number"),
        ("telemetry", arrived(pack(2**62)).body, "$.seq"),
        ("telemetry", encode_binary(replace(pack(1), clock=math.inf)), "inf is no correction of a clock"),
        ("frame", arrived(frame(1, jpeg=b"\xff\xd8 cut")).body, "not a JPEG: 6 bytes"),
        ("frame", arrived(frame(1, jpeg=b"")).body, "not a JPEG: 0 bytes"),
        ("frame", arrived(frame(1, at=NOW + 3600)).body, "captured 3600 s in the future"),
        ("incident", b"{}", "no such stream: 'incident'"),
        ("no\0where", b"{}", r"no such stream: 'no\x00where'"),
    ],
)
def test_what_is_malformed_is_set_aside_with_the_reason(stream, payload, reason):
    assert reason in only_reject(topic(stream), payload).reason


def test_a_forbidden_device_name_is_set_aside():
    assert "'CAM_1' is not a name" in only_reject(topic("status", "CAM_1"), encode_json(status())).reason


def test_a_reason_can_be_stored():
    assert "\0" not in only_reject(topic("status"), b'{"state":"\\u0000"}').reason


def test_the_malformed_stops_nothing():
    messages = [arrived(pack(1)), Message.arrived(topic("telemetry"), b"\xc1"), arrived(pack(2))]
    arrivals = sort_arrivals(messages, NOW)
    assert [seq for _, seq, _ in told(arrivals)] == [1, 2]
    assert len(arrivals.rejects) == 1


names = st.sampled_from(["tooley", "cam-1", "", "CAM", "a" * 41]) | st.text(max_size=5)
topics = st.text() | st.builds(topic, st.sampled_from(STREAMS) | st.text(max_size=5), names, names)
bodies = st.fixed_dictionaries(
    {},
    optional={
        "state": st.sampled_from(["online", "offline"]) | st.text(max_size=3),
        "boot": st.sampled_from([str(BOOT), "no uuid"]),
        "at": st.floats() | st.integers(0, 2**64 - 1),
        "seq": st.integers(-1, 2**64 - 1),
        "senml": st.lists(
            st.dictionaries(st.sampled_from(["n", "v", "t", "bn", "bt", "vs"]), st.floats() | st.text(max_size=3))
        ),
        "jpeg": st.sampled_from([JPEG, b"", b"\xff\xd8"]),
        "moving": st.booleans(),
        "spans": st.lists(st.lists(st.integers(-1, 2**64 - 1), max_size=3), max_size=2),
    },
)
payloads = st.binary() | bodies.map(msgspec.msgpack.encode) | bodies.map(msgspec.json.encode)


@given(st.lists(st.builds(Message.arrived, topics, payloads), max_size=4))
def test_whatever_arrives_is_sorted_or_set_aside(messages):
    arrivals = sort_arrivals(messages, NOW)
    sorted_out = len([what for *_, what in told(arrivals) if not isinstance(what, Status)]) + len(arrivals.statuses)
    assert all(first <= last for spans in arrivals.dropped.values() for first, last in spans)
    assert len(arrivals.rejects) <= len(messages)
    assert sorted_out <= len(messages) - len(arrivals.rejects)
    assert {message.body for message in messages} >= {reject.message.body for reject in arrivals.rejects}
    assert all(reject.reason for reject in arrivals.rejects)


def test_a_boot_that_is_no_uuid_is_set_aside():
    payload = msgspec.json.encode({"state": "online", "boot": "first", "at": 1})
    assert "Invalid UUID" in only_reject(topic("status"), payload).reason


@pytest.mark.parametrize(
    "words", [{"clock": {"offset": math.nan}}, {"cameras": {"cam-1": {"state": "online", "rate": math.inf}}}]
)
def test_a_status_with_a_number_that_is_none_is_set_aside(words):
    payload = msgspec.msgpack.encode(msgspec.to_builtins(status()) | words)
    assert "Expected `float`" in only_reject(topic("status"), payload).reason


def test_a_span_that_ends_before_it_begins_is_set_aside():
    payload = msgspec.json.encode({"boot": str(BOOT), "spans": [[1, 2], [5, 4]]})
    assert only_reject(topic("dropped"), payload).reason == "a span of numbers that ends before it begins"


def test_what_is_set_aside_is_not_to_be_sent_again_if_it_says_which_it_is():
    cut_off, future = frame(3, jpeg=b"\xff\xd8 cut off"), frame(4, at=NOW + 7200)
    nameless = Message.arrived(topic("telemetry", "level-1"), b"{}")
    broken = Message.arrived(
        topic("telemetry", "level-1"), msgspec.json.encode({"boot": str(BOOT), "seq": 5, "senml": 7})
    )
    foreign = Message.arrived(topic("config"), broken.body)
    arrivals = sort_arrivals([arrived(cut_off), arrived(future), nameless, broken, foreign], NOW)
    assert len(arrivals.rejects) == 5
    assert refused(arrivals) == {boot_of("cam-1"): [3, 4], boot_of("level-1"): [5]}


def test_a_number_is_not_refused_for_a_broken_copy():
    broken = Message.arrived(topic("frame"), msgspec.json.encode({"boot": str(BOOT), "seq": 1}))
    for messages in ([arrived(frame(1)), broken], [broken, arrived(frame(1))]):
        arrivals = sort_arrivals(messages, NOW)
        assert told(arrivals) == [(boot_of("cam-1"), 1, frame(1))]
        assert len(arrivals.rejects) == 1


def test_what_is_set_aside_as_a_whole_has_arrived():
    message = arrived(status(seq=3), "edge")
    arrivals = sort_arrivals([message], NOW).set_aside("refused", message)
    assert (refused(arrivals), arrivals.statuses) == ({boot_of("edge"): [3]}, [])
    assert arrivals.rejects == [Reject(message, "refused")]
