"""Live signals: NOTIFY → gathered for a moment → every client's own small set → Server-Sent Events.

A signal says that something changed, never what: whoever hears it reads again.
"""

import asyncio
import logging
import threading
import time
from collections.abc import AsyncIterator

import psycopg

from edge.backoff import Backoff

log = logging.getLogger(__name__)

GATHER_S = 0.25
LOOK_UP_S = 0.2  # how often the listening thread looks up whether it is to stop
KINDS = ("ticket", "device", "incident")
MOST = 500  # signals that wait for one client; beyond, it hears only that all of a kind may have changed


class Subscriber:
    """One client's waiting signals, each (kind, id), the id empty for any of the kind."""

    def __init__(self) -> None:
        self._waiting: set[tuple[str, str]] = set()
        self._any = asyncio.Event()
        self._over = False

    def tell(self, signals: set[tuple[str, str]]) -> None:
        self._waiting |= signals
        if len(self._waiting) > MOST:
            self._waiting = {(kind, "") for kind, _ in self._waiting}
        self._any.set()

    def end(self) -> None:
        self._over = True
        self._any.set()

    async def __aiter__(self) -> AsyncIterator[tuple[str, str]]:
        while not self._over:
            await self._any.wait()
            self._any.clear()
            waiting, self._waiting = self._waiting, set()
            for signal in sorted(waiting):
                yield signal


class Hub:
    """Listens to the database in a thread of its own and tells every subscriber, in the server's event loop."""

    def __init__(self, database: str) -> None:
        self._database = database
        self._subscribers: set[Subscriber] = set()
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

    async def signals(self) -> AsyncIterator[tuple[str, str]]:
        subscriber = Subscriber()
        self._subscribers.add(subscriber)
        try:
            async for signal in subscriber:
                yield signal
        finally:
            self._subscribers.discard(subscriber)

    def _listen(self) -> None:
        backoff = Backoff(first=0.2, cap=5.0)
        while not self._stopping.is_set():
            try:
                with psycopg.connect(self._database, autocommit=True, application_name="yihu-stream") as connection:
                    connection.execute("LISTEN yihu")
                    backoff.reset()
                    self._tell({(kind, "") for kind in KINDS})  # what changed while nobody listened
                    self._relay(connection)
            except psycopg.OperationalError as error:
                log.warning("the live stream has lost the database: %s", error)
                self._stopping.wait(backoff.next())

    def _relay(self, connection: psycopg.Connection) -> None:
        while not self._stopping.is_set():
            signals = {_signal(notice.payload) for notice in connection.notifies(timeout=LOOK_UP_S, stop_after=1)}
            if signals:
                time.sleep(GATHER_S)
                signals |= {_signal(notice.payload) for notice in connection.notifies(timeout=0)}
                self._tell(signals)

    def _tell(self, signals: set[tuple[str, str]]) -> None:
        def tell_all() -> None:
            for subscriber in self._subscribers:
                subscriber.tell(signals)

        self._loop.call_soon_threadsafe(tell_all)


def _signal(payload: str) -> tuple[str, str]:
    kind, _, name = payload.partition(":")
    return kind, name
