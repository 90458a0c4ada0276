import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from hypothesis import given
from hypothesis import strategies as st

from dashboard.changes import Change, Signal, load_changes
from dashboard.stream import MOST, Hub, Subscriber
from dispatch.people import Person
from dispatch.transitions import Role
from tests.dashboard.conftest import report

ADMIN = Person("root", Role.ADMIN)
BURST = 100
ALL = {("ticket", ""), ("device", ""), ("incident", "")}


@asynccontextmanager
async def listening(database: str) -> AsyncIterator[Callable[[], Coroutine[Any, Any, Signal]]]:
    """Start a hub; yield what waits for its next signal, the first ones, of its connecting, taken."""
    hub = Hub(database, load_changes)
    told = hub.follow(ADMIN)

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
        told = hub.follow(ADMIN)
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
        heard = asyncio.ensure_future(anext(hub.follow(ADMIN), None))
        await asyncio.sleep(0)
        hub.end_streams()
        assert await asyncio.wait_for(heard, 5) is None
        assert len(hub) == 0

    asyncio.run(scene())
