"""Has what waits at a broker be taken by several processes at once, and says how long they took."""

import contextlib
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import NamedTuple

import psycopg

from deploy.bench.broker import end_session, open_session
from deploy.bench.generator import Generator, Packet
from deploy.bench.stages import all_live, environment, running
from deploy.embedded import LOOPBACK
from edge.topics import Share, Topic
from ingest.service import STREAMS

LOOK_S, STUCK_S = 0.25, 60.0
PARTS = (
    "SELECT coalesce(sum(upper(span) - lower(span)), 0)"
    " FROM sequences, unnest(settled - dropped) AS span WHERE site = %s"
)
SPAN = "SELECT count(*), extract(epoch FROM max(received_at) - min(received_at))::float8 FROM readings WHERE site = %s"


class Load(NamedTuple):
    """Messages of one site that no other load has, and the topics that they go to."""

    site: str
    topics: list[Topic]
    packets: list[Packet]

    def within(self, share: Share) -> int:
        """How many of them are of a share."""
        return sum(topic in share for topic in self.topics)


class Taken(NamedTuple):
    """Messages a second; readings stored; megabytes of a process as it began to write, at the most and at the end."""

    per_s: float
    stored: int
    memory_mb: tuple[float, float, float]


def shares(count: int) -> list[Share]:
    return [Share(index, count) for index in range(1, count + 1)]


@contextlib.contextmanager
def waiting(port: int, load: Load, count: int) -> Iterator[None]:
    """The load waits for as many ingest processes, and for as many bare subscribers."""
    clients = [(name(share), filters(share)) for share in shares(count) for name in (_ingest, _subscriber)]
    for client, names in clients:
        open_session(port, client, names)
    with Generator(f"mqtt://{LOOPBACK}:{port}") as generator:
        generator.publish(load.packets)
        generator.wait()
    yield
    for client, _ in clients:
        end_session(port, client)


def filters(share: Share) -> list[str]:
    return [name for stream in STREAMS for name in share.filters(stream)]


def _ingest(share: Share) -> str:
    return f"yihu-ingest-{share.index}-{share.count}"


def _subscriber(share: Share) -> str:
    return f"subscriber-{share.index}-{share.count}"


def by_ingest(port: int, database: str, load: Load, count: int) -> Taken:
    """Whatever is not stored a minute after the last that was is lost."""
    with (
        psycopg.connect(database, autocommit=True) as connection,
        running(*_ingest_stages(port, database, count)) as processes,
    ):
        memory = list[float]()
        done, changed_at = 0, time.monotonic()
        while done < len(load.packets) and time.monotonic() - changed_at < STUCK_S and all_live(processes):
            time.sleep(LOOK_S)
            ((now_done,),) = connection.execute(PARTS, [load.site])
            if now_done > done:
                done, changed_at = int(now_done), time.monotonic()
                memory.append(max(process.memory_info().rss for process in processes) / 1e6)
        ((stored, seconds),) = connection.execute(SPAN, [load.site])
    return Taken(len(load.packets) / seconds, stored, (memory[0], max(memory), memory[-1]))


def _ingest_stages(port: int, database: str, count: int) -> Iterator[tuple[str, dict[str, str]]]:
    for share in shares(count):
        yield "ingest", environment(port, database, SHARD=f"{share.index}/{share.count}")


def by_paho(port: int, load: Load, count: int) -> float:
    """Messages a second of bare subscribers."""
    command = [sys.executable, "-m", "deploy.bench.subscriber", str(port)]
    subscribers = [
        subprocess.Popen([*command, _subscriber(share), str(load.within(share))], stdout=subprocess.PIPE, text=True)
        for share in shares(count)
    ]
    spans = [tuple(map(float, process.communicate()[0].split())) for process in subscribers]
    return len(load.packets) / (max(last for _, last in spans) - min(first for first, _ in spans))


def by_mosquitto_sub(port: int, load: Load) -> float | None:
    """Messages a second of the C client, if it is on this machine; it reads what `subscriber-1-1` would."""
    program = shutil.which("mosquitto_sub")
    if program is None:
        return None
    start = time.monotonic()
    options = ["-p", str(port), "-i", _subscriber(Share()), "-c", "-q", "1", "-t", filters(Share())[1]]
    command = [program, "-h", LOOPBACK, *options, "-C", str(len(load.packets))]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return len(load.packets) / (time.monotonic() - start)
