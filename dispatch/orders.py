"""An order carried out on a case in the database: every way to a ticket's next state goes through here."""

from datetime import datetime

from psycopg import Connection

from dispatch import audit, cases
from dispatch.case import Case, apply, keep_pace
from dispatch.modes_store import load_modes
from dispatch.news import news, news_of_climb
from dispatch.notices_store import post
from dispatch.posts import load_supervisors
from dispatch.ticket import Order, Ticket
from dispatch.transitions import Action


def carry_out(connection: Connection, case: Case, order: Order) -> Ticket:
    """Carry out an order on a case that is locked, and record it, last of all; raise TicketError before any change."""
    after = apply(up_to_date(connection, case, order.at), order)
    cases.save_case(connection, case, after)
    for notice in news(case, after, order.at):
        post(connection, notice)
    if order.action is Action.ESCALATE:
        _tell_of_climb(connection, case, after, order)
    audit.append(connection, audit.of_order(order, case.ticket, after.ticket))
    return after.ticket


def _tell_of_climb(connection: Connection, before: Case, after: Case, order: Order) -> None:
    supervisors = load_supervisors(connection, after.ticket.areas)
    for notice in news_of_climb(before, after, supervisors, order):
        post(connection, notice)


def up_to_date(connection: Connection, case: Case, now: datetime) -> Case:
    """The case with all emergencies in its ledger."""
    return keep_pace(case, load_modes(connection, case.ledger[-1].began_at), now)
