"""An order carried out on a case in the database: every way to a ticket's next state goes through here."""

from datetime import datetime

from psycopg import Connection

from dispatch import audit, cases
from dispatch.case import Case, apply, keep_pace
from dispatch.modes_store import load_modes
from dispatch.news import news
from dispatch.notices_store import post
from dispatch.terms import Terms
from dispatch.ticket import Order, Ticket


def carry_out(connection: Connection, case: Case, order: Order) -> Ticket:
    """Carry out an order on a case that is locked, and record it, last of all; raise TicketError before any change."""
    terms = cases.load_terms(connection, case.ticket)
    after = apply(up_to_date(connection, case, order.at, terms), order, terms)
    cases.save_case(connection, case, after)
    for notice in news(case, after, order.at):
        post(connection, notice)
    audit.append(connection, audit.of_order(order, case.ticket, after.ticket))
    return after.ticket


def up_to_date(connection: Connection, case: Case, now: datetime, terms: Terms) -> Case:
    """The case with all emergencies in its ledger."""
    return keep_pace(case, load_modes(connection, case.ledger[-1].began_at), now, terms)
