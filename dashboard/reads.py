"""What the screens read, straight from the database's views into the API's models."""

import base64
import itertools
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from psycopg import Connection
from psycopg.rows import dict_row

from dashboard.ground import Ground, Outline
from dashboard.models import (
    Counts,
    Gap,
    Look,
    Point,
    Points,
    Reading,
    Ticket,
    TicketPage,
    TimelineEntry,
    Trend,
)
from dashboard.shown import ShownDevice
from detect.incident import Box
from dispatch.duties_store import load_duties
from dispatch.figures import reach_of
from dispatch.people import SYSTEM, Person
from dispatch.transitions import Role
from ingest.queries import load_queries

SQL = load_queries(Path(__file__).with_name("dashboard.sql"))
WALL_TICKETS, POINTS, TRENDS, READINGS = 100, 20_000, 6, 1000
MARKS = ("state", "kind", "site", "device")
WINDOW = 60  # times as many as fill a page are looked at one by one, the newest first
LISTED = 20  # times as many of a list, each of which has to be fetched from where it lies
FULL_PAGE = 50
CHUNK = 2000  # devices that are read while the database looks for the next
SOUGHT = ("severity", "with", "overdue", "q", "from", "to")
FOUND = ("grid", "department", "matter_class", "weekday", "hour", "cell", "zone", "missed", "missed_by", "due_from",
         "due_to", "genuine", "confirmed", "recurrent", "reopened", "solved")  # fmt: skip
NONE = "-"  # asks for those of no grid, or of no department
NUMBER = re.compile(r"\d{8}-\d{5,}")
LITERALLY = str.maketrans({sign: f"\\{sign}" for sign in "%_\\"})  # in a pattern of LIKE
MONTH = timedelta(days=30)
SUFFIX = {"image/jpeg": "jpg", "image/png": "png", "video/mp4": "mp4"}


class Content(NamedTuple):
    """A piece of evidence, taken `at`; `redactions` as in detect's Picture. Once it is removed it has no `data`."""

    ticket: UUID
    media_type: str
    redactions: list[Box] | None
    data: bytes | None
    role: str
    at: datetime
    removed_at: datetime | None
    sha256: str


class BadCursorError(ValueError):
    """A cursor that no page gave out."""


def list_tickets(
    connection: Connection,
    person: Person,
    filters: dict[str, Any],
    limit: int,
    cursor: str | None,
    sought: dict[str, Any] | None = None,
) -> TicketPage:
    """Newest first; raise BadCursorError. `sought` are filters that no list or index holds."""
    after_at, after_id = _read_cursor(cursor) if cursor else (None, None)
    full = max(limit, FULL_PAGE)
    page = {
        "limit": limit + 1,
        "window": WINDOW * full,
        "listed": LISTED * full,
        "after_at": after_at,
        "after_id": after_id,
    }
    with connection.transaction():  # or a ticket that is handed over meanwhile is shown to who has it no more
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        ids = _find_tickets(connection, asked(person, filters) | page | _sought(connection, sought or {}))
        items = [_ticket(row) for row in _rows(connection, "tickets", {"ids": ids})]
    last = items[limit - 1] if len(items) > limit else None
    return TicketPage(items=items[:limit], next=_cursor(last) if last else None)


def _find_tickets(connection: Connection, values: dict[str, Any]) -> list[UUID]:
    """Among the newest, where many are as asked for; where few are, by what these have in common."""
    found: list[UUID] = []
    for query in _ways(values):
        found = [row["id"] for row in _rows(connection, query, values)]
        if len(found) >= values["limit"]:
            break
    return found


def _ways(values: dict[str, Any]) -> Iterator[str]:
    """The quick ones first; each finds the newest that were asked for, the last finds all."""
    if values["searching"]:
        yield "searched_tickets"
        return
    if values["list"]:
        yield "listed_tickets"
    if values["marks"] or not values["list"]:
        yield "newest_tickets"
    yield "few_tickets"


def _sought(connection: Connection, sought: dict[str, Any]) -> dict[str, Any]:
    """Words are looked for in the last month unless a period is given: no index holds them."""
    values = dict.fromkeys(SOUGHT + FOUND) | sought
    values["searching"] = any(value is not None for value in values.values())
    number = values["q"] if values["q"] and NUMBER.fullmatch(values["q"]) else None
    if values["q"] and not number and not values["from"]:
        values["from"] = (values["to"] or datetime.now(UTC)) - MONTH
    words = values["q"].translate(LITERALLY) if values["q"] and not number else None
    kinds = _kinds(connection, values["department"], values["matter_class"])
    local = timezone(connection) if values["hour"] is not None or values["weekday"] is not None else None
    return values | {
        "number": number,
        "words": f"%{words}%" if words else None,
        "local": local,
        "kinds": kinds,
        "unlisted": values["department"] == NONE,
        "now": datetime.now(UTC),
        "system": SYSTEM.name,
    }


