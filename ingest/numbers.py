"""The numbers of a batch: recorded, so that each message is stored once, and what is missing can be told."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

import msgspec
import psycopg

from edge.messages import Span
from ingest.arrivals import Arrivals, Boot, Numbered
from ingest.queries import load_queries
from ingest.times import utc

SQL = load_queries(Path(__file__).with_name("numbers.sql"))

New = tuple[Boot, Numbered]
NOTHING = "{}"  # as PostgreSQL writes it


class Committed(NamedTuple):
    """What is in the database of a device's boot: its lowest span and those that hold what came now, in order.

    Both ends of a span are included.
    """

    boot: Boot
    spans: list[Span]


class _Arrived(msgspec.Struct):
    """A boot of a batch as the query reads it; psycopg's own arrays would take three times as long."""

    place: int
    site: str
    device: str
    boot: UUID
    received: str
    dropped: str


def record_numbers(cursor: psycopg.Cursor, arrivals: Arrivals) -> tuple[list[Committed], dict[Boot, list[Span]]]:
    """What is committed with this batch, and what of it had been there before; locks what is known of its boots."""
    boots = list(arrivals.numbered.keys() | arrivals.dropped.keys())
    if not boots:
        return [], {}
    rows = [_Arrived(place, *boot, *_spans(boot, arrivals)) for place, boot in enumerate(boots)]
    arrived = msgspec.json.encode(rows).decode()
    values = {"arrived": arrived, "now": utc(arrivals.received_at)}
    committed, repeated = list[Committed](), dict[Boot, list[Span]]()
    for place, before, last, spans in cursor.execute(SQL["record_numbers"], values).fetchall():
        told = [(1, last)] if spans is None else [(first, end) for first, end in spans]
        committed.append(Committed(boots[place], told))
        if before:
            repeated[boots[place]] = before
    return committed, repeated


def _spans(boot: Boot, arrivals: Arrivals) -> tuple[str, str]:
    numbers, dropped = arrivals.numbered.get(boot, ()), arrivals.dropped.get(boot, ())
    return multirange(spans_of(numbers)), multirange(dropped) if dropped else NOTHING


def spans_of(numbers: Iterable[int]) -> Iterator[Span]:
    """The numbers as spans without a gap, in order."""
    first = last = None
    for number in sorted(numbers):
        if last is None or number > last + 1:
            if first is not None and last is not None:
                yield first, last
            first = number
        last = number
    if first is not None and last is not None:
        yield first, last


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same numbers in spans that are apart, in order."""
    apart: list[Span] = []
    for first, last in sorted(spans):
        if apart and first <= apart[-1][1] + 1:
            apart[-1] = apart[-1][0], max(last, apart[-1][1])
        else:
            apart.append((first, last))
    return apart


def multirange(spans: Iterable[Span]) -> str:
    """As PostgreSQL reads it."""
    return "{" + ",".join(f"[{first},{last}]" for first, last in spans) + "}"


def new_of(arrivals: Arrivals, repeated: dict[Boot, list[Span]]) -> Iterator[New]:
    """What is to be stored, boot by boot: neither what was set aside nor what is there already."""
    for boot, numbers in arrivals.numbered.items():
        before = repeated.get(boot, ())
        for number, what in numbers.items():
            if what is not None and not any(first <= number <= last for first, last in before):
                yield boot, what


def count_gaps(connection: psycopg.Connection) -> tuple[int, int]:
    """How many boots lack something, and how many messages are missing of all of them."""
    boots, missing = next(iter(connection.execute(SQL["count_gaps"])))
    return boots, int(missing)
