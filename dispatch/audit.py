"""The audit log: what anybody did to anything, chained by hash. Append last in a transaction: one appends at a time."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from psycopg import Connection
from psycopg.types.json import Jsonb

from dispatch.case import Case
from dispatch.terms import encode
from dispatch.ticket import Order, Ticket
from ingest.queries import load_queries

SQL = load_queries(Path(__file__).with_name("audit.sql"))
GENESIS = hashlib.sha256(b"yihu").digest()
BATCH = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One action. `before` and `after` hold what it changed; `subject` is what kind of thing it was done to."""

    at: datetime
    actor: str
    action: str
    subject: str = "ticket"
    ticket: UUID | None = None
    from_state: str | None = None
    to_state: str | None = None
    reason: str | None = None
    note: str = ""
    detail: dict[str, Any] = field(default_factory=dict)
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None


DETAILS = ("into", "assignee", "severity", "until", "letter", "grade", "solved", "clock", "via", "id")  # of an order
AT_FIRST = ("kind", "severity", "areas", "position", "site", "device", "zone", "opened_at", "began_at", "parent")
LONG = frozenset({"explanation"})  # fields of a ticket whose every change is not worth a copy


class Verdict(NamedTuple):
    """Of a whole log. `broken_at` is the first number that is not as it was written, or None; `head` its last hash.

    `expected`: it holds the hash that was asked for, if one was.
    """

    entries: int
    broken_at: int | None
    head: str
    expected: bool = True


def append(connection: Connection, entry: Entry) -> None:
    values = {one.name: getattr(entry, one.name) for one in fields(entry)}
    values |= {name: _json(values[name]) for name in ("detail", "before", "after")}
    connection.execute(SQL["append"], values)


def of_order(order: Order, before: Ticket, after: Ticket) -> Entry:
    """What somebody had done to a ticket."""
    old, new = differences(before, after)
    return Entry(
        at=order.at,
        actor=order.by.signature,
        action=order.action,
        ticket=after.id,
        from_state=before.state,
        to_state=after.state,
        reason=order.reason or None,
        note=order.note,
        detail=_detail(order),
        before=old,
        after=new,
    )


def of_opening(case: Case, by: str, photos: Sequence[UUID] = ()) -> Entry:
    """That a ticket was opened, and by which terms its clocks run: from there on the log tells all that they show.

    `photos` are the ids of those that it was reported with.
    """
    ticket = case.ticket
    terms = encode(case.terms)[0].hex()
    return Entry(
        at=ticket.opened_at,
        actor=by,
        action="open",
        ticket=ticket.id,
        to_state=ticket.state,
        detail={"terms": terms} | _lists(photos=photos),
        after=_opening(ticket),
    )


def of_event(action: str, actor: str, at: datetime, before: Ticket, after: Ticket) -> Entry:
    """What happened to a ticket without an order, such as an incident that joined it."""
    old, new = differences(before, after)
    return Entry(
        at=at,
        actor=actor,
        action=action,
        ticket=after.id,
        from_state=before.state,
        to_state=after.state,
        before=old,
        after=new,
    )


def _opening(ticket: Ticket) -> dict[str, Any]:
    """What a ticket began with."""
    return {name: msgspec.to_builtins(getattr(ticket, name)) for name in AT_FIRST}


def _detail(order: Order) -> dict[str, Any]:
    asked: dict[str, Any] = {name: getattr(order, name) for name in DETAILS}
    detail: dict[str, Any] = msgspec.to_builtins({name: value for name, value in asked.items() if value is not None})
    return detail | _lists(departments=order.departments, photos=order.photos)


def _lists(**named: Sequence[Any]) -> dict[str, Any]:
    """Those that are not empty."""
    return {name: msgspec.to_builtins(list(values)) for name, values in named.items() if values}


def differences(before: Ticket, after: Ticket) -> tuple[dict[str, Any], dict[str, Any]]:
    """The fields that differ, as they were and as they are."""
    names = [one.name for one in fields(after) if one.name not in LONG]
    changed = [name for name in names if getattr(before, name) != getattr(after, name)]
    old, new = ({name: msgspec.to_builtins(getattr(one, name)) for name in changed} for one in (before, after))
    return old, new


def has_order(connection: Connection, ticket: UUID, order: Order) -> bool:
    """Whether an order of this id was carried out already; whoever is just about to is waited for."""
    values = {"ticket": ticket, "id": str(order.id), "actor": order.by.signature}
    connection.execute(SQL["lock_order"], values)
    return connection.execute(SQL["order"], values).fetchone() is not None


def verify(connection: Connection, expect: str | None = None) -> Verdict:
    """Follow the chain from its beginning; what was taken off its end shows against the head that is kept apart.

    Who owns the database can write the whole chain anew: a hash that was noted elsewhere, `expect`, shows that too.
    """
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")  # others append meanwhile
        link, number, met = GENESIS, 0, expect is None
        for number, (seq, text, found) in enumerate(_rows(connection), 1):
            link = hashlib.sha256(link + text.encode()).digest()
            if seq != number or found != link:
                return Verdict(number, number, found.hex())
            met = met or link.hex() == expect
        head = connection.execute(SQL["head"]).fetchone()
    return Verdict(number, None if head == (number, link) else number + 1, link.hex(), met)


def _rows(connection: Connection) -> Iterator[tuple[int, str, bytes]]:
    with connection.cursor(name="audit") as cursor:
        cursor.itersize = BATCH
        yield from cursor.execute(SQL["chain"])


def _json(value: Any) -> Jsonb | None:
    return None if value is None else Jsonb(value)
