"""`yihu bench ingest`: what ingest's processes take in, beside a raw binary COPY and bare paho subscribers.

What is to be taken waits at the broker before a process starts, so that nothing but the process is measured.
"""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple
from uuid import uuid4

import psycopg

from deploy.bench.broker import mosquitto
from deploy.bench.drain import Load, Taken, by_ingest, by_mosquitto_sub, by_paho, waiting
from deploy.bench.generator import packet
from deploy.bench.month import write_month
from edge.messages import SenmlRecord, Telemetry, encode_json
from edge.topics import Topic
from ingest.arrivals import Message, Pack, sort_arrivals
from ingest.migrate import migrate
from ingest.store import READING, SQL
from ingest.times import timestamp

DEVICES, TEN = 200, 10
SHARDS = (1, 2, 4)

Say = Callable[[str], None]


class Scale(NamedTuple):
    """Messages of one reading and of ten, how often each is measured, and rows that are there before."""

    singles: int
    packs: int
    rounds: int
    rows: int


def bench_ingest(database: str, folder: Path, scale: Scale, say: Say) -> dict[str, Any]:
    """The report, as JSON would have it. Writes into the database that it is given; take an empty one."""
    migrate(database)
    if scale.rows:
        say(f"writing {scale.rows:,} readings of the last month first")
        write_month(database, scale.rows)
    with mosquitto(folder) as port:
        copied = [_packs_round(port, database, scale.packs, say) for _ in range(scale.rounds)]
        by_shards = {count: [_singles_round(port, database, scale.singles, count, say) for _ in range(scale.rounds)]
                     for count in SHARDS}  # fmt: skip
    shards = {str(count): _of_rounds(rounds) for count, rounds in by_shards.items()}
    taken = [ours for ours, _ in copied] + [ours for rounds in by_shards.values() for ours, *_ in rounds]
    expected = scale.rounds * (TEN * scale.packs + len(SHARDS) * scale.singles)
    return {
        "ratio_to_copy": round(median(ours.per_s * TEN / copy for ours, copy in copied), 3),
        "ratio_to_paho": min(row["ratio"] for row in shards.values()),
        "lost": expected - sum(ours.stored for ours in taken),
        "readings_per_s_in_packs": round(median(ours.per_s * TEN for ours, _ in copied)),
        "copied_per_s": round(median(copy for _, copy in copied)),
        "shards": shards,
        "rows_before": scale.rows,
        "memory_mb": [round(max(figures)) for figures in zip(*(ours.memory_mb for ours in taken), strict=True)],
    }


def _of_rounds(rounds: Sequence[tuple[Taken, float, float | None]]) -> dict[str, Any]:
    """Medians, in messages a second."""
    in_c = [figure for *_, figure in rounds if figure]
    return {
        "ratio": round(median(ours.per_s / paho for ours, paho, _ in rounds), 3),
        "ours": round(median(ours.per_s for ours, *_ in rounds)),
        "paho": round(median(paho for _, paho, _ in rounds)),
        "mosquitto_sub": round(median(in_c)) if in_c else None,
    }


def _packs_round(port: int, database: str, packs: int, say: Say) -> tuple[Taken, float]:
    messages = _messages(packs, TEN)
    load = _load(messages)
    with waiting(port, load, 1):
        taken = by_ingest(port, database, load, 1)
    copy = _copy(database, messages)
    say(f"packs of ten: {TEN * taken.per_s:,.0f} readings/s; a raw COPY {copy:,.0f} rows/s")
    return taken, copy


def _singles_round(port: int, database: str, singles: int, count: int, say: Say) -> tuple[Taken, float, float | None]:
    load = _load(_messages(singles, 1))
    with waiting(port, load, count):
        paho = by_paho(port, load, count)
        taken = by_ingest(port, database, load, count)
    in_c = None
    if count == 1:
        with waiting(port, load, count):
            in_c = by_mosquitto_sub(port, load)
    say(f"single readings, {count} processes: {taken.per_s:,.0f} messages/s; as many bare subscribers {paho:,.0f}")
    return taken, paho, in_c


def _messages(count: int, readings: int) -> list[tuple[Topic, bytes]]:
    """Of DEVICES in turn, of a site and a boot of their own."""
    boot, now = uuid4(), time.time()
    topics = [Topic(f"bench-{boot.hex[:12]}", f"level-{device}", "telemetry") for device in range(DEVICES)]
    return [
        (topics[number % DEVICES], encode_json(Telemetry(boot, number // DEVICES + 1, _records(now, readings))))
        for number in range(count)
    ]


def _records(at: float, count: int) -> list[SenmlRecord]:
    first = SenmlRecord(bt=round(at - count, 3), n="water_level", u="m", v=0.01)
    return [first, *(SenmlRecord(n="water_level", u="m", v=0.01 * step, t=step) for step in range(1, count))]


def _load(messages: Sequence[tuple[Topic, bytes]]) -> Load:
    topics = [topic for topic, _ in messages]
    return Load(topics[0].site, topics, [packet(str(topic), payload) for topic, payload in messages])


def _copy(database: str, messages: Sequence[tuple[Topic, bytes]]) -> float:
    """Rows a second of a raw binary COPY into a table with the same columns and index."""
    arrivals = sort_arrivals((Message.arrived(str(topic), body) for topic, body in messages), time.time())
    received = timestamp(arrivals.received_at)
    rows = [
        (timestamp(at), boot.site, boot.device, metric, value, text, unit, received, None)
        for boot, numbers in arrivals.numbered.items()
        for pack in numbers.values()
        if isinstance(pack, Pack)
        for at, metric, value, text, unit in pack.readings
    ]
    with psycopg.connect(database) as connection:
        connection.execute("CREATE TEMP TABLE plain (LIKE readings INCLUDING INDEXES)")
        start = time.perf_counter()
        with connection.cursor().copy(SQL["copy_readings"].replace("readings", "plain", 1)) as copy:
            copy.set_types(READING)
            for row in rows:
                copy.write_row(row)
        return len(rows) / (time.perf_counter() - start)
