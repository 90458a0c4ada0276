"""Whoever leaves: their account lets nobody in any more, and what they leave behind is told."""

from datetime import datetime
from pathlib import Path
from uuid import UUID

from psycopg import Connection, Rollback
from psycopg.rows import scalar_row

from dispatch import accounts, audit, cases, channels
from dispatch.case import Case
from dispatch.news import is_in_hand, news_of_gone
from dispatch.notices_store import post
from dispatch.people import Person
from dispatch.posts import load_supervisors
from ingest.queries import load_queries

SQL = load_queries(Path(__file__).with_name("leaving.sql"))


def leave(connection: Connection, name: str, by: str, now: datetime) -> int:
    """Close an account, and tell supervisors of what it leaves behind; how many tickets somebody has to take over.

    These stay as they are, and their clocks run: somebody decides to whom each goes. Open letters that it whistled for
    are told as well. The last of a department that no duty names leaves what is the department's. Raise AccountError.
    """
    while (left := _try_to_leave(connection, name, by, now)) is None:
        pass  # something came into their hands just now
    return left


def _try_to_leave(connection: Connection, name: str, by: str, now: datetime) -> int | None:
    """None where something came into their hands until nobody could give them more: tickets are locked before them."""
    left: int | None = None
    with connection.transaction() as attempt:
        found = _left_behind(connection, accounts.goes_with(connection, accounts.get_person(connection, name)))
        locked = [case for one in found if (case := cases.lock_case(connection, one))]
        person = accounts.lock_person(connection, name)
        gone = accounts.goes_with(connection, person)
        if not set(_left_behind(connection, gone)) <= set(found):
            raise Rollback(attempt)
        left = sum(_tell(connection, case, gone, now) for case in locked) if gone else 0
        _close(connection, person, gone, by, now)
    return left


def _left_behind(connection: Connection, gone: str | None) -> list[UUID]:
    with connection.cursor(row_factory=scalar_row) as cursor:
        return cursor.execute(SQL["left_behind"], {"gone": gone}).fetchall()


def _tell(connection: Connection, case: Case, gone: str, now: datetime) -> bool:
    """Tell supervisors of a ticket; whether it is in the hands of who leaves."""
    for notice in news_of_gone(case, {gone}, load_supervisors(connection, case.ticket.areas), now):
        post(connection, notice)
    return is_in_hand(case.ticket, {gone})


def _close(connection: Connection, person: Person, gone: str | None, by: str, now: datetime) -> None:
    """The audit log is told last of all, since it makes others wait. What tells a department goes with its last one."""
    channel = channels.drop_channel(connection, gone) if gone else None
    accounts.deactivate(connection, person.name, by, now)
    if gone and channel:
        audit.append(connection, channels.entry("remove_channel", gone, by, now, channel, None))