def _kinds(connection: Connection, department: str | None, matter_class: str | None) -> list[str] | None:
    """Those of a department, or a class, by the duty list; of no department all that it lists."""
    if department is None and matter_class is None:
        return None
    return [
        matter.code
        for matter in load_duties(connection)
        if department in (None, NONE, matter.department) and matter_class in (None, matter.class_zh)
    ]


def asked(person: Person, filters: dict[str, Any]) -> dict[str, Any]:
    """What the queries for tickets ask for; `marks` are those that `marks_of` such a ticket holds."""
    marks = [f"{name}:{filters[name]}" for name in MARKS if filters[name] is not None]
    return filters | reach_of(person) | {"marks": marks or None} | _lists(person, filters)


def _lists(person: Person, filters: dict[str, Any]) -> dict[str, str | None]:
    """Those of `lists_of` in which all stand that were asked for; None where that may be any ticket."""
    mine = f"holder:{person.holder}"
    if person.role == Role.DEPARTMENT:
        return {"list": mine, "own": None}
    if filters["area"] or filters["site"]:
        return {"list": f"area:{filters['area']}" if filters["area"] else f"site:{filters['site']}", "own": None}
    return {"list": f"area:{person.area}", "own": mine} if person.area else {"list": None, "own": None}


def get_ticket(connection: Connection, person: Person, ticket: UUID) -> Ticket | None:
    rows = _rows(connection, "get_ticket", {"id": ticket} | reach_of(person))
    return _ticket(rows[0]) if rows else None


def changed_tickets(connection: Connection, tickets: list[UUID]) -> list[tuple[Ticket, list[str]]]:
    """Each with the areas that lead from it to the root."""
    return [(_ticket(row), row["areas"]) for row in _rows(connection, "tickets", {"ids": tickets})] if tickets else []


def tickets_of(connection: Connection, incidents: list[UUID]) -> list[UUID]:
    """Of incidents."""
    rows = _rows(connection, "tickets_of", {"incidents": incidents}) if incidents else []
    return [row["ticket"] for row in rows]


def timeline(connection: Connection, ticket: UUID) -> list[TimelineEntry]:
    return [TimelineEntry(**row) for row in _rows(connection, "timeline", {"id": ticket})]


def looks(connection: Connection, ticket: UUID) -> list[Look]:
    return [Look(**row) for row in _rows(connection, "looks", {"id": ticket})]


def evidence(connection: Connection, person: Person, evidence_id: UUID) -> Content | None:
    rows = _rows(connection, "evidence", {"id": evidence_id} | reach_of(person))
    return Content(**rows[0]) if rows else None


def timezone(connection: Connection) -> str:
    """Where the site keeps its clocks."""
    rows = _rows(connection, "timezone", {})
    return rows[0]["timezone"] if rows else "Asia/Shanghai"


def areas(connection: Connection) -> list[dict[str, Any]]:
    """The whole tree."""
    return _rows(connection, "areas", {})


def devices(
    connection: Connection, person: Person, kind: str | None = None, outline: Outline | None = None
) -> list[ShownDevice]:
    """Those in somebody's part of the tree, and within an outline if there is one, by `site/id`."""
    ground = Ground(_polygon(connection, person.area), outline)
    found = _devices(connection, {"names": None, "kind": kind} | ground.bounds())
    within = [*itertools.compress(found, ground.holds([device.position for device in found]))]
    within.sort(key=attrgetter("id"))  # one key after the other: strings are compared far sooner than pairs of them
    within.sort(key=attrgetter("site"))
    return within


def changed_devices(connection: Connection, names: list[str]) -> list[ShownDevice]:
    """By `site/id`; what has been retired is none any more."""
    return _devices(connection, {"names": names, "kind": None} | Ground().bounds())


def _devices(connection: Connection, values: dict[str, Any]) -> list[ShownDevice]:
    with connection.cursor() as cursor:
        rows = cursor.stream(SQL["devices"], values, binary=True, size=CHUNK)
        return [ShownDevice.of_row(*row) for row in rows]


def reaches_device(connection: Connection, person: Person, site: str, device: str) -> bool:
    if person.area is None:
        return True
    rows = _rows(connection, "device_position", {"site": site, "device": device})
    position = _position(rows[0]) if rows else None
    return position is not None and bool(Ground(_polygon(connection, person.area)).holds([position])[0])


def picture(connection: Connection, site: str, device: str) -> tuple[datetime, bytes] | None:
    """The newest picture and when it was captured."""
    rows = _rows(connection, "picture", {"site": site, "device": device})
    return (rows[0]["at"], rows[0]["jpeg"]) if rows else None


def readings(connection: Connection, filters: dict[str, Any], limit: int | None) -> list[Reading]:
    """Newest first: the last `limit`, or else all since `from`, in the shortest parts that are not too many."""
    if limit is not None or filters["from"] is None:
        rows = _rows(connection, "readings", filters | {"limit": limit or READINGS})
    else:
        rows = _within(connection, filters)
    return [Reading(**row) for row in rows]


