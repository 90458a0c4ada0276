"""Which candidate is on whose desk: no two dispatchers are given the same one."""

from collections.abc import Collection
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from psycopg import Connection

from dispatch.figures import reach_of
from dispatch.people import Person
from dispatch.ticket import TicketError
from ingest.queries import load_queries

SQL = load_queries(Path(__file__).with_name("claims.sql"))
LEASE = timedelta(seconds=60)  # of a desk that says nothing any more: its lamp went out, its line was cut


class TakenError(TicketError):
    """A candidate that was wanted is on somebody else's desk, or is none any more: TicketError → 409."""


class Claim(NamedTuple):
    ticket: UUID
    until: datetime


def claim(
    connection: Connection,
    person: Person,
    now: datetime,
    *,
    desk: UUID | None = None,
    wanted: UUID | None = None,
    skipped: Collection[UUID] = (),
) -> Claim | None:
    """The candidate that is somebody's for the length of a lease: the one they have, else the gravest that is free.

    Of several windows of theirs each is a `desk` with a claim of its own; two may be on the same candidate.
    `wanted` asks for one of them; raise TakenError when it is not to be had. `skipped` they have put off.
    None when nothing is left to judge within their reach.
    """
    asked = reach_of(person) | _seat(person, desk) | {"wanted": wanted, "skipped": list(skipped)}
    until = now + LEASE
    with connection.transaction():
        connection.execute(SQL["one_at_a_time"])
        connection.execute(SQL["free"], {"now": now})
        found = connection.execute(SQL["choose"], asked).fetchone()
        if wanted and not found:
            raise TakenError(_why(connection, wanted, now))
        connection.execute(SQL["leave"], asked)
        if not found:
            return None
        connection.execute(SQL["claim"], asked | {"ticket": found[0], "until": until})
    return Claim(found[0], until)


def leave(connection: Connection, person: Person, desk: UUID | None = None) -> None:
    """Give back what somebody has on one desk."""
    with connection.transaction():
        connection.execute(SQL["one_at_a_time"])
        connection.execute(SQL["leave"], _seat(person, desk))


def _seat(person: Person, desk: UUID | None) -> dict[str, str]:
    return {"name": person.signature, "desk": str(desk or "")}


def _why(connection: Connection, ticket: UUID, now: datetime) -> str:
    found = connection.execute(SQL["holder_of"], {"ticket": ticket, "now": now}).fetchone()
    return f"{found[0]} is looking at it" if found else "it waits for no verdict any more"
