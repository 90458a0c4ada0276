"""Incidents, their evidence and their places in the database; every call runs in its caller's transaction."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple, TypeVar, cast
from uuid import UUID

import msgspec
from psycopg import Connection
from psycopg.rows import class_row, scalar_row
from psycopg.types.json import Jsonb

from detect.incident import Box, Incident, Severity
from dispatch.areas import AreaIndex, Shape
from dispatch.fusion import WITNESS_M, Source, Witness
from dispatch.ticket import Area
from ingest.queries import load_queries

SQL = load_queries(Path(__file__).with_name("dispatch.sql"))
NEAR_M = 30.0

_areas: dict[
    tuple[object, ...], AreaIndex
] = {}  # by version: a thousand polygons take longer than all else of a ticket

Value = TypeVar("Value")


class Evidence(NamedTuple):
    """A picture or clip that speaks for a ticket; `box` in fractions where a detector drew one.

    `redactions` as in detect's Picture; of a clip they are laid over it.
    """

    id: UUID
    role: str
    at: datetime
    media_type: str
    data: bytes
    incident: UUID | None = None
    box: Box | None = None
    redactions: list[Box] | None = None


def lock_kind(connection: Connection, kind: str) -> None:
    """One at a time decides whether an incident of this kind opens a ticket or joins one."""
    connection.execute(SQL["lock_kind"], {"kind": kind})


def find_incident(connection: Connection, incident: UUID) -> UUID | None:
    """The ticket that an incident belongs to already; from one that was merged it has gone on to the other."""
    return _one(connection, "find_incident", UUID, {"id": incident})


def gravest_incident(connection: Connection, ticket: UUID) -> Severity | None:
    """How grave the gravest incident of a ticket is so far."""
    found = _one(connection, "gravest_incident", str, {"ticket": ticket})
    return cast("Severity | None", found)


def find_open_at_place(connection: Connection, incident: Incident) -> UUID | None:
    return _one(connection, "find_open_at_place", UUID, _place(incident) | {"metres": NEAR_M})


def find_open_in_grid(connection: Connection, incident: Incident, grid: str, window: timedelta) -> UUID | None:
    """The open ticket of a matter that spreads, of which somebody told in the same grid no longer ago."""
    since, until = _utc(incident.began_at) - window, _utc(incident.at) + window
    values = {"kind": incident.kind, "area": grid, "since": since, "until": until}
    return _one(connection, "find_open_in_grid", UUID, values)


def find_open_of_agent(connection: Connection, incident: Incident, window: timedelta) -> UUID | None:
    """The open ticket of another device of the same edge agent, where the same began so soon before or after."""
    began = _utc(incident.began_at)
    values = _place(incident) | {"since": began - window, "until": began + window}
    return _one(connection, "find_open_of_agent", UUID, values)


def load_sources(connection: Connection, ticket: UUID, kind: str) -> list[Source]:
    """Who told of a ticket's matter, the first one first."""
    with connection.cursor(row_factory=class_row(Source)) as cursor:
        return cursor.execute(SQL["sources"], {"ticket": ticket, "kind": kind}).fetchall()


def find_witnesses(connection: Connection, incident: Incident, told: list[str]) -> list[Witness]:
    """Who would have to see it, too, beside the devices that have `told`."""
    values = _place(incident) | {"devices": told, "metres": WITNESS_M}
    with connection.cursor(row_factory=class_row(Witness)) as cursor:
        return cursor.execute(SQL["witnesses"], values).fetchall()


def find_closed_at_place(connection: Connection, incident: Incident) -> UUID | None:
    return _one(connection, "find_closed_at_place", UUID, _place(incident) | {"metres": NEAR_M})


def _place(incident: Incident) -> dict[str, Any]:
    longitude, latitude = incident.position or (None, None)
    return {
        "kind": incident.kind, "site": incident.site, "device": incident.device, "zone": incident.zone,
        "longitude": longitude, "latitude": latitude,
    }  # fmt: skip


def _one(connection: Connection, name: str, kind: type[Value], values: dict[str, Any]) -> Value | None:
    with connection.cursor(row_factory=scalar_row) as cursor:
        value = cursor.execute(SQL[name], values).fetchone()
    return value if isinstance(value, kind) else None


def put_incident(connection: Connection, incident: Incident, ticket: UUID, now: datetime) -> bool:
    """Store what is newest of an incident; False when the database knows as much already."""
    values = _place(incident) | {
        "id": incident.id, "ticket": ticket, "phase": incident.phase, "severity": incident.severity,
        "score": incident.score, "began_at": _utc(incident.began_at), "at": _utc(incident.at), "received_at": now,
        "objects": Jsonb(msgspec.to_builtins(incident.objects)),
        "explanation": Jsonb(msgspec.to_builtins(incident.explanation)),
    }  # fmt: skip
    newest = _one(connection, "put_incident", UUID, values) is not None
    if not newest:
        connection.execute(SQL["found_sooner"], values)
    return newest


def put_evidence(connection: Connection, ticket: UUID, evidence: Evidence) -> None:
    """Store a picture; a better one of the same incident and role takes the older one's place."""
    values = evidence._asdict() | {"ticket": ticket}
    values |= {name: None if values[name] is None else Jsonb(values[name]) for name in ("box", "redactions")}
    connection.execute(SQL["put_evidence"], values)


def quarantine(connection: Connection, topic: str, reason: str, body: bytes, head: int) -> None:
    values = {"topic": topic, "reason": reason, "size": len(body), "head": body[:head]}
    connection.execute(SQL["quarantine"], values)


def load_areas(connection: Connection) -> AreaIndex:
    """As they are in this transaction; read again where they are not what they were."""
    info = connection.info
    version = (info.host, info.port, info.dbname, *connection.execute(SQL["areas_version"]).fetchall())
    if version not in _areas:
        rows = connection.execute(SQL["areas"]).fetchall()
        shapes = [Shape(Area(code, name), polygon, parent, merged) for code, name, parent, polygon, merged in rows]
        _areas.clear()
        _areas[version] = AreaIndex(shapes)
    return _areas[version]


def hold_area(connection: Connection, code: str) -> tuple[str | None] | None:
    """Let nobody merge an area until the transaction ends: the grid that it has become a part of; None of no area."""
    return connection.execute(SQL["hold_area"], {"code": code}).fetchone()


def device_name(connection: Connection, site: str, device: str) -> str:
    return _one(connection, "device_name", str, {"site": site, "device": device}) or device


def _utc(epoch: float) -> datetime:
    return datetime.fromtimestamp(epoch, UTC)
