"""Live signals: NOTIFY → gathered for a moment → read once → every client's own small set → Server-Sent Events.

The database says that something changed, never what. It is read once for all, and each client is shown what it reaches:
who that is by now is looked up every few seconds.
"""

import asyncio
import logging
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterable

import psycopg

from dashboard.access import Caller
from dashboard.changes import Changes, Signal
from dispatch.people import Person
from edge.backoff import Backoff

log = logging.getLogger(__name__)

GATHER_S = 0.25
LOOK_UP_S = 0.2  # how often the listening thread looks up whether it is to stop
IDENTIFY_S = 3.0  # how often it looks up who its clients are
ANYTHING = {(kind, ""): None for kind in ("ticket", "device", "incident")}
MOST = 500  # signals that wait for one client; beyond, it hears only that all of a kind may have changed


Load = Callable[[psycopg.Connection, Iterable[Signal]], Changes]


class Subscriber:
    """What waits for one client, of each thing the last that was heard."""

    def __init__(self, person: Person) -> None:
        self._person = person
        self._waiting: dict[Signal, str | None] = {}
        self._any = asyncio.Event()
        self._over = False

    def tell(self, changes: Changes) -> None:
        for signal, change in changes.items():
            self._waiting[signal] = change.shown_to(self._person) if change else None
        if len(self._waiting) > MOST:
            self._waiting = {(kind, ""): None for kind, _ in self._waiting}
        self._any.set()

    def identify(self, person: Person | None) -> None:
        """Whoever is nobody any more hears nothing more; whoever reaches something else now has to read that."""
        if person is None:
            self.end()
        elif person != self._person:
            self._person, self._waiting = person, dict(ANYTHING)
            self._any.set()

    def end(self) -> None:
        self._over, self._waiting = True, {}
        self._any.set()

    async def __aiter__(self) -> AsyncIterator[tuple[Signal, str | None]]:
        """Each with the JSON of what it is of; None where that has to be read."""
        while not self._over:
            await self._any.wait()
            self._any.clear()
            waiting, self._waiting = self._waiting, {}
            for signal in sorted(waiting):
                yield signal, waiting[signal]


class Hub:
    """Listens to the database in a thread of its own and tells every subscriber, in the server's event loop."""

    def __init__(self, database: str, load: Load) -> None:
        self._database, self._load = database, load
        self._subscribers: dict[Subscriber, Caller] = {}
        self._identify_at = 0.0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="hub", daemon=True)

    def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._thread.start()

    async def stop(self) -> None:
        self._stopping.set()
        await asyncio.to_thread(self._thread.join)

    def end_streams(self) -> None:
        """Let every client's stream end, as it never would by itself; to be called in the event loop."""
        for subscriber in self._subscribers:
            subscriber.end()

    def __len__(self) -> int:
        return len(self._subscribers)

    async def follow(self, person: Person, caller: Caller) -> AsyncIterator[tuple[Signal, str | None]]:
        subscriber = Subscriber(person)
        self._subscribers[subscriber] = caller
        try:
            async for told in subscriber:
                yield told
        finally:
            del self._subscribers[subscriber]

    def _listen(self) -> None:
        backoff = Backoff(first=0.2, cap=5.0)
        while not self._stopping.is_set():
            try:
                with psycopg.connect(self._database, autocommit=True, application_name="yihu-stream") as connection:
                    connection.execute("LISTEN yihu")
                    backoff.reset()
                    self._tell(ANYTHING)  # what changed while nobody listened
                    self._relay(connection)
            except psycopg.OperationalError as error:
                log.warning("the live stream has lost the database: %s", error)
                self._stopping.wait(backoff.next())

    def _relay(self, connection: psycopg.Connection) -> None:
        while not self._stopping.is_set():
            if time.monotonic() >= self._identify_at:
                self._identify(connection)
            signals = {_signal(notice.payload) for notice in connection.notifies(timeout=LOOK_UP_S, stop_after=1)}
            if signals:
                time.sleep(GATHER_S)
                signals |= {_signal(notice.payload) for notice in connection.notifies(timeout=0)}
                self._tell(self._load(connection, signals) if len(signals) <= MOST else dict.fromkeys(signals))

    def _identify(self, connection: psycopg.Connection) -> None:
        """Once for all who show the same."""
        subscribers = self._subscribers.copy()
        found = {caller: caller.find(connection) for caller in set(subscribers.values())}

        def identify_all() -> None:
            for subscriber, caller in subscribers.items():
                subscriber.identify(found[caller])

        self._loop.call_soon_threadsafe(identify_all)
        self._identify_at = time.monotonic() + IDENTIFY_S

    def _tell(self, changes: Changes) -> None:
        def tell_all() -> None:
            for subscriber in self._subscribers:
                subscriber.tell(changes)

        self._loop.call_soon_threadsafe(tell_all)


def _signal(payload: str) -> Signal:
    kind, _, name = payload.partition(":")
    return kind, name
