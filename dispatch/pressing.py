"""The pass of the clocks: what is overdue climbs (督办), pauses end, emergencies reach every ledger.

Each ticket in a transaction of its own. Several processes may do this at once: whoever locks a ticket first does its
work, and the others pass it by, or find it done. What a merger of grids has locked for long keeps no other ticket from
climbing: a later pass finds it still due.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import scalar_row

from dispatch import audit, cases
from dispatch.case import Case, never_sent_out
from dispatch.duties_store import load_duties
from dispatch.modes import hazards
from dispatch.news import news_of_late
from dispatch.notices_store import post
from dispatch.opening import dispatch_unconfirmed
from dispatch.orders import bring_up_to_date, carry_out
from dispatch.people import SYSTEM
from dispatch.posts import load_supervisors
from dispatch.press import next_climb
from dispatch.ticket import Order
from dispatch.transitions import Action, State
from ingest.queries import load_queries

SQL = load_queries(Path(__file__).with_name("pressing.sql"))

Act = Callable[[Connection, Case, datetime], bool]
Lock = Callable[[Connection, UUID], Case | None]


def pass_clocks(connection: Connection, now: datetime) -> int:
    """Do all that is due now; how many tickets were touched."""
    return resume_paused(connection, now) + press_overdue(connection, now) + press_letters(connection, now)


def resume_paused(connection: Connection, now: datetime) -> int:
    """End the pauses whose time has come; how many."""
    return _each(connection, "to_resume", now, _resume)


def press_overdue(connection: Connection, now: datetime) -> int:
    """Let every step that is due to climb climb one level; how many did."""
    return _each(connection, "to_press", now, _press)


def press_letters(connection: Connection, now: datetime) -> int:
    """Tell of the letters whose deadline passed without an answer; of how many tickets."""
    return _each(connection, "to_press_letters", now, _press_letters)


def keep_paces(connection: Connection, now: datetime) -> int:
    """Let the emergencies that began or ended be in the ledger of every open ticket there; how many were behind."""
    with connection.cursor(row_factory=scalar_row) as cursor:
        news: list[UUID] = cursor.execute(SQL["modes_to_keep"], {"now": now}).fetchall()
    waiting = hazards(load_duties(connection))
    values = {"emergencies": [emergency for emergency, _ in waiting], "hazards": [matter for _, matter in waiting]}
    wait = cases.lock_case  # what was passed by would be marked as kept
    kept = _each(connection, "to_keep_pace", now, _keep_pace, wait, **values)
    connection.execute(SQL["modes_kept"], {"ids": news, "now": now})
    return kept


def _each(
    connection: Connection, query: str, now: datetime, act: Act, lock: Lock = cases.lock_free_case, **values: Any
) -> int:
    """Act on every ticket that a query finds; one that another process was quicker with is let be."""
    with connection.cursor(row_factory=scalar_row) as cursor:
        found: list[UUID] = cursor.execute(SQL[query], values | {"now": now}).fetchall()
    return sum(_one(connection, ticket, now, act, lock) for ticket in found)


def _one(connection: Connection, ticket: UUID, now: datetime, act: Act, lock: Lock) -> bool:
    with connection.transaction():
        case = lock(connection, ticket)
        return case is not None and case.ticket.ended_at is None and act(connection, case, now)


def _resume(connection: Connection, case: Case, now: datetime) -> bool:
    until = case.ticket.paused_until
    if until is None or until > now:
        return False
    carry_out(connection, case, Order(action=Action.RESUME, at=now, by=SYSTEM, reason="its time is over"))
    return True


def _press(connection: Connection, case: Case, now: datetime) -> bool:
    """What is overdue by an emergency that is over is not overdue."""
    current = bring_up_to_date(connection, case, now)
    climb = next_climb(current.ticket, current.terms)
    if climb is None or climb.at > now:
        return False
    order = Order(action=Action.ESCALATE, at=now, by=SYSTEM, reason=climb.clock.value, clock=climb.clock)
    carry_out(connection, current, order)
    return True


def _press_letters(connection: Connection, case: Case, now: datetime) -> bool:
    with connection.cursor(row_factory=scalar_row) as cursor:
        claimed = cursor.execute(SQL["claim_late_letters"], {"ticket": case.ticket.id, "now": now}).fetchall()
    late = [letter for letter in case.letters if letter.id in claimed]
    if not late:
        return False
    supervisors = load_supervisors(connection, case.ticket.areas)
    for notice in (one for letter in late for one in news_of_late(letter, case.ticket, supervisors, now)):
        post(connection, notice)
    entry = audit.of_event("press_letters", SYSTEM.name, now, case.ticket, case.ticket)
    audit.append(connection, replace(entry, detail={"departments": [letter.department for letter in late]}))
    return True


def _keep_pace(connection: Connection, case: Case, now: datetime) -> bool:
    """What waits for a dispatcher goes out too, where the emergency lets a new one go out unconfirmed."""
    after = bring_up_to_date(connection, case, now)
    if after.ticket.state is State.CANDIDATE and never_sent_out(after):
        after = after._replace(ticket=dispatch_unconfirmed(connection, after, now))
    return after != case
