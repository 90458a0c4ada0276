"""The pass of the clocks: what is overdue climbs (督办), pauses end. Each ticket in a transaction of its own.

Several processes may do this at once: whoever locks a ticket first does its work, the others pass it over.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from psycopg import Connection
from uuid_utils.compat import uuid7

from dispatch import audit, cases
from dispatch.case import Case
from dispatch.ledger import Clock
from dispatch.notices import Notice
from dispatch.notices_store import post
from dispatch.orders import carry_out, up_to_date
from dispatch.people import SYSTEM
from dispatch.ticket import Order, Ticket
from dispatch.transitions import Action
from ingest.queries import load_queries

SQL = load_queries(Path(__file__).with_name("pressing.sql"))
STEPS = {Clock.ACCEPT: ("接单", "accept"), Clock.HANDLE: ("处理", "handle"), Clock.CLOSE: ("办结", "close")}


def pass_clocks(connection: Connection, now: datetime) -> int:
    """Do all that the time asks for; how many tickets were touched."""
    return keep_paces(connection, now) + resume_paused(connection, now) + press_overdue(connection, now)


def keep_paces(connection: Connection, now: datetime) -> int:
    """Let the emergencies that began or ended be in the ledger of every open ticket that they concern."""
    return _each(connection, "next_to_pace", now, _keep_pace)


def resume_paused(connection: Connection, now: datetime) -> int:
    """End the pauses whose time has come; how many."""
    return _each(connection, "next_to_resume", now, _resume)


def press_overdue(connection: Connection, now: datetime) -> int:
    """Let all that is due to climb climb one level; how many did."""
    return _each(connection, "next_to_press", now, _press)


def _each(connection: Connection, query: str, now: datetime, act: Callable[[Connection, Case, datetime], None]) -> int:
    done = 0
    while True:
        with connection.transaction():
            row = connection.execute(SQL[query], {"now": now}).fetchone()
            case = cases.lock_case(connection, row[0]) if row else None
            if case is None:
                return done
            act(connection, case, now)
            done += 1


def _keep_pace(connection: Connection, case: Case, now: datetime) -> None:
    after = up_to_date(connection, case, now, cases.load_terms(connection, case.ticket))
    cases.save_case(connection, case, after)
    audit.append(connection, audit.of_event("pace", SYSTEM.name, now, case.ticket, after.ticket))


def _resume(connection: Connection, case: Case, now: datetime) -> None:
    carry_out(connection, case, Order(action=Action.RESUME, at=now, by=SYSTEM, reason="its time is over"))


def _press(connection: Connection, case: Case, now: datetime) -> None:
    clock = overdue_step(case.ticket, now)
    supervisors = _supervisors(connection, case.ticket.areas)
    climbed = replace(case.ticket, level=case.ticket.level + 1)
    for holder in told(climbed, supervisors):
        post(connection, notice_of_press(climbed, clock, holder, now))
    carry_out(connection, case, Order(action=Action.ESCALATE, at=now, by=SYSTEM, reason=clock.value))


def overdue_step(ticket: Ticket, now: datetime) -> Clock:
    """The first step that is to be done and overdue."""
    undone = {Clock.ACCEPT: ticket.accepted_at, Clock.HANDLE: ticket.handled_at, Clock.CLOSE: ticket.ended_at}
    due = dict(zip(Clock, ticket.due, strict=True))
    return next((clock for clock in Clock if undone[clock] is None and due[clock] <= now), Clock.CLOSE)


def told(ticket: Ticket, supervisors: Sequence[tuple[str, str | None]]) -> list[str]:
    """Who has it, and the supervisors of the area that its level has reached, or of the next above that has any.

    `supervisors` are names with their areas, None for the whole tree.
    """
    above = [*ticket.areas, None][max(0, ticket.level - 1) :] or [None]
    there = ([name for name, area in supervisors if area == place] for place in above)
    reached = next((names for names in there if names), [])
    return [*([ticket.assignee] if ticket.assignee else []), *reached]


def notice_of_press(ticket: Ticket, clock: Clock, holder: str, now: datetime) -> Notice:
    zh, en = STEPS[clock]
    place = f"{ticket.area.name} · " if ticket.area else ""
    return Notice(
        id=uuid7(),
        key=f"press/{ticket.id}/{clock}/{ticket.level}/{ticket.due[list(Clock).index(clock)].isoformat()}",
        holder=holder,
        about="press",
        severity=ticket.severity,
        zh=f"督办（{ticket.level}级）：{ticket.number} {place}{ticket.title}，{zh}已超时",
        en=f"Pressed, level {ticket.level}: {ticket.number} {place}{ticket.title}, overdue to {en}",
        made_at=now,
        ticket=ticket.id,
    )


def _supervisors(connection: Connection, areas: Sequence[str]) -> list[tuple[str, str | None]]:
    return connection.execute(SQL["supervisors"], {"areas": list(areas)}).fetchall()
