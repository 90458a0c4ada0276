"""What supervisors ask: tickets by place, matter and time; what recurs, where it gathers, what nobody could see."""

from collections.abc import Sequence
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import shapely
from psycopg import Connection
from psycopg.rows import dict_row

from dispatch.duties_store import load_duties
from dispatch.figures import Rate, reach_of
from dispatch.ledger import Clock
from dispatch.people import Person
from ingest.queries import load_queries

HOURS, HOUR_S, DAY_S = 24, 3600.0, 86400.0
SQL = load_queries(Path(__file__).with_name("insight.sql"))


class Scope(NamedTuple):
    """What of all is asked for: what somebody reaches, in an area and below, of a period, counted at `now`.

    A period is from `since` up to but not including `until`; `zone` is the time zone in which days and hours are told.
    """

    person: Person
    area: str | None
    since: datetime
    until: datetime
    now: datetime
    zone: str

    @property
    def values(self) -> dict[str, Any]:
        told = {name: getattr(self, name) for name in ("area", "since", "until", "now", "zone")}
        return told | reach_of(self.person)


class Times(NamedTuple):
    """Seconds from receipt to a step, by the wall clock; None where it was never done."""

    median: float | None
    p90: float | None


class Slice(NamedTuple):
    """The tickets that were received of one grid, department, matter, hour or day; `key` None: of none.

    `genuine` are neither rejected nor merged, `late` missed a step at least; `solved` is as residents say.
    """

    key: str | None
    name: str | None
    tickets: int
    genuine: int
    late: int
    rates: dict[Clock, Rate]
    times: dict[Clock, Times]
    recurrent: int
    reopened: int
    solved: int
    unsolved: int


def breakdown(
    connection: Connection, scope: Scope, by: str, matter_class: str | None = None, *, reopenings: bool = False
) -> list[Slice]:
    """The largest first. `reopened` is counted only where it is asked for: it lies in the ledger of each."""
    duties = load_duties(connection)
    kinds = [matter.code for matter in duties if matter.class_zh == matter_class] if matter_class else None
    whose = {"codes": [matter.code for matter in duties], "offices": [matter.department for matter in duties]}
    values = scope.values | whose | {"by": by, "kinds": kinds, "reopenings": reopenings}
    return [_slice(row) for row in _rows(connection, "breakdown", values)]


def _slice(row: dict[str, Any]) -> Slice:
    rates = {clock: Rate(row[f"{clock}_kept"], row[f"{clock}_missed"]) for clock in Clock}
    times = {clock: Times(*(row[f"{clock}_s"] or (None, None))) for clock in Clock}
    plain = {name: row[name] for name in Slice._fields if name in row}
    return Slice(**plain, rates=rates, times=times)


def missed(connection: Connection, scope: Scope) -> list[dict[str, Any]]:
    """By grid, the steps that became due in the period and were missed, and of how many tickets; the worst first."""
    return _rows(connection, "missed", scope.values)


def recurrences(connection: Connection, scope: Scope, limit: int) -> list[dict[str, Any]]:
    """The places at which the same matter was found more than once, the worst first."""
    return _rows(connection, "recurrences", scope.values | {"limit": limit})


def hotspots(connection: Connection, scope: Scope, limit: int) -> list[dict[str, Any]]:
    """The squares of some 100 m with the most tickets."""
    return _rows(connection, "hotspots", scope.values | {"limit": limit})


def blindness(connection: Connection, scope: Scope) -> list[dict[str, Any]]:
    """How long each camera and sensor that stands there saw nothing, the worst first; see `by_hour`."""
    outlines = [_outline(connection, code) for code in {scope.area, scope.person.area} - {None}]
    names = _standing_in(connection, outlines) if outlines else None
    return _rows(connection, "blindness", scope.values | {"names": names})


def by_hour(devices: Sequence[dict[str, Any]]) -> list[float]:
    """The seconds in which they saw nothing, by the hour of the day."""
    begins, ends = (np.array(list(chain.from_iterable(one[side] for one in devices))) for side in ("begins", "ends"))
    return [float(np.sum(_until(ends, hour) - _until(begins, hour))) for hour in range(HOURS)]


def _until(at: np.ndarray, hour: int) -> np.ndarray:
    """Of all the time until some moments, how many seconds lay in one hour of the day."""
    days, seconds = np.divmod(at, DAY_S)
    lived: np.ndarray = days * HOUR_S + np.clip(seconds - hour * HOUR_S, 0, HOUR_S)
    return lived


def _outline(connection: Connection, code: str | None) -> shapely.Polygon:
    """An area's; of one that is gone an empty one."""
    row = connection.execute("SELECT polygon FROM areas WHERE code = %s", [code]).fetchone()
    return shapely.Polygon(row[0]) if row else shapely.Polygon()


def _standing_in(connection: Connection, outlines: list[shapely.Polygon]) -> list[str]:
    """The devices that stand in each of some outlines, as `site/id`."""
    places = _rows(connection, "device_places", {})
    xs, ys = ([place[axis] for place in places] for axis in ("longitude", "latitude"))
    inside = [shapely.intersects_xy(outline, xs, ys) for outline in outlines]
    return [place["name"] for place, *each in zip(places, *inside, strict=True) if all(each)]


def _rows(connection: Connection, name: str, values: dict[str, Any]) -> list[dict[str, Any]]:
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(SQL[name], values).fetchall()
