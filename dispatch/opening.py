"""A new ticket: where it lies, how fast its clocks run, and whether it goes out without a dispatcher's word."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from psycopg import Connection

from dispatch import cases, store
from dispatch.case import Case, open_case
from dispatch.duties import Matter
from dispatch.duties_store import load_matter
from dispatch.modes import goes_unconfirmed, in_force, pace
from dispatch.modes_store import load_modes
from dispatch.orders import carry_out
from dispatch.people import SYSTEM
from dispatch.posts import load_posts
from dispatch.routing import Route, route
from dispatch.ticket import Order, Ticket
from dispatch.transitions import Action


def insert(connection: Connection, draft: Ticket, by: str, now: datetime) -> Case:
    """Place a draft in its area and store it; its clocks run from now."""
    areas = store.load_areas(connection)
    area = areas.find(draft.position)
    path = areas.path(area and area.code)
    modes = in_force(load_modes(connection, now), path, now)
    ticket = replace(draft, area=area, areas=path, pace=pace(modes))
    return cases.insert_case(connection, open_case(ticket, by, cases.terms_now(connection, ticket)))


def dispatch_unconfirmed(connection: Connection, case: Case, now: datetime) -> Ticket:
    """Send a new ticket out at once where the duty list and the emergencies there allow it."""
    ticket = case.ticket
    matter = load_matter(connection, ticket.kind)
    modes = in_force(load_modes(connection, now), ticket.areas, now)
    if not goes_unconfirmed(matter, modes):
        return ticket
    reason = ", ".join(mode.kind for mode in modes) or "duty list"
    order = Order(action=Action.CONFIRM, at=now, by=SYSTEM, reason=reason)
    return carry_out(connection, case, routed(connection, ticket, order))


def routed(connection: Connection, ticket: Ticket, order: Order) -> Order:
    """An order to send a ticket out, to whoever it goes to by the duty list unless the order names somebody."""
    if order.action is not Action.CONFIRM or order.assignee:
        return order
    found = find_route(connection, ticket, load_matter(connection, ticket.kind), order.at)
    if found is None:
        return replace(order, note=_join(order.note, "nobody is on duty: assign it by hand"))
    absent = f"nobody of {found.absent} is on duty" if found.absent else ""
    empty = f"nobody is on duty in {', '.join(found.empty)}" if found.empty else ""
    return replace(order, assignee=found.holder, note=_join(order.note, absent, empty))


def find_route(connection: Connection, ticket: Ticket, matter: Matter, now: datetime) -> Route | None:
    zone = ZoneInfo(cases.load_conduct(connection, ticket.site, ticket.position).timezone)
    return route(matter, ticket.areas, load_posts(connection, ticket.areas), now.astimezone(zone))


def _join(*words: str) -> str:
    return "; ".join(word for word in words if word)
