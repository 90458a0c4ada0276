import threading

import pytest

from edge.mqtt import Receipt
from ingest import inbox as module
from ingest.arrivals import Message
from ingest.inbox import BATCH, Inbox
from tests.waiting import wait_for


def fill(inbox, count, body=b"", start=0):
    for number in range(start, start + count):
        inbox.put(Message("t", body, len(body)), Receipt(1, number))


def numbers(batch):
    return [arrival.receipt.mid for arrival in batch]


def test_what_came_is_taken_in_its_order_and_in_batches():
    inbox = Inbox()
    fill(inbox, BATCH + 5)
    assert numbers(inbox.take(1)) == list(range(BATCH))
    assert len(inbox) == 5
    assert numbers(inbox.take(1)) == list(range(BATCH, BATCH + 5))


def test_where_nothing_comes_nothing_is_taken():
    assert Inbox().take(0.01) == []


@pytest.mark.parametrize(("limit", "value", "body"), [("MESSAGES", 3, b""), ("BYTES", 30, bytes(10))])
def test_it_has_room_until_it_holds_too_many_or_too_large(monkeypatch, limit, value, body):
    monkeypatch.setattr(module, limit, value)
    inbox = Inbox()
    fill(inbox, 2, body)
    assert inbox.has_room()
    fill(inbox, 1, body, 2)
    assert not inbox.has_room()
    assert numbers(inbox.take(1)) == [0, 1, 2]
    assert inbox.has_room()


def test_of_large_ones_few_are_of_a_batch(monkeypatch):
    monkeypatch.setattr(module, "BATCH_BYTES", 25)
    inbox = Inbox()
    fill(inbox, 5, bytes(10))
    assert [numbers(inbox.take(1)) for _ in range(2)] == [[0, 1, 2], [3, 4]]


def test_what_comes_while_a_batch_gathers_is_of_it(monkeypatch):
    monkeypatch.setattr(module, "GATHER_S", 10.0)
    monkeypatch.setattr(module, "BATCH", 8)
    inbox, taken = Inbox(), []
    taker = threading.Thread(target=lambda: taken.append(inbox.take(1)))
    taker.start()
    fill(inbox, 2)
    fill(inbox, 3, start=2)
    wait_for(lambda: taken)
    assert numbers(taken[0]) == list(range(5))
