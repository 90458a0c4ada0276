"""An order carried out on a case in the database: every way to a ticket's next state goes through here."""

from datetime import datetime

from psycopg import Connection

from dispatch import audit, cases
from dispatch.accounts import has_gone
from dispatch.case import Case, apply, keep_pace
from dispatch.modes_store import load_modes
from dispatch.news import goes_to_nobody, newly_named, news, news_of_climb, news_of_gone, news_of_nobody, news_of_recall
from dispatch.notices_store import post
from dispatch.people import SYSTEM
from dispatch.posts import load_supervisors
from dispatch.ticket import Order, Ticket
from dispatch.transitions import Action


def carry_out(connection: Connection, case: Case, order: Order) -> Ticket:
    """Carry out an order on a case that is locked, and record it, last of all; raise TicketError before any change."""
    after = apply(up_to_date(connection, case, order.at), order)
    cases.save_case(connection, case, after)
    for notice in news(case, after, order.at) + news_of_recall(case, after, order):
        post(connection, notice)
    _tell_supervisors(connection, case, after, order)
    audit.append(connection, audit.of_order(order, case.ticket, after.ticket))
    return after.ticket


def _tell_supervisors(connection: Connection, before: Case, after: Case, order: Order) -> None:
    """Of what was pressed, of what was sent out to nobody, and of what comes to, or waits for, who has left."""
    gone = {name for name in newly_named(before, after) if has_gone(connection, name)}
    to_nobody = goes_to_nobody(before.ticket, after.ticket)
    if not (gone or to_nobody or order.action is Action.ESCALATE):
        return
    supervisors = load_supervisors(connection, after.ticket.areas)
    notices = news_of_gone(after, gone, supervisors, order.at) + news_of_climb(before, after, supervisors, order)
    for notice in notices + (news_of_nobody(after, supervisors, order) if to_nobody else []):
        post(connection, notice)


def bring_up_to_date(connection: Connection, case: Case, now: datetime) -> Case:
    """Store, and tell the audit log, which emergencies began or ended since the ledger of a locked case was written."""
    after = up_to_date(connection, case, now)
    if after != case:
        cases.save_case(connection, case, after)
        audit.append(connection, audit.of_event("pace", SYSTEM.name, now, case.ticket, after.ticket))
    return after


def up_to_date(connection: Connection, case: Case, now: datetime) -> Case:
    """The case with all emergencies in its ledger."""
    return keep_pace(case, load_modes(connection, case.ledger[-1].began_at), now)
