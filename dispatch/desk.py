"""What people do with tickets: act on one, or report a matter themselves."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from psycopg import Connection
from uuid_utils.compat import uuid7

from dispatch import audit, cases, opening, store
from dispatch.accounts import find_person, is_department, takes_tickets
from dispatch.case import Case
from dispatch.duties_store import load_duties, load_matter
from dispatch.guards import check
from dispatch.orders import carry_out
from dispatch.people import Person, within_reach
from dispatch.store import Evidence
from dispatch.ticket import GRADES, Due, IncompleteOrderError, Order, Position, Ticket, TicketError
from dispatch.transitions import Action, State

MAGIC = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}


class NoSuchTicketError(TicketError):
    """There is no ticket of that id: TicketError → 404."""


@dataclass(frozen=True, slots=True)
class Report:
    """A matter that a person saw; of an `id`, which is the reporter's own secret, one ticket is opened."""

    kind: str
    title: str
    position: Position
    text: str = ""
    photos: list[bytes] = field(default_factory=list)
    id: UUID | None = None


def act(connection: Connection, ticket_id: UUID, order: Order, photos: list[bytes]) -> Ticket:
    """Carry out an order and record it; raise TicketError and leave everything as it was.

    One that comes again, by its id, changes nothing: the answer to it had got lost.
    """
    with connection.transaction():
        repeated = order.id and audit.has_order(connection, ticket_id, order)
        if repeated and (known := cases.lock_case(connection, ticket_id)):
            return known.ticket
        # in one order for all, so that two merges into each other cannot wait for ever
        locked = {one: _lock(connection, one, order.by) for one in sorted({ticket_id, order.into or ticket_id})}
        case, root = locked[ticket_id], locked[order.into] if order.action is Action.MERGE and order.into else None
        check(case.ticket, case.letters, order)  # who may not give an order learns nothing from what it names
        _check_named(connection, order, root)
        shown = replace(order, photos=_put_photos(connection, ticket_id, photos, order.at))
        after = carry_out(connection, case, opening.routed(connection, case.ticket, shown))
        if root:
            _raise_root(connection, root, after, order)
        return after


def _raise_root(connection: Connection, root: Case, merged: Ticket, order: Order) -> None:
    """What was merged into a ticket makes it no milder than it was itself."""
    if GRADES.index(merged.severity) > GRADES.index(root.ticket.severity):
        reason = f"{merged.number} was merged into it"
        regrade = Order(action=Action.REGRADE, at=order.at, by=order.by, severity=merged.severity, reason=reason)
        carry_out(connection, root, replace(regrade, via=order.via))


def _check_named(connection: Connection, order: Order, root: Case | None) -> None:
    """Raise TicketError unless whom an order names is there, and what it merges into is open."""
    if root and root.ticket.ended_at:
        raise IncompleteOrderError(f"ticket {root.ticket.number} is {root.ticket.state}: merge into an open one")
    if order.assignee and not takes_tickets(connection, order.assignee):
        known = find_person(connection, order.assignee)
        why = f"{order.assignee!r} can accept no ticket" if known else f"there is no {order.assignee!r}"
        raise IncompleteOrderError(f"{why}: name a grid worker, or a department of the duty list")
    for name in order.departments:
        if not is_department(connection, name):
            raise IncompleteOrderError(f"there is no department {name!r}: whistle for those of the duty list")


def report(connection: Connection, given: Report, actor: str, now: datetime) -> Ticket:
    """Open a ticket for what a person saw; raise TicketError when the report cannot be used."""
    matter = load_matter(connection, given.kind)
    if matter.code != given.kind:
        known = ", ".join(one.code for one in load_duties(connection))
        raise IncompleteOrderError(f"unknown kind {given.kind!r}; known: {known}")
    draft = Ticket(
        id=uuid7(),
        kind=given.kind,
        state=State.CANDIDATE,
        severity=matter.severity,
        title=given.title,
        text=given.text,
        opened_at=now,
        began_at=now,
        due=Due(now, now, now),  # its clocks are read when it is opened
        position=given.position,
    )
    with connection.transaction():
        case = opening.insert(connection, draft, actor, now)
        shown = _put_photos(connection, case.ticket.id, given.photos, now)
        audit.append(connection, audit.of_opening(case, actor, shown))
        return opening.dispatch_unconfirmed(connection, case, now)


def _lock(connection: Connection, ticket_id: UUID, person: Person) -> Case:
    """What lies out of somebody's reach is not there for them."""
    case = cases.lock_case(connection, ticket_id)
    if case is None or not within_reach(person, case.ticket.areas, case.ticket.holders):
        raise NoSuchTicketError(f"there is no ticket {ticket_id}")
    return case


def _put_photos(connection: Connection, ticket: UUID, photos: list[bytes], now: datetime) -> tuple[UUID, ...]:
    """Keep them with the ticket; their ids."""
    kept = [Evidence(uuid7(), "photo", now, _media_type(photo), photo) for photo in photos]
    for one in kept:
        store.put_evidence(connection, ticket, one)
    return tuple(one.id for one in kept)


def _media_type(photo: bytes) -> str:
    for magic, media_type in MAGIC.items():
        if photo.startswith(magic):
            return media_type
    raise IncompleteOrderError("a photo must be a JPEG or a PNG")
