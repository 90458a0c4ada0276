"""Whoever leaves: their account lets nobody in any more, and what they leave behind is told."""

from datetime import datetime
from pathlib import Path
from uuid import UUID

from psycopg import Connection, Rollback
from psycopg.rows import scalar_row

from dispatch import accounts, audit, cases, channels
from dispatch.case import Case
from dispatch.news import news_of_left, news_of_ungraded
from dispatch.notices_store import post
from dispatch.people import Person
from dispatch.posts import load_supervisors
from dispatch.transitions import TRANSITIONS, Action
from dispatch.whistle import open_letters
from ingest.queries import load_queries

SQL = load_queries(Path(__file__).with_name("leaving.sql"))


def leave(connection: Connection, name: str, by: str, now: datetime) -> int:
    """Close an account, and tell supervisors of what it leaves behind; how many tickets are still in its hands.

    These stay as they are, and their clocks run: somebody decides to whom each goes. Open letters that it whistled for
    are told as well. Raise AccountError.
    """
    while (left := _try_to_leave(connection, name, by, now)) is None:
        pass  # something came into their hands just now
    return left


def _try_to_leave(connection: Connection, name: str, by: str, now: datetime) -> int | None:
    """None where something came into their hands until nobody could give them more: tickets are locked before them."""
    left: int | None = None
    with connection.transaction() as attempt:
        found = _left_behind(connection, name)
        locked = [case for one in found if (case := cases.lock_case(connection, one))]
        person = accounts.lock_person(connection, name)
        if not set(_left_behind(connection, name)) <= set(found):
            raise Rollback(attempt)
        left = sum(_tell(connection, case, name, now) for case in locked)
        _close(connection, person, by, now)
    return left


def _left_behind(connection: Connection, name: str) -> list[UUID]:
    with connection.cursor(row_factory=scalar_row) as cursor:
        return cursor.execute(SQL["left_behind"], {"name": name}).fetchall()


def _tell(connection: Connection, case: Case, name: str, now: datetime) -> bool:
    """Tell supervisors of a ticket; whether it is in the hands of who leaves."""
    supervisors = [one for one in load_supervisors(connection, case.ticket.areas) if one.name != name]
    in_hand = case.ticket.assignee == name and (case.ticket.state, Action.ASSIGN) in TRANSITIONS
    ungraded = [letter for letter in open_letters(case.letters) if letter.by == name]
    notices = news_of_left(case, supervisors, now) if in_hand else []
    for letter in ungraded:
        notices += news_of_ungraded(letter, case.ticket, supervisors, now)
    for notice in notices:
        post(connection, notice)
    return in_hand


def _close(connection: Connection, person: Person, by: str, now: datetime) -> None:
    """The audit log is told last of all, since it makes others wait. What tells a department is the department's."""
    channel = None if person.department else channels.drop_channel(connection, person.name)
    accounts.deactivate(connection, person.name, by, now)
    if channel:
        audit.append(connection, channels.entry("remove_channel", person.name, by, now, channel, None))
