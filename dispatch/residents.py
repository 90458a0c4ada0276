"""Residents and couriers: the reports that are taken of them, what is open nearby, and the link to follow one."""

import base64
import hashlib
import secrets
from datetime import datetime
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
from dispatch.strangers import Deed, admit
from dispatch.ticket import Order, Position, Ticket, TicketError
from dispatch.transitions import Action, Role, State
from ingest.queries import load_queries

SQL = load_queries(Path(__file__).with_name("residents.sql"))
NEAR_M = 250.0
CLOSED = "reports are taken here only of who is signed in: sign in, or call the hotline"
RESIDENT = Person(Signature.REPORT, Role.RESIDENT)


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
    """Take a report; a stranger's only where the site allows it, and so many an hour. Raise TicketError.

    One that comes again, by its id, opens nothing and counts for nothing: the answer to it had got lost.
    """
    token = _token_of(given.id) if given.id else secrets.token_urlsafe(16)
    with connection.transaction():
        known = _taken(connection, token) if given.id else None
        if known:
            return Received(known, token)
        if who is None:
            allowed = _check_open(connection, given.position)
            admit(connection, Deed.REPORT, address, allowed.per_hour, now)
        ticket = report(connection, given, who.name if who and who.name else RESIDENT.name, now)
        connection.execute(SQL["put_report"], {"ticket": ticket.id, "at": now, "follow": _hash(token)})
    return Received(ticket, token)


def _token_of(report: UUID) -> str:
    """Nobody can know it but by the id: so a report that is sent again gets the same link, and no link is stored."""
    return base64.urlsafe_b64encode(hashlib.sha256(b"yihu report " + report.bytes).digest()[:16]).rstrip(b"=").decode()


def _taken(connection: Connection, token: str) -> Ticket | None:
    """The ticket that a report has opened already; whoever is just about to is waited for."""
    connection.execute(SQL["lock_report"], {"follow": _hash(token)})
    row = connection.execute(SQL["followed"], {"follow": _hash(token)}).fetchone()
    case = cases.lock_case(connection, row[1]) if row else None
    return case.ticket if case else None


def takes_strangers(connection: Connection) -> bool:
    """Whether any site takes reports of people without an account."""
    return connection.execute(SQL["open_site"]).fetchone() is not None


def check_any_open(connection: Connection) -> None:
    """Raise ClosedToStrangersError unless there is such a site."""
    if not takes_strangers(connection):
        raise ClosedToStrangersError(CLOSED)


def _check_open(connection: Connection, position: Position) -> Reports:
    allowed = cases.load_conduct(connection, None, position).reports
    if not allowed.open:
        raise ClosedToStrangersError(CLOSED)
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
    """Where a link leads, the ticket that its reporter's own words stand in, and what they have answered.

    `reopened` is whether a «no» of theirs has reopened it already.
    """

    ticket: UUID
    own: UUID
    solved: bool | None
    reopened: bool


def followed(connection: Connection, token: str) -> Followed:
    """The ticket of a link; one that was merged leads on. Raise NoSuchTicketError."""
    with connection.cursor(row_factory=class_row(Followed)) as cursor:
        found = cursor.execute(SQL["followed"], {"follow": _hash(token)}).fetchone()
    if found is None:
        raise NoSuchTicketError("this link leads to no report: check that it is whole")
    return found


class Answer(NamedTuple):
    """What a reporter says at the end."""

    solved: bool
    words: str = ""


def answer(connection: Connection, token: str, said: Answer, who: Person | None, address: str, now: datetime) -> Ticket:
    """A reporter says whether it was solved: their first «no» to a closed ticket reopens it, all else is a comment.

    It does so after a «yes», too. Each of those whose reports were merged has a «no» of their own; a stranger may say
    as much an hour as they may report. Raise TicketError.
    """
    with connection.transaction():
        case = cases.lock_case(connection, followed(connection, token).ticket)
        before = followed(connection, token)  # nobody answers meanwhile
        if case is None or before.ticket != case.ticket.id:
            raise NoSuchTicketError("this report has just gone on to another ticket: try again")
        if who is None:
            allowed = cases.load_conduct(connection, case.ticket.site, case.ticket.position).reports
            admit(connection, Deed.ANSWER, address, allowed.per_hour, now)
        closed = case.ticket.state is State.CLOSED
        reopens = closed and not said.solved and not before.reopened
        if closed:
            values = {"follow": _hash(token), "solved": said.solved, "reopened_at": now if reopens else None}
            connection.execute(SQL["note_answer"], values)
        return carry_out(connection, case, _order(said, now, closed=closed, reopens=reopens))


def _order(said: Answer, now: datetime, *, closed: bool, reopens: bool) -> Order:
    return Order(
        action=Action.REOPEN if reopens else Action.COMMENT,
        at=now,
        by=RESIDENT,
        reason=(said.words or "not solved") if reopens else "",
        note=said.words or ("solved" if said.solved else "not solved"),
        solved=said.solved if closed else None,
    )


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
