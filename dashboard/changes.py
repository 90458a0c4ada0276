"""What the live stream says of a change: the ticket or the device as it is now, to whoever reaches it."""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple
from uuid import UUID

from psycopg import Connection

from dashboard import reads
from dashboard.models import Ticket
from dashboard.shown import ShownDevice
from dispatch.areas import AreaIndex
from dispatch.people import Person, within_reach
from dispatch.store import load_areas
from dispatch.ticket import Position

Signal = tuple[str, str]
"""The kind of what changed, and its id; an empty one stands for any of the kind."""


class Change(NamedTuple):
    """`json` is made once for all who follow; `reached_by` tells for each whether they may see it."""

    json: str
    reached_by: Callable[[Person], bool]

    def shown_to(self, person: Person) -> str:
        """`null` for whoever does not reach it, or does no more."""
        return self.json if self.reached_by(person) else "null"


Changes = Mapping[Signal, Change | None]
"""None for what has to be read again."""


def load_changes(connection: Connection, signals: Iterable[Signal]) -> Changes:
    """What the signals are of. An incident, its evidence too, is shown in its ticket."""
    found: dict[Signal, Change | None] = dict.fromkeys(signals)
    incidents = [name for kind, name in found if kind == "incident" and name]
    tickets = {name for kind, name in found if kind == "ticket" and name}
    tickets |= {str(one) for one in reads.tickets_of(connection, [UUID(name) for name in incidents])}
    for ticket, areas in reads.changed_tickets(connection, [UUID(name) for name in tickets]):
        found["ticket", str(ticket.id)] = _of_ticket(ticket, areas)
    if devices := [name for kind, name in found if kind == "device" and name]:
        index = load_areas(connection)
        for device in reads.changed_devices(connection, devices):
            found["device", device.path] = _of_device(device, index)
    return found


def _of_ticket(ticket: Ticket, areas: list[str]) -> Change:
    holders = [*([ticket.assignee] if ticket.assignee else []), *ticket.departments]
    return Change(ticket.model_dump_json(), lambda person: within_reach(person, areas, holders))


def _of_device(device: ShownDevice, index: AreaIndex) -> Change:
    around = index.find(Position(*device.position)) if device.position else None
    areas = index.path(around.code) if around else []
    return Change(device.json, lambda person: person.area is None or person.area in areas)
