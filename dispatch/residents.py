"""Residents and couriers: how many reports are taken of strangers, what is open nearby, and the link to follow one."""

import hashlib
import secrets
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from dispatch import cases
from dispatch.conduct import Reports
from dispatch.desk import NoSuchTicketError, Report, report
from dispatch.duties_store import load_matter
from dispatch.figures import reach_of
from dispatch.orders import carry_out
from dispatch.people import Person, Signature
from dispatch.ticket import Order, Position, Ticket, TicketError
from dispatch.transitions import Action, Role, State
from ingest.queries import load_queries

SQL = load_queries(Path(__file__).with_name("residents.sql"))
NEAR_M = 250.0
RESIDENT = Person(Signature.REPORT, Role.RESIDENT)
HOUR = timedelta(hours=1)


class TooManyReportsError(TicketError):
    """One address has reported as much as the site takes of strangers: TicketError → 429."""


class ClosedToStrangersError(TicketError):
    """The site takes reports only of who is signed in: TicketError → 401."""


class Nearby(NamedTuple):
    """An open ticket of the same matter close by, which a report may be a duplicate of."""

    id: UUID
    number: str
    title: str
    state: State
    opened_at: datetime
    metres: float


class Received(NamedTuple):
    """A report that was taken; `token` makes the link by which its reporter follows it, and is told only now."""

    ticket: Ticket
    token: str


def receive(connection: Connection, given: Report, who: Person | None, address: str, now: datetime) -> Received:
    """Take a report; a stranger's only where the site allows it, and so many an hour. Raise TicketError."""
    digest = None if who else _address(address)
    with connection.transaction():
        if digest is not None:
            _check_stranger(connection, given.position, digest, now)
        ticket = report(connection, given, who.name if who and who.name else RESIDENT.name, now)
        token = secrets.token_urlsafe(16)
        values = {"ticket": ticket.id, "at": now, "follow": _hash(token), "address": digest}
        connection.execute(SQL["put_report"], values)
    return Received(ticket, token)


def _check_stranger(connection: Connection, position: Position, address: bytes, now: datetime) -> None:
    allowed = _check_open(connection, position)
    counted = {"address": address, "since": now - HOUR}
    connection.execute(SQL["lock_address"], counted)
    connection.execute(SQL["forget_addresses"], counted)
    (made,) = connection.execute(SQL["made_by"], counted).fetchone() or (0,)
    if made >= allowed.per_hour:
        raise TooManyReportsError(f"{made} reports within an hour are enough from one place: call the hotline")


def _check_open(connection: Connection, position: Position) -> Reports:
    allowed = cases.load_conduct(connection, None, position).reports
    if not allowed.open:
        raise ClosedToStrangersError("reports are taken here only of who is signed in: sign in, or call the hotline")
    return allowed


def nearby(connection: Connection, kind: str, position: Position, who: Person | None) -> list[Nearby]:
    """Open tickets of the same matter within 250 m, the nearest first; raise TicketError.

    Strangers are told of public matters only, where the site is open to them, and not in a reporter's words.
    """
    if who is None:
        _check_open(connection, position)
        if load_matter(connection, kind).sort != "public":
            return []
    reach = reach_of(who) if who else {"role": None, "reach": None, "holder": None}
    values = position._asdict() | reach | {"kind": kind, "metres": NEAR_M}
    with connection.cursor(row_factory=class_row(Nearby)) as cursor:
        found = cursor.execute(SQL["nearby"], values).fetchall()
    return found if who else [near._replace(title=load_matter(connection, kind).zh) for near in found]


class Followed(NamedTuple):
    """Where a link leads, and what its reporter has answered."""

    ticket: UUID
    solved: bool | None


def followed(connection: Connection, token: str) -> Followed:
    """The ticket of a link; one that was merged leads on. Raise NoSuchTicketError."""
    with connection.cursor(row_factory=class_row(Followed)) as cursor:
        found = cursor.execute(SQL["followed"], {"follow": _hash(token)}).fetchone()
    if found is None:
        raise NoSuchTicketError("this link leads to no report: check that it is whole")
    return found


def answer(connection: Connection, token: str, words: str, now: datetime, *, solved: bool) -> Ticket:
    """A reporter says whether it was solved: the first «no» to a closed ticket reopens it, all else is a comment.

    Each of those whose reports were merged has a «no» of their own. Raise TicketError.
    """
    with connection.transaction():
        case = cases.lock_case(connection, followed(connection, token).ticket)
        before = followed(connection, token)  # nobody answers meanwhile
        if case is None or before.ticket != case.ticket.id:
            raise NoSuchTicketError("this report has just gone on to another ticket: try again")
        closed = case.ticket.state is State.CLOSED
        if closed:
            connection.execute(SQL["note_answer"], {"follow": _hash(token), "solved": solved})
        order = _answer(words, now, solved=solved, closed=closed, first=before.solved is None)
        return carry_out(connection, case, order)


def _answer(words: str, now: datetime, *, solved: bool, closed: bool, first: bool) -> Order:
    reopens = closed and first and not solved
    return Order(
        action=Action.REOPEN if reopens else Action.COMMENT,
        at=now,
        by=RESIDENT,
        reason=(words or "not solved") if reopens else "",
        note=words or ("solved" if solved else "not solved"),
        solved=solved if closed else None,
    )


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _address(address: str) -> bytes:
    """Not the address itself: it is kept only to count."""
    return hashlib.sha256(f"yihu/{address}".encode()).digest()
