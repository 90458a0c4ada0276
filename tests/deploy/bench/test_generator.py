import pytest

from deploy.bench.generator import Generator, packet
from tests.edge.links import listening
from tests.waiting import wait_for

SIZES = [0, 1, 120, 127, 128, 16_383, 16_384, 200_000]


def test_what_is_published_arrives_whole_and_in_its_order(mosquitto):
    with listening(mosquitto.url, "t/#") as heard, Generator(mosquitto.url) as generator:
        generator.publish(packet(f"t/{size}", b"x" * size) for size in SIZES)
        generator.wait()
        wait_for(lambda: len(heard) == len(SIZES))
    assert [(one.topic, len(one.payload)) for one in heard] == [(f"t/{size}", size) for size in SIZES]
    assert generator.sent == generator.confirmed == len(SIZES)


def test_more_are_sent_than_there_are_ids(mosquitto):
    with Generator(mosquitto.url) as generator:
        for _ in range(3):
            generator.publish(packet("nobody", b"") for _ in range(30_000))
        generator.wait()
    assert generator.confirmed == 90_000


def test_who_may_not_connect_is_told(mosquitto):
    with pytest.raises(ConnectionError, match="refuses"):
        Generator(mosquitto.url.replace("yihu:", "nobody:"))
