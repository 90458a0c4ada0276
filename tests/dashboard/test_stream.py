import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from typing import Any

import httpx
import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard import stream
from dashboard.access import SCRIPT, Caller
from dashboard.changes import Change, Signal, load_changes
from dashboard.stream import MOST, Hub, Subscriber
from dispatch import accounts
from dispatch.people import Person
from dispatch.transitions import Role
from tests.dashboard.conftest import report, serving
from tests.waiting import wait_for

ADMIN = Person("root", Role.ADMIN)
OWN = Caller("", is_script=True)
BURST = 100
ALL = {("ticket", ""), ("device", ""), ("incident", "")}


@asynccontextmanager
async def listening(database: str) -> AsyncIterator[Callable[[], Coroutine[Any, Any, Signal]]]:
    """Start a hub; yield what waits for its next signal, the first ones, of its connecting, taken."""
    hub = Hub(database, load_changes)
    told = hub.follow(SCRIPT, OWN)

    async def following() -> Signal:
        signal, _ = await asyncio.wait_for(anext(told), 10)
        return signal

    first = asyncio.ensure_future(following())
    await asyncio.sleep(0)
    hub.start()
    assert {await first, await following(), await following()} == ALL
    yield following
    await told.aclose()
    await hub.stop()


def test_a_new_ticket_is_a_signal_with_its_id(database: str, connection: psycopg.Connection) -> None:
    async def scene() -> None:
        async with listening(database) as following:
            ticket = await asyncio.to_thread(report, connection)
            assert await following() == ("ticket", str(ticket))

    asyncio.run(scene())


def test_a_burst_is_few_signals(database: str, connection: psycopg.Connection) -> None:
    async def scene() -> None:
        async with listening(database) as following:
            ticket = await asyncio.to_thread(report, connection)
            for _ in range(BURST):
                connection.execute("UPDATE tickets SET title = title WHERE id = %s", [ticket])
            other, heard = await asyncio.to_thread(report, connection), [await following()]
            while heard[-1] != ("ticket", str(other)):
                heard.append(await following())
            assert {*heard} == {("ticket", str(ticket)), ("ticket", str(other))}
            assert len(heard) < BURST / 4

    asyncio.run(scene())


def test_after_a_lost_connection_all_may_have_changed(database: str, connection: psycopg.Connection) -> None:
    async def scene() -> None:
        async with listening(database) as following:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'yihu-stream'"
            )
            assert {await following(), await following(), await following()} == ALL

    asyncio.run(scene())


def test_who_left_is_forgotten(database: str) -> None:
    async def scene() -> None:
        hub = Hub(database, load_changes)
        told = hub.follow(SCRIPT, OWN)
        waiting = asyncio.ensure_future(anext(told))
        await asyncio.sleep(0)
        assert len(hub) == 1
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        assert len(hub) == 0

    asyncio.run(scene())


@given(st.lists(st.sets(st.tuples(st.sampled_from(["ticket", "device"]), st.uuids().map(str))), max_size=30))
def test_a_client_that_does_not_read_holds_little_and_misses_nothing(bursts: list[set[Signal]]) -> None:
    async def scene() -> None:
        subscriber = Subscriber(ADMIN)
        for burst in bursts:
            subscriber.tell(dict.fromkeys(burst))
        assert len(subscriber._waiting) <= MOST
        assert all(
            (kind, name) in subscriber._waiting or (kind, "") in subscriber._waiting
            for burst in bursts
            for kind, name in burst
        )

    asyncio.run(scene())


def test_a_flood_becomes_one_signal_for_each_kind() -> None:
    async def scene() -> None:
        subscriber = Subscriber(ADMIN)
        subscriber.tell({("ticket", str(number)): Change("{}", lambda _: True) for number in range(MOST + 1)})
        assert subscriber._waiting == {("ticket", ""): None}

    asyncio.run(scene())


def test_a_stream_ends_when_the_server_does(database: str) -> None:
    async def scene() -> None:
        hub = Hub(database, load_changes)
        heard = asyncio.ensure_future(anext(hub.follow(SCRIPT, OWN), None))
        await asyncio.sleep(0)
        hub.end_streams()
        assert await asyncio.wait_for(heard, 5) is None
        assert len(hub) == 0

    asyncio.run(scene())


NOW = datetime.now(UTC)
WANG = Person("wang", Role.SUPERVISOR)


@pytest.fixture
def token(connection: psycopg.Connection, monkeypatch: pytest.MonkeyPatch) -> str:
    """Of one who is looked up often."""
    monkeypatch.setattr(stream, "IDENTIFY_S", 0.1)
    accounts.add_person(connection, WANG, "a long enough one", "root", NOW)
    return accounts.make_token(connection, WANG.name, "root", NOW)


@contextmanager
def hearing(database: str, token: str) -> Iterator[Iterator[tuple[str, Any]]]:
    """The events of an open stream, each with what it says, once it has begun."""
    headers = {"Authorization": f"Bearer {token}"}
    with serving(database) as url, httpx.stream("GET", f"{url}/api/stream", headers=headers, timeout=10) as answer:
        lines = (line.partition(": ")[2] for line in answer.iter_lines() if line.startswith(("event:", "data:")))
        events = ((name, json.loads(data)) for name, data in zip(lines, lines, strict=False))
        assert next(events) == ("hello", {})
        yield events


@pytest.mark.parametrize("turned_out_by", ["closed", "revoked", "password"])
def test_whoever_may_hear_no_more_hears_no_more(
    database: str, connection: psycopg.Connection, token: str, turned_out_by: str
) -> None:
    if turned_out_by == "password":
        _, token = accounts.sign_in(connection, WANG.name, "a long enough one", NOW)
    with hearing(database, token) as events:
        ticket = str(report(connection))
        wait_for(lambda: next(events)[1].get("id") == ticket)
        if turned_out_by == "closed":
            accounts.deactivate(connection, WANG.name, "root", NOW)
        elif turned_out_by == "revoked":
            accounts.revoke_token(connection, WANG.name, accounts.token_id(token), "root", NOW)
        else:
            accounts.set_password(connection, WANG.name, "another long one", "root", NOW)
        assert [event for event in events if event[1].get("id") not in (None, ticket)] == []


def test_whoever_is_of_another_area_hears_of_that_one_only(
    database: str, connection: psycopg.Connection, token: str
) -> None:
    with hearing(database, token) as events:
        before = str(report(connection))
        wait_for(lambda: next(events)[1].get("id") == before)
        connection.execute("UPDATE people SET area = '99' WHERE name = %s", [WANG.name])
        wait_for(lambda: next(events) == ("ticket", {}))  # which says to read again
        after = str(report(connection))
        wait_for(lambda: next(events) == ("ticket", {"id": after, "ticket": None}))
