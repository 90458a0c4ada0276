"""`yihu bench stream`: how soon each of many clients of one server process hears of a change."""

import asyncio
import contextlib
import json
import statistics
import time
from collections.abc import Callable
from typing import NamedTuple

from deploy.bench.crowd import HOST, Crowd, changing, fill, serving
from deploy.bench.stages import TOKEN

SETTLE_S = 3.0  # until every client has its stream, and what the first ones ask for has been told


class Heard(NamedTuple):
    """Seconds from a change's commit to a client; `changes` are those that each client heard of, at the least."""

    clients: int
    changes: int
    p50_s: float
    p95_s: float
    longest_s: float


def bench_stream(database: str, clients: int, seconds: float, crowd: Crowd, say: Callable[[str], None]) -> Heard:
    """The database must be new."""
    say(f"making {crowd.devices} devices and {crowd.tickets} tickets")
    fill(database, crowd)
    with serving(database) as port:
        say(f"{clients} clients listen for {seconds:g} s, to {crowd.changes_per_s:g} changes a second")
        delays = asyncio.run(_listen_all(database, port, clients, seconds, crowd))
    every = [delay for each in delays for delay in each]
    spread = statistics.quantiles(every, n=20)
    return Heard(clients, min(map(len, delays)), statistics.median(every), spread[-1], max(every))


async def _listen_all(database: str, port: int, clients: int, seconds: float, crowd: Crowd) -> list[list[float]]:
    """The delays that each client saw."""
    delays: list[list[float]] = [[] for _ in range(clients)]
    listening = [asyncio.create_task(_listen(port, each)) for each in delays]
    await asyncio.sleep(SETTLE_S)
    with changing(database, crowd):
        await asyncio.sleep(seconds)
    await asyncio.sleep(1)
    for task in listening:
        task.cancel()
    ended = await asyncio.gather(*listening, return_exceptions=True)  # each closes its line
    for error in ended:
        if not isinstance(error, asyncio.CancelledError):
            raise ConnectionError(f"a stream ended by itself: {error!r}")
    return delays


async def _listen(port: int, delays: list[float]) -> None:
    """One client, as plain as can be, so that two hundred of them take little from the server."""
    reader, writer = await asyncio.open_connection(HOST, port, limit=1 << 20)
    request = f"GET /api/stream HTTP/1.1\r\nHost: {HOST}\r\nAuthorization: Bearer {TOKEN}\r\n\r\n"
    with contextlib.closing(writer):
        writer.write(request.encode())
        await _note(reader, delays)
    raise ConnectionError("the server closed it")


async def _note(reader: asyncio.StreamReader, delays: list[float]) -> None:
    """How late each change is heard of, for as long as there is a stream."""
    while line := await reader.readline():
        if line.startswith(b"data:") and b'"ticket"' in line:
            said = json.loads(line[5:]).get("ticket") or {"text": ""}
            if said["text"]:
                delays.append(time.time() - float(said["text"]))
