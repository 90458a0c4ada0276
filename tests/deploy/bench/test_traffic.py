from collections import Counter

import pytest

from deploy.bench.traffic import LASTS_S, OPENED_PER_S, REPORT_EVERY_S, Agent, Traffic
from detect.incident import Incident
from edge.messages import Status, Telemetry, decode
from edge.topics import Topic

AGENTS = [Agent("street", f"agent-{n}", [f"camera-{n}"], [f"sensor-{n}-{s}" for s in range(10)]) for n in range(20)]
KINDS = {"status": Status, "telemetry": Telemetry, "incident": Incident}


@pytest.fixture
def said():
    """What a small city says in a minute, a second at a time."""
    traffic, said = Traffic(AGENTS, per_s=100), []
    for second in range(1, 61):
        said += traffic._due(second)
    return traffic, [_read(one) for one in said]


def _read(packet):
    at = packet.head.index(b"yihu/")
    topic = Topic.parse(packet.head[at:].decode())
    return topic, decode(packet.body, KINDS[topic.stream])


def test_it_says_as_much_as_was_asked_for(said):
    traffic, messages = said
    assert traffic.sent == len(messages) == 6000
    streams = Counter(topic.stream for topic, _ in messages)
    assert streams["status"] == 20 * 60 / REPORT_EVERY_S
    assert traffic.numbered == streams["status"] + streams["telemetry"]


def test_of_each_device_the_numbers_have_no_gap(said):
    _, messages = said
    numbers: dict[Topic, list[int]] = {}
    for topic, message in messages:
        if topic.stream != "incident":
            numbers.setdefault(topic, []).append(message.seq)
    assert len(numbers) == 220
    assert all(seqs == list(range(1, len(seqs) + 1)) for seqs in numbers.values())


def test_incidents_open_and_clear(said):
    traffic, messages = said
    phases = Counter(message.phase for topic, message in messages if topic.stream == "incident")
    assert phases["open"] == traffic.opened == 60 * OPENED_PER_S
    assert phases["clear"] == (60 - LASTS_S) * OPENED_PER_S
