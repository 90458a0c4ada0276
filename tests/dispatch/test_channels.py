"""Where people are told: set, taken back, and never shown."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from psycopg import Connection

from dispatch import accounts, channels
from dispatch.channels import ChannelError
from dispatch.leaving import leave
from dispatch.notices import Channel
from dispatch.notices_store import find_channel, post, send_due
from dispatch.people import Person
from dispatch.transitions import Role
from tests.dispatch.matters import goes_on_or_waits, rows
from tests.dispatch.test_sender import notice

NOW = datetime(2026, 6, 1, 8, tzinfo=UTC)
SECRET = "s3cret"  # noqa: S105 - of an address that nobody is at
CHANNEL = Channel(f"json://wang:{SECRET}@localhost/", quiet="21:00-06:00", digest_s=900)


def add(connection: Connection, person: Person) -> None:
    accounts.add_person(connection, person, "a long enough one", "root", NOW)


def test_a_channel_is_set_changed_and_taken_back_and_its_address_is_in_no_log(connection: Connection):
    add(connection, Person("wang", Role.WORKER))
    channels.set_channel(connection, "wang", CHANNEL, "root", NOW)
    assert find_channel(connection, "wang") == CHANNEL
    channels.set_channel(connection, "wang", CHANNEL._replace(digest_s=0), "wang", NOW)
    channels.remove_channel(connection, "wang", "root", NOW)
    assert find_channel(connection, "wang") is None
    with pytest.raises(ChannelError, match="no channel is set for wang"):
        channels.remove_channel(connection, "wang", "root", NOW)
    entries = rows(connection, "audit", subject="channel wang")
    assert [entry["action"] for entry in entries] == ["set_channel", "set_channel", "remove_channel"]
    assert entries[0]["after"] == channels.shown(CHANNEL)
    assert entries[0]["after"]["scheme"] == "json"
    assert SECRET not in str(entries)


def test_people_and_departments_are_told_and_nobody_else(connection: Connection):
    add(connection, Person("wang", Role.WORKER))
    add(connection, Person("he", Role.DEPARTMENT, None, "a department"))
    for holder in ("wang", "a department", "环卫所"):  # the last is on the shipped duty list
        channels.set_channel(connection, holder, CHANNEL, "root", NOW)
    for holder in ("he", "nobody", ""):
        with pytest.raises(ChannelError, match="nobody is told as"):
            channels.set_channel(connection, holder, CHANNEL, "root", NOW)


def test_what_waits_when_a_channel_is_taken_back_is_no_old_news_of_the_next(connection: Connection):
    add(connection, Person("wang", Role.WORKER))
    channels.set_channel(connection, "wang", CHANNEL, "root", NOW)
    post(connection, notice("waits for a digest"))
    channels.remove_channel(connection, "wang", "root", NOW)
    assert sent_by_the_next(connection) == ["new：灯不亮"]


def test_what_fails_while_its_channel_is_taken_back_is_not_tried_again(connection: Connection):
    def fail(*_: str) -> None:
        channels.remove_channel(connection, "wang", "root", NOW)
        raise OSError("gone")

    add(connection, Person("wang", Role.WORKER))
    channels.set_channel(connection, "wang", Channel("json://localhost/"), "root", NOW)
    post(connection, notice("fails"))
    assert send_due(connection, NOW, fail) == 0
    assert sent_by_the_next(connection) == ["new：灯不亮"]


def sent_by_the_next(connection: Connection) -> list[str]:
    """The titles of what another channel of wang's sends, a month later."""
    sent: list[str] = []
    channels.set_channel(connection, "wang", Channel("json://localhost/"), "root", NOW)
    post(connection, notice("new"))
    send_due(connection, NOW + timedelta(days=30), lambda _, title, __: sent.append(title))
    return sent


def test_a_channel_that_is_set_while_its_holder_leaves_goes_with_them(connection: Connection, database: str):
    add(connection, Person("wang", Role.WORKER))
    with ThreadPoolExecutor() as pool, psycopg.connect(database, autocommit=True) as other:
        with connection.transaction():
            channels.set_channel(connection, "wang", CHANNEL, "root", NOW)
            leaving = pool.submit(leave, other, "wang", "root", NOW)
            with psycopg.connect(database, autocommit=True) as observer:
                goes_on_or_waits(leaving, other, observer)
        assert leaving.result(20) == 0
    assert find_channel(connection, "wang") is None


def test_who_is_just_leaving_gets_no_channel(connection: Connection, database: str):
    add(connection, Person("wang", Role.WORKER))
    with ThreadPoolExecutor() as pool, psycopg.connect(database, autocommit=True) as other:
        with connection.transaction():
            leave(connection, "wang", "root", NOW)
            setting = pool.submit(channels.set_channel, other, "wang", CHANNEL, "root", NOW)
            with psycopg.connect(database, autocommit=True) as observer:
                goes_on_or_waits(setting, other, observer)
        with pytest.raises(ChannelError, match="nobody is told as wang"):
            setting.result(20)
    assert find_channel(connection, "wang") is None


def test_of_two_channels_set_at_once_the_log_tells_which_replaced_which(connection: Connection, database: str):
    with ThreadPoolExecutor() as pool, psycopg.connect(database, autocommit=True) as other:
        with connection.transaction():
            channels.set_channel(connection, "环卫所", CHANNEL, "ann", NOW)
            setting = pool.submit(channels.set_channel, other, "环卫所", CHANNEL._replace(digest_s=0), "bob", NOW)
            with psycopg.connect(database, autocommit=True) as observer:
                goes_on_or_waits(setting, other, observer)
        setting.result(20)
    (entry,) = rows(connection, "audit", actor="bob")
    assert entry["before"] == channels.shown(CHANNEL)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"url": f"nowhere://{SECRET}"}, r"^nowhere://… is no address that Apprise knows"),
        ({"url": SECRET}, r"^…://… is no address"),
        ({"url": ""}, "is no address"),
        ({"quiet": "late"}, "not a span of hours"),
        ({"digest_s": -1.0}, "once a day at least"),
        ({"digest_s": 90_000.0}, "once a day at least"),
        ({"timezone": "Sichuan"}, "Sichuan is not a time zone"),
    ],
)
def test_what_would_not_work_later_is_refused_now_without_being_repeated(
    connection: Connection, wrong: dict[str, object], why: str
):
    with pytest.raises(ChannelError, match=why) as refusal:
        channels.set_channel(connection, "环卫所", CHANNEL._replace(**wrong), "root", NOW)  # type: ignore[arg-type]  # any field
    assert SECRET not in str(refusal.value)
