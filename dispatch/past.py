"""What a device has reported and measured lately, from the database, for a trial of other zones or rules."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from detect.model.detector import Detection
from dispatch.figures import reach_of
from dispatch.people import Person
from dispatch.setup import SQL, Setup
from dispatch.trial import Told
from ingest.senml import Reading

INCIDENTS, READINGS = 40, 20_000
LOOKED_BACK = timedelta(days=1)


class Past(NamedTuple):
    """An incident, the ticket that tells what became of it, and a picture of it; `reason` is that of a rejection."""

    id: UUID
    kind: str
    zone: str
    phase: str
    began_at: datetime
    at: datetime
    score: float
    objects: list[dict[str, Any]]
    dwell_s: float | None
    crossed: bool
    ticket: UUID
    number: str
    state: str
    reason: str | None
    picture: UUID | None

    @property
    def told(self) -> Told:
        things = [Detection(one["label"], tuple(one["box"]), one["score"]) for one in self.objects]
        return Told(self.kind, self.began_at.timestamp(), self.dwell_s or 0.0, self.score, things, self.crossed)


def load_incidents(connection: Connection, who: Person, setup: Setup) -> list[Past]:
    """The newest first, as far as somebody may see their tickets."""
    values = reach_of(who) | {"site": setup.site, "device": setup.device, "limit": INCIDENTS}
    with connection.cursor(row_factory=class_row(Past)) as cursor:
        return cursor.execute(SQL["last_incidents"], values).fetchall()


def load_readings(connection: Connection, setup: Setup, now: datetime) -> list[Reading]:
    """Of the last day, in the order of their times."""
    values = {"site": setup.site, "device": setup.device, "since": now - LOOKED_BACK, "limit": READINGS}
    with connection.cursor(row_factory=class_row(Reading)) as cursor:
        return cursor.execute(SQL["last_readings"], values).fetchall()
