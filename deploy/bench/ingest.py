"""What ingest does with a pack of readings against a raw binary COPY."""

import time
from uuid import uuid4

import psycopg

from deploy.bench import ROUNDS, Pace, compare
from edge.messages import SenmlRecord, Telemetry, encode_json
from edge.topics import Topic
from ingest.arrivals import Message, sort_arrivals, utc
from ingest.migrate import migrate
from ingest.store import READING, SQL, Store


def bench_ingest(database: str, packs: int) -> Pace:
    """Readings in packs of ten, decoded and written as ingest does, against a raw binary COPY of the same rows.

    Writes into the database that it is given; take an empty one.
    """
    migrate(database)
    with psycopg.connect(database, autocommit=True) as connection:
        return compare(packs * 10, (_ingest_round(connection, packs) for _ in range(ROUNDS)))


def _ingest_round(connection: psycopg.Connection, packs: int) -> tuple[float, float]:
    messages = _messages(packs)
    rows = _rows(messages)
    connection.execute("CREATE TEMP TABLE IF NOT EXISTS plain (LIKE readings INCLUDING INDEXES)")
    store, start = Store(), time.perf_counter()
    for first in range(0, len(messages), 1000):
        store.write(connection, sort_arrivals(messages[first : first + 1000], time.time()))
    ours, start = time.perf_counter() - start, time.perf_counter()
    with connection.cursor().copy(SQL["copy_readings"].replace("readings", "plain", 1)) as copy:
        copy.set_types(READING)
        for row in rows:
            copy.write_row(row)
    return ours, time.perf_counter() - start


def _messages(packs: int) -> list[Message]:
    boot, now = uuid4(), time.time()
    topics = [str(Topic("bench", f"level-{device}", "telemetry")) for device in range(200)]
    return [
        _pack(topics[number % 200], Telemetry(boot, number // 200 + 1, _records(now + number)))
        for number in range(packs)
    ]


def _pack(topic: str, pack: Telemetry) -> Message:
    return Message.arrived(topic, encode_json(pack))


def _records(at: float) -> list[SenmlRecord]:
    return [SenmlRecord(n="water_level", u="m", v=0.01 * step, t=at + step) for step in range(10)]


def _rows(messages: list[Message]) -> list[tuple[object, ...]]:
    arrivals = sort_arrivals(messages, time.time())
    return [
        (utc(at), key.site, key.device, metric, value, text, unit, arrivals.received_at, None)
        for key, readings in arrivals.readings.items()
        for at, metric, value, text, unit in readings
    ]
