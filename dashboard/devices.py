"""/api/devices: cameras, sensors and agents, their newest picture and their readings."""

from datetime import UTC
from typing import Annotated

import msgspec
from fastapi import APIRouter, HTTPException, Path, Query, Response

from dashboard import reads
from dashboard.access import Database, Who
from dashboard.models import Device, Gap, Moment, Reading
from dashboard.problems import responses
from edge.topics import NAME

router = APIRouter(prefix="/api/devices", tags=["devices"], responses=responses(401, 503))

Name = Annotated[str, Path(pattern=f"^{NAME.pattern}$")]


@router.get("", response_model=list[Device])
def list_devices(database: Database, who: Who) -> Response:
    return Response(msgspec.json.encode(reads.devices(database, who)), media_type="application/json")


@router.get("/{site}/{device}/picture.jpg", response_class=Response, responses=responses(404, 422))
def get_picture(database: Database, who: Who, site: Name, device: Name) -> Response:
    """The newest picture; `Last-Modified` is when it was captured."""
    found = reads.picture(database, site, device) if reads.reaches_device(database, who, site, device) else None
    if found is None:
        raise HTTPException(404, f"{site}/{device} has sent no picture yet")
    at, jpeg = found
    captured = at.astimezone(UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")
    return Response(jpeg, media_type="image/jpeg", headers={"Cache-Control": "no-store", "Last-Modified": captured})


@router.get("/{site}/{device}/readings", responses=responses(404, 422))
def get_readings(
    database: Database,
    who: Who,
    site: Name,
    device: Name,
    metric: Annotated[str | None, Query(max_length=200, pattern=r"^[^\x00]*$")] = None,
    begin: Annotated[Moment | None, Query(alias="from")] = None,
    end: Annotated[Moment | None, Query(alias="to")] = None,
    limit: Annotated[int | None, Query(ge=1, le=10_000)] = None,
) -> list[Reading]:
    """Newest first, from `from` up to but not including `to`.

    With `limit`, the last so many readings; without `from`, the last thousand. With `from` alone all of the time since:
    single readings, or where these are over a thousand or not kept for so long, means of five minutes or of an hour.
    """
    if not reads.reaches_device(database, who, site, device):
        raise HTTPException(404, f"{site}/{device} is not there")
    filters = {"site": site, "device": device, "metric": metric, "from": begin, "to": end}
    return reads.readings(database, filters, limit)


@router.get("/{site}/{device}/gaps", responses=responses(404, 422))
def get_gaps(database: Database, who: Who, site: Name, device: Name) -> list[Gap]:
    """What of its messages has not arrived, boot by boot; nothing, if all has."""
    if not reads.reaches_device(database, who, site, device):
        raise HTTPException(404, f"{site}/{device} is not there")
    return reads.gaps(database, site, device)
