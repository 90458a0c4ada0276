from uuid import UUID

import pytest

from edge.messages import Ack, decode
from ingest import acks as module
from ingest.acks import Acks, acknowledge
from ingest.arrivals import Boot
from ingest.numbers import Committed
from tests.edge.links import linked, listening
from tests.ingest.arrived import BOOT, EARLIER, NOW
from tests.waiting import wait_for

LEVEL = Boot("tooley", "level-1", BOOT)


def committed(*spans, device="level-1", boot=BOOT):
    return Committed(Boot("tooley", device, boot), list(spans))


@pytest.mark.parametrize(
    ("spans", "seq", "also"),
    [
        ([(1, 4)], 4, []),
        ([(1, 4), (6, 6)], 4, [(6, 6)]),
        ([(3, 4)], 0, [(3, 4)]),
    ],
)
def test_an_ack_says_up_to_where_all_is_there_and_what_is_beyond(spans, seq, also):
    assert acknowledge(LEVEL, spans, NOW) == Ack(BOOT, seq, NOW, also)


def test_while_much_comes_all_that_came_beyond_a_gap_is_told_together(mosquitto, monkeypatch):
    with listening(mosquitto.url, "yihu/v1/+/+/+/ack") as heard, linked(mosquitto.url, "ingest") as link:
        acks = Acks(link)
        acks.tell(busy=False)
        for spans in ([(1, 2), (5, 5)], [(1, 2), (9, 9)], [(1, 3), (5, 6)]):
            acks.note([committed(*spans)])
            acks.tell(busy=True)
        monkeypatch.setattr(module, "EVERY_S", 0.0)
        acks.tell(busy=True)
        wait_for(lambda: heard)
        ack = decode(heard[0].payload, Ack)
        assert (ack.seq, ack.also) == (3, [(5, 6), (9, 9)])


def heard_by(heard) -> list[tuple[str, UUID, int]]:
    return [(one.topic.split("/")[4], (ack := decode(one.payload, Ack)).boot, ack.seq) for one in heard.copy()]


def test_while_much_comes_only_the_newest_of_a_boot_is_told_and_that_of_each(mosquitto, monkeypatch):
    with listening(mosquitto.url, "yihu/v1/+/+/+/ack") as heard, linked(mosquitto.url, "ingest") as link:
        acks = Acks(link)
        acks.tell(busy=False)
        for seq in (1, 2):
            acks.note([committed((1, seq)), committed((1, seq), device="level-2")])
            acks.tell(busy=True)
        acks.note([committed((1, 7), boot=EARLIER)])
        monkeypatch.setattr(module, "EVERY_S", 0.0)
        acks.tell(busy=True)
        acks.tell(busy=True)
        wait_for(lambda: len(heard) == 3)
        assert set(heard_by(heard)) == {("level-1", BOOT, 2), ("level-2", BOOT, 2), ("level-1", EARLIER, 7)}


def test_while_little_comes_all_is_told_at_once(mosquitto):
    with listening(mosquitto.url, "yihu/v1/+/+/+/ack") as heard, linked(mosquitto.url, "ingest") as link:
        acks = Acks(link)
        for seq in (1, 2):
            acks.note([committed((1, seq))])
            acks.tell(busy=False)
        wait_for(lambda: heard_by(heard) == [("level-1", BOOT, 1), ("level-1", BOOT, 2)])
