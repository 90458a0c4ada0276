"""What people do with tickets: act on one, or report a matter themselves."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from psycopg import Connection
from uuid_utils.compat import uuid7

from dispatch import store
from dispatch.kinds import KINDS
from dispatch.limits import due
from dispatch.store import Evidence
from dispatch.ticket import Action, IncompleteOrderError, Order, Position, State, Ticket, TicketError, apply

MAGIC = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}


class NoSuchTicketError(TicketError):
    """There is no ticket of that id: TicketError → 404."""


@dataclass(frozen=True, slots=True)
class Report:
    """A matter that a person saw."""

    kind: str
    title: str
    position: Position
    text: str = ""
    photos: list[bytes] = field(default_factory=list)


def act(connection: Connection, ticket_id: UUID, order: Order, photos: list[bytes]) -> Ticket:
    """Carry out an order and record it; raise TicketError and leave everything as it was."""
    with connection.transaction():
        # in one order for all, so that two merges into each other cannot wait for ever
        locked = {one: _lock(connection, one) for one in sorted({ticket_id, order.into or ticket_id})}
        before = locked[ticket_id]
        after = apply(before, order)
        if order.action is Action.MERGE and order.into:
            _check_target(locked[order.into])
        store.save_ticket(connection, after)
        store.add_order(connection, after, order, before.state)
        _put_photos(connection, after.id, photos, order.at)
        return after


def report(connection: Connection, matter: Report, actor: str, now: datetime) -> Ticket:
    """Open a ticket for what a person saw; raise TicketError when the report cannot be used."""
    kind = KINDS.get(matter.kind)
    if kind is None:
        raise IncompleteOrderError(f"unknown kind {matter.kind!r}; known: {', '.join(KINDS)}")
    with connection.transaction():
        limits = store.load_limits(connection, None, matter.position)
        ticket = Ticket(
            id=uuid7(),
            kind=matter.kind,
            state=State.CANDIDATE,
            severity=kind.severity,
            title=matter.title,
            text=matter.text,
            opened_at=now,
            began_at=now,
            due=due(matter.kind, now, limits),
            position=matter.position,
            area=store.load_areas(connection).find(matter.position),
        )
        store.insert_ticket(connection, ticket)
        store.add_event(connection, ticket, now, actor, "open", None)
        _put_photos(connection, ticket.id, matter.photos, now)
        return ticket


def _lock(connection: Connection, ticket_id: UUID) -> Ticket:
    ticket = store.lock_ticket(connection, ticket_id)
    if ticket is None:
        raise NoSuchTicketError(f"there is no ticket {ticket_id}")
    return ticket


def _check_target(target: Ticket) -> None:
    if target.ended_at:
        raise IncompleteOrderError(f"ticket {target.number} is {target.state}: merge into an open one")


def _put_photos(connection: Connection, ticket: UUID, photos: list[bytes], now: datetime) -> None:
    for photo in photos:
        store.put_evidence(connection, ticket, Evidence(uuid7(), "photo", now, _media_type(photo), photo))


def _media_type(photo: bytes) -> str:
    for magic, media_type in MAGIC.items():
        if photo.startswith(magic):
            return media_type
    raise IncompleteOrderError("a photo must be a JPEG or a PNG")
