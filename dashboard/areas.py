"""/api/areas: the tree of areas, and the merging of grids (多网合一)."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from dashboard import reads
from dashboard.access import Admin, Database, Whoever
from dashboard.models import Line
from dashboard.problems import responses
from dispatch import merging, residents
from dispatch.ticket import Area as Named

router = APIRouter(prefix="/api/areas", tags=["areas"], responses=responses(401, 403, 422, 503))

Code = Annotated[str, Field(pattern=r"^\d{2,15}$")]


class AreaShape(BaseModel):
    """Its corners are (longitude, latitude), WGS 84; `merged_into` is the general grid that took a grid's place."""

    code: str
    name: str
    level: str
    parent: str | None
    polygon: list[tuple[float, float]]
    merged_into: str | None


class Merger(BaseModel):
    """Grids of one community that touch each other, and what they become."""

    model_config = ConfigDict(extra="forbid")
    codes: Annotated[list[Code], Field(min_length=2, max_length=100)]
    code: Annotated[str, Field(pattern=r"^\d{15}$")]
    name: Line


@router.get("")
def list_areas(database: Database, who: Whoever) -> list[AreaShape]:
    """The whole tree; strangers point at a place on it, where they may report."""
    if who is None:
        residents.check_any_open(database)
    return [AreaShape(**row) for row in reads.areas(database)]


@router.post("/mergers", status_code=201)
def merge(database: Database, who: Admin, body: Merger) -> list[AreaShape]:
    """Make one general grid of several; their people and open work go over, their history stays."""
    merging.merge_areas(database, body.codes, Named(body.code, body.name), who.signature, datetime.now(UTC))
    return list_areas(database, who)
