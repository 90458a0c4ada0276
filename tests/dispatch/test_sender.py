"""Notices against a real HTTP receiver."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import psycopg
import pytest
from prometheus_client import CollectorRegistry
from psycopg import Connection

from dispatch.notices import RETRIES, Channel, Notice
from dispatch.notices_store import list_notices, post, put_channel, send_due
from dispatch.people import Person
from dispatch.sender import Sender, send
from dispatch.transitions import Role
from ingest.chore import Chore
from tests.dispatch.matters import rows
from tests.dispatch.receiver import Receiver
from tests.waiting import wait_for

NOON = datetime(2026, 6, 1, 4, tzinfo=UTC)  # in Beijing
SECOND = timedelta(seconds=1)


def notice(key: str = "one", holder: str = "wang", severity: str = "minor") -> Notice:
    return Notice(uuid4(), key, holder, "press", severity, f"{key}：灯不亮", f"{key}: a lamp", NOON)  # type: ignore[arg-type]  # one of three


def test_a_notice_reaches_who_it_is_for_once(connection: Connection, receiver: Receiver):
    put_channel(connection, "wang", Channel(receiver.url))
    assert post(connection, notice())
    assert not post(connection, notice())  # told already
    assert send_due(connection, NOON, send) == 1
    assert send_due(connection, NOON + timedelta(days=1), send) == 0
    (message,) = receiver.came
    assert (message["title"], message["message"]) == ("one：灯不亮", "one：灯不亮\none: a lamp")
    assert rows(connection, "notices")[0]["sent_at"] - NOON < SECOND


def test_what_comes_together_is_sent_together(connection: Connection, receiver: Receiver):
    put_channel(connection, "wang", Channel(receiver.url, digest_s=600))
    for number in range(5):
        post(connection, notice(str(number)))
    assert send_due(connection, NOON, send) == 0
    assert send_due(connection, NOON + timedelta(minutes=10), send) == 1
    assert receiver.titles == ["一呼：5 条通知 · 5 notices"]


def test_what_is_critical_waits_for_no_digest(connection: Connection, receiver: Receiver):
    put_channel(connection, "wang", Channel(receiver.url, digest_s=600))
    post(connection, notice("minor"))
    post(connection, notice("fire", severity="critical"))
    assert send_due(connection, NOON, send) == 1
    assert receiver.titles == ["fire：灯不亮"]


def test_one_that_fails_is_tried_again_less_and_less_often_and_shows(connection: Connection, receiver: Receiver):
    put_channel(connection, "wang", Channel(receiver.url))
    post(connection, notice())
    receiver.status, now = 503, NOON
    for tries, wait in enumerate(RETRIES, 1):
        assert send_due(connection, now, send) == 0
        (row,) = rows(connection, "notices")
        assert (row["tries"], row["sent_at"]) == (tries, None)
        assert wait <= row["due_at"] - now < wait + SECOND
        assert "503" in row["error"]
        assert send_due(connection, now + wait - SECOND, send) == 0  # not yet
        now += wait + SECOND
    receiver.status = 200
    assert send_due(connection, now, send) == 1
    assert rows(connection, "notices")[0]["error"] is None


def test_one_that_never_got_through_stays_in_sight_and_is_tried_no_more(connection: Connection, receiver: Receiver):
    put_channel(connection, "wang", Channel(receiver.url))
    post(connection, notice())
    receiver.status, now = 503, NOON
    for _ in range(len(RETRIES) + 1):
        send_due(connection, now, send)
        now += timedelta(hours=12)  # past any night
    receiver.status = 200
    assert send_due(connection, now + timedelta(days=30), send) == 0
    (row,) = rows(connection, "notices")
    assert (row["tries"], row["sent_at"], row["due_at"]) == (len(RETRIES) + 1, None, None)


def test_a_receiver_that_fails_keeps_nobody_else_waiting(connection: Connection, receiver: Receiver):
    put_channel(connection, "wang", Channel("json://127.0.0.1:1/"))
    put_channel(connection, "zhao", Channel(receiver.url))
    post(connection, notice("a"))
    post(connection, notice("b", "zhao"))
    assert send_due(connection, NOON, send) == 1
    assert receiver.titles == ["b：灯不亮"]


def test_who_has_no_channel_reads_it_here_and_is_not_sent_a_heap_of_old_news_with_the_first_one(
    connection: Connection, receiver: Receiver
):
    post(connection, notice("old"))
    put_channel(connection, "wang", Channel(receiver.url))
    post(connection, notice("new"))
    assert send_due(connection, NOON + SECOND, send) == 1
    assert receiver.titles == ["new：灯不亮"]
    readable = list_notices(connection, Person("wang", Role.WORKER), failed_of_all=False)
    assert {row["zh"] for row in readable} == {"new：灯不亮", "old：灯不亮"}


def test_two_processes_at_once_send_nothing_twice(database: str, connection: Connection, receiver: Receiver):
    for number in range(12):
        put_channel(connection, f"p{number}", Channel(receiver.url))
        post(connection, notice(str(number), f"p{number}"))
    start = threading.Barrier(2)

    def run(_: int) -> int:
        with psycopg.connect(database, autocommit=True) as own:
            start.wait(20)
            return send_due(own, NOON, send)

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(run, range(2), timeout=60)) == 12
    assert len(set(receiver.titles)) == len(receiver.titles) == 12


def test_an_address_that_apprise_does_not_know_is_told_without_its_password():
    with pytest.raises(OSError, match=r"^nosuch://… is no address") as caught:
        send("nosuch://user:secret@host", "t", "b")
    assert "secret" not in str(caught.value)


def test_the_sender_sends_until_it_is_stopped(database: str, connection: Connection, receiver: Receiver):
    registry, stop = CollectorRegistry(), threading.Event()
    sender = Chore("notices", Sender(registry).send_due, 0.1, database, registry).start(stop)
    put_channel(connection, "wang", Channel(receiver.url, quiet="00:00-00:01"))
    post(connection, notice(severity="critical"))
    wait_for(lambda: receiver.titles == ["one：灯不亮"])
    stop.set()
    sender.join(20)
    assert registry.get_sample_value("yihu_notices_sent_total") == 1


def test_one_notice_that_failed_for_long_does_not_end_a_new_one(connection: Connection, receiver: Receiver):
    put_channel(connection, "wang", Channel(receiver.url))
    post(connection, notice("old"))
    connection.execute("UPDATE notices SET tries = %s", [len(RETRIES)])
    post(connection, notice("new"))
    receiver.status = 503
    send_due(connection, NOON, send)
    found = {row["key"]: row["due_at"] is None for row in rows(connection, "notices")}
    assert found == {"old": True, "new": False}
