"""`yihu bench rates`: a simulated year, its three rates as reported, and recounted from the audit log alone."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple

import msgspec
from psycopg import Connection
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from deploy.bench.recount import emergencies_of, read_terms, recount
from deploy.bench.year import BEGIN, CHIEF, END, Life, emergencies, lives
from dispatch import audit, figures
from dispatch.audit import Entry
from dispatch.cases import put_terms
from dispatch.figures import Rate
from dispatch.ledger import Clock
from dispatch.modes import Mode
from dispatch.modes_store import entry_of
from dispatch.people import Person
from dispatch.transitions import Role

EVERYTHING = Person("root", Role.ADMIN)
BATCH = 250  # of tickets in a transaction: in a long one, each link of the audit log's chain passes over all before it
ROWS = 5000

TICKET = """COPY tickets (id, number, kind, state, severity, title, areas, opened_at, began_at, due_accept, due_handle,
    due_close, accepted_at, handled_at, handled_by, ended_at, assignee, merged_into, pace, paused_until, terms)
    FROM STDIN"""
LEDGER = """COPY ledger (ticket, number, began_at, ended_at, state, severity, holder, pace, paused_until, by, reason,
    approver) FROM STDIN"""
AUDIT = """COPY audit (at, actor, action, subject, ticket, from_state, to_state, reason, note, detail, before, after)
    FROM STDIN"""
EMERGENCIES = """SELECT action, subject, after FROM audit
    WHERE subject LIKE 'mode %' OR action = 'merge_areas' ORDER BY seq"""
TERMS = "SELECT digest, content FROM terms"
ENTRIES = "SELECT ticket, at, action, to_state, detail, after FROM audit WHERE subject = 'ticket' ORDER BY ticket, seq"

Progress = Callable[[str], None]


class Counted(NamedTuple):
    """The same year, counted twice."""

    tickets: int
    reported: dict[Clock, Rate]
    recounted: dict[Clock, Rate]


def bench_rates(connection: Connection, seed: int, tickets: int, progress: Progress) -> Counted:
    """Live a year, store it as it was lived, and count it twice; the database must be new."""
    modes = emergencies(seed)
    for mode in modes:
        _declare(connection, mode)
    for done, batch in enumerate(_batches(lives(seed, tickets, modes)), 1):
        _store(connection, batch)
        if done % (ROWS // BATCH) == 0 or done * BATCH >= tickets:
            progress(f"lived {min(done * BATCH, tickets)} of {tickets} tickets")
    reported = figures.rates(connection, EVERYTHING, None, BEGIN, END, END)
    progress("recounting from the audit log")
    return Counted(tickets, reported, recounted(connection, END))


def _declare(connection: Connection, mode: Mode) -> None:
    """As it was told: that it began, and before its time or not that it ended."""
    begun = msgspec.structs.replace(mode, ended_at=None)
    audit.append(connection, entry_of("declare", begun, CHIEF.name, mode.began_at, mode.reason))
    audit.append(connection, entry_of("end", mode, CHIEF.name, mode.over_at, "over"))


def _batches(each: Iterator[Life]) -> Iterator[list[Life]]:
    numbered = groupby(enumerate(each), key=lambda pair: pair[0] // BATCH)
    return ([life for _, life in group] for _, group in numbered)


def _store(connection: Connection, batch: list[Life]) -> None:
    with connection.transaction():
        _copy(connection, TICKET, [_ticket(life, put_terms(connection, life.case.terms)) for life in batch])
        _copy(connection, LEDGER, (row for life in batch for row in _ledger(life)))
        entries = sorted((entry for life in batch for entry in life.entries), key=lambda entry: entry.at)
        _copy(connection, AUDIT, (_entry(entry) for entry in entries))


def _copy(connection: Connection, statement: str, rows: Iterable[tuple[Any, ...]]) -> None:
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def _ticket(life: Life, terms: bytes) -> tuple[Any, ...]:
    one = life.case.ticket
    return (
        one.id, one.number, one.kind, one.state, one.severity, one.title, one.areas, one.opened_at, one.began_at,
        *one.due, one.accepted_at, one.handled_at, one.handled_by, one.ended_at, one.assignee,
        one.merged_into, one.pace, one.paused_until, terms,
    )  # fmt: skip


def _ledger(life: Life) -> Iterator[tuple[Any, ...]]:
    for number, one in enumerate(life.case.ledger):
        yield (
            life.case.ticket.id, number, one.began_at, one.ended_at, one.state, one.severity, one.holder, one.pace,
            one.paused_until, one.by, one.reason, one.approver,
        )  # fmt: skip


def _entry(one: Entry) -> tuple[Any, ...]:
    changes = (None if words is None else Jsonb(words) for words in (one.detail, one.before, one.after))
    return (
        one.at, one.actor, one.action, one.subject, one.ticket, one.from_state, one.to_state, one.reason, one.note,
        *changes,
    )  # fmt: skip


def recounted(connection: Connection, now: datetime) -> dict[Clock, Rate]:
    """Of all tickets that the audit log tells of."""
    terms = read_terms(connection.execute(TERMS).fetchall())
    with connection.cursor(row_factory=dict_row) as cursor:
        modes = emergencies_of(cursor.execute(EMERGENCIES).fetchall())
    with connection.transaction(), connection.cursor("entries", row_factory=dict_row) as cursor:
        cursor.itersize = ROWS
        rows = cursor.execute(ENTRIES)
        return recount((list(entries) for _, entries in groupby(rows, key=_ticket_of)), modes, terms, now)


def _ticket_of(row: dict[str, Any]) -> Any:
    return row["ticket"]


def as_json(counted: Counted) -> str:
    """The report, for scripts."""
    rates = {
        clock: {"kept": rate.kept, "missed": rate.missed, "recounted": list(counted.recounted[clock])}
        for clock, rate in counted.reported.items()
    }
    equal = counted.reported == counted.recounted
    return msgspec.json.encode({"tickets": counted.tickets, "equal": equal, "rates": rates}).decode()