def _within(connection: Connection, filters: dict[str, Any]) -> list[dict[str, Any]]:
    """Of what has only words there are no means."""
    found: list[dict[str, Any]] = []
    for query in ("readings", "readings_5m", "readings_1h"):
        found = _rows(connection, query, filters | {"limit": READINGS + 1}) or found
        if len(found) <= READINGS and not _began_before(connection, filters, found):
            break
    return found[:READINGS]


def _began_before(connection: Connection, filters: dict[str, Any], found: list[dict[str, Any]]) -> bool:
    """Whether more was read than is there: by longer spans it is kept for longer."""
    first = found[-1]["at"] if found else filters["to"] or datetime.now(UTC)
    return bool(_rows(connection, "began_before", filters | {"first": first}))


def gaps(connection: Connection, site: str, device: str) -> list[Gap]:
    """The boot heard last first; those of which all is there are left out."""
    return [Gap(**row) for row in _rows(connection, "gaps", {"site": site, "device": device})]


def wall(connection: Connection, person: Person, code: str | None, kind: str | None = None) -> dict[str, Any] | None:
    """What a Wall has, but the figures, of all that somebody reaches or of one area; None when there is no such area.

    With devices of that kind only, if one is given.
    """
    areas = _rows(connection, "area", {"code": code}) if code else []
    if code and not areas:
        return None
    polygon = areas[0].pop("polygon") if areas else None
    sites = _rows(connection, "site", {})
    reach = reach_of(person) | {"area": code}
    tickets = _rows(connection, "wall_tickets", reach | {"limit": WALL_TICKETS})
    return {
        "at": datetime.now(UTC),
        "site": sites[0] if sites else None,
        "area": areas[0] if areas else None,
        "modes": _rows(connection, "modes", {"code": code}),
        "tickets": [_ticket(row).model_dump(mode="json") for row in tickets],
        "counts": _counts(_rows(connection, "count_open", reach)).model_dump(),
        "devices": devices(connection, person, kind, polygon),
        "data_at": _rows(connection, "data_at", {})[0]["at"],
    }


def trends(connection: Connection, person: Person, code: str | None, now: datetime) -> list[Trend]:
    """Of the sensors in an area that somebody reaches which are nearest to a limit of theirs, the nearest first."""
    within = devices(connection, person, "sensor", _polygon(connection, code))
    values = {"names": [device.path for device in within], "now": now, "limit": TRENDS}
    return [Trend(**row) for row in _rows(connection, "trends", values)]


def points(connection: Connection, person: Person, code: str | None) -> Points:
    """The open tickets of an area that somebody reaches."""
    rows = _rows(connection, "points", reach_of(person) | {"area": code, "limit": POINTS})
    return Points(points=[Point(**row, position=_position(row)) for row in rows], are_all=len(rows) < POINTS)


def _polygon(connection: Connection, code: str | None) -> Outline | None:
    """An area's outline; of one that is gone nothing is within it."""
    rows = _rows(connection, "area", {"code": code}) if code else []
    return rows[0]["polygon"] if rows else ([[0.0, 0.0]] * 4 if code else None)


def _rows(connection: Connection, name: str, values: dict[str, Any]) -> list[dict[str, Any]]:
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(SQL[name], values, binary=True).fetchall()


def _ticket(row: dict[str, Any]) -> Ticket:
    code, name = row.pop("area_code"), row.pop("area_name")
    return Ticket(
        **row | {"evidence": [_evidence(entry) for entry in row["evidence"]]},
        area={"code": code, "name": name} if code else None,
        position=_position(row),
        due={clock: row[f"due_{clock}"] for clock in ("accept", "handle", "close")},
    )


def _evidence(entry: dict[str, Any]) -> dict[str, Any]:
    name, suffix = f"/api/evidence/{entry['id']}", SUFFIX[entry["media_type"]]
    return entry | {
        "url": f"{name}/masked.{suffix}",
        "full_url": f"{name}/full.{suffix}" if entry["redacted"] and not entry["removed_at"] else None,
    }


def _position(row: dict[str, Any]) -> tuple[float, float] | None:
    return None if row["longitude"] is None else (row["longitude"], row["latitude"])


def _counts(rows: list[dict[str, Any]]) -> Counts:
    by_severity: dict[str, int] = {}
    by_state: dict[str, int] = {}
    for row in rows:
        by_severity[row["severity"]] = by_severity.get(row["severity"], 0) + row["tickets"]
        by_state[row["state"]] = by_state.get(row["state"], 0) + row["tickets"]
    return Counts(
        open=sum(by_state.values()),
        overdue=sum(row["overdue"] for row in rows),
        by_severity=by_severity,
        by_state=by_state,
    )


def _cursor(ticket: Ticket) -> str:
    return base64.urlsafe_b64encode(f"{ticket.opened_at.isoformat()} {ticket.id}".encode()).decode()


def _read_cursor(cursor: str) -> tuple[datetime, UUID]:
    try:
        at, _, ticket = base64.urlsafe_b64decode(cursor).decode().partition(" ")
        return datetime.fromisoformat(at), UUID(ticket)
    except ValueError as error:
        raise BadCursorError(f"{cursor!r} is not a cursor: take it from `next`") from error
