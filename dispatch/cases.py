"""Cases in the database: tickets with their ledger, their letters, and the terms that their clocks run by.

Every call runs in its caller's transaction.
"""

from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
from psycopg import Connection
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from dispatch.case import Case
from dispatch.conduct import Conduct
from dispatch.duties_store import load_matter
from dispatch.ledger import Interval, Ledger
from dispatch.terms import Terms, encode
from dispatch.ticket import Area, Climbed, Due, Levels, Position, Ticket
from dispatch.transitions import State
from dispatch.whistle import Grade, Letter, LetterState
from ingest.queries import load_queries

SQL = load_queries(Path(__file__).with_name("cases.sql"))


def insert_case(connection: Connection, case: Case) -> Case:
    """Store a new case; give it with the number that the database has given its ticket."""
    ticket = case.ticket
    place, area = ticket.position or (None, None), ticket.area or (None, None)
    given = {
        "kind": ticket.kind, "title": ticket.title, "text": ticket.text, "areas": ticket.areas,
        "area_code": area[0], "area_name": area[1], "longitude": place[0], "latitude": place[1],
        "site": ticket.site, "device": ticket.device, "zone": ticket.zone,
        "opened_at": ticket.opened_at, "began_at": ticket.began_at, "parent": ticket.parent,
        "terms": put_terms(connection, case.terms),
    }  # fmt: skip
    (number,) = connection.execute(SQL["insert_ticket"], _changing(ticket) | given).fetchone() or ("",)
    _put_intervals(connection, ticket.id, (), case.ledger)
    return case._replace(ticket=replace(ticket, number=number))


def lock_case(connection: Connection, ticket_id: UUID) -> Case | None:
    """Read a case and keep others from changing it until the transaction ends."""
    with connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(SQL["lock_ticket"], {"id": ticket_id}).fetchone()
    if row is None:
        return None
    terms = _read_terms(row.pop("terms"))
    return Case(_ticket(row), load_ledger(connection, ticket_id), terms, load_letters(connection, ticket_id))


def lock_free_case(connection: Connection, ticket_id: UUID) -> Case | None:
    """The same without waiting: None, too, while somebody else has it."""
    free = connection.execute(SQL["lock_free_ticket"], {"id": ticket_id}).fetchone()
    return lock_case(connection, ticket_id) if free else None


def load_ledger(connection: Connection, ticket_id: UUID) -> Ledger:
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(SQL["ledger"], {"ticket": ticket_id}).fetchall()
    return tuple(Interval(**row | {"state": State(row["state"])}) for row in rows)


def load_letters(connection: Connection, ticket_id: UUID) -> tuple[Letter, ...]:
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(SQL["letters"], {"ticket": ticket_id}).fetchall()
    return tuple(_letter(row) for row in rows)


def save_case(connection: Connection, before: Case, after: Case) -> None:
    """Store what has changed."""
    ticket = after.ticket
    connection.execute(SQL["save_ticket"], _changing(ticket))
    _put_intervals(connection, ticket.id, before.ledger, after.ledger)
    known = {letter.id: letter for letter in before.letters}
    for letter in after.letters:
        if known.get(letter.id) != letter:
            query = SQL["save_letter" if letter.id in known else "insert_letter"]
            connection.execute(query, _letter_values(letter) | {"ticket": ticket.id})


def terms_now(connection: Connection, ticket: Ticket) -> Terms:
    """What a ticket that is received now runs by."""
    return load_conduct(connection, ticket.site, ticket.position).terms(load_matter(connection, ticket.kind))


def put_terms(connection: Connection, terms: Terms) -> bytes:
    """Keep terms once, by the digest that is given back: many tickets run by the same."""
    digest, content = encode(terms)
    connection.execute(SQL["put_terms"], {"digest": digest, "content": content})
    return digest


@lru_cache(maxsize=1024)
def _read_terms(content: str) -> Terms:
    return msgspec.json.decode(content, type=Terms)


def load_conduct(connection: Connection, site: str | None, position: Position | None) -> Conduct:
    """Of the site, or where a matter belongs to none, of the one whose device is nearest to its position."""
    if site:
        return _conduct(connection, "conduct_of_site", {"site": site})
    return _conduct(connection, "conduct_at", position._asdict()) if position else Conduct()


def _conduct(connection: Connection, name: str, values: dict[str, Any]) -> Conduct:
    with connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(SQL[name], values).fetchone()
    return Conduct.model_validate(row) if row else Conduct()


def _put_intervals(connection: Connection, ticket: UUID, before: Ledger, after: Ledger) -> None:
    for number, interval in enumerate(after):
        if number >= len(before) or before[number] != interval:
            values = {name: getattr(interval, name) for name in interval.__slots__}
            connection.execute(SQL["put_interval"], values | {"ticket": ticket, "number": number})


def _changing(ticket: Ticket) -> dict[str, Any]:
    """What an order may change."""
    return {
        "id": ticket.id, "state": ticket.state, "severity": ticket.severity, "assignee": ticket.assignee,
        "departments": ticket.departments, "accepted_at": ticket.accepted_at, "handled_at": ticket.handled_at,
        "handled_by": ticket.handled_by, "ended_at": ticket.ended_at, "merged_into": ticket.merged_into,
        "due_accept": ticket.due.accept, "due_handle": ticket.due.handle, "due_close": ticket.due.close,
        "pace": ticket.pace, "paused_until": ticket.paused_until, "levels": list(ticket.levels),
        "hands": list(ticket.hands), "pressed_at": list(ticket.pressed_at), "press_at": ticket.press_at,
        "solved": ticket.solved, "acknowledged_by": ticket.acknowledged_by, "acknowledged_at": ticket.acknowledged_at,
        "explanation": None if ticket.explanation is None else Jsonb(ticket.explanation),
    }  # fmt: skip


def _ticket(row: dict[str, Any]) -> Ticket:
    area = Area(row.pop("area_code"), row.pop("area_name"))
    position = Position(row.pop("longitude"), row.pop("latitude"))
    due = Due(row.pop("due_accept"), row.pop("due_handle"), row.pop("due_close"))
    row |= {"state": State(row["state"]), "due": due, "levels": Levels(*row["levels"])}
    row |= {"hands": Levels(*row["hands"]), "pressed_at": Climbed(*row["pressed_at"])}
    row |= {"area": area if area.code else None, "position": position if position.longitude is not None else None}
    return Ticket(**row)


def _letter(row: dict[str, Any]) -> Letter:
    grade = None if row["grade"] is None else Grade(row["grade"])
    return Letter(**row | {"state": LetterState(row["state"]), "grade": grade})


def _letter_values(letter: Letter) -> dict[str, Any]:
    return {name: getattr(letter, name) for name in letter.__slots__}
