"""What shows the whole: the wall, the live stream, health and metrics."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated, Literal

import msgspec
from fastapi import APIRouter, HTTPException, Query, Request, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent
from prometheus_client import generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from dashboard import reads
from dashboard.access import Database, Who
from dashboard.models import HealthReport, Points, Trend, Wall
from dashboard.problems import responses

router = APIRouter(tags=["overview"])


Area = Annotated[str | None, Query(pattern=r"^\d{2,15}$")]


@router.get("/api/wall", response_model=Wall, responses=responses(401, 404, 422, 503))
def get_wall(
    request: Request, database: Database, who: Who, area: Area = None, devices: Literal["all", "cameras"] = "all"
) -> Response:
    """Everything that the wall shows, in one answer, but the map: `/api/areas` and `/api/points`.

    Whoever has all devices already, and hears of their changes, needs the cameras again for how old their pictures are.
    """
    found = reads.wall(database, who, area, "camera" if devices == "cameras" else None)
    if found is None:
        raise HTTPException(404, f"There is no area {area}")
    figures = request.app.state.figures.get((who, area))
    found["figures"] = figures and figures.model_dump(mode="json")
    return Response(msgspec.json.encode(found), media_type="application/json")


@router.get("/api/points", responses=responses(401, 422, 503))
def get_points(database: Database, who: Who, area: Area = None) -> Points:
    """Every open ticket in an area, as the map shows it; of more than 20 000 those that are due first."""
    return reads.points(database, who, area)


@router.get("/api/trends", responses=responses(401, 422, 503))
def get_trends(database: Database, who: Who, area: Area = None) -> list[Trend]:
    """The last hour of the six sensors in an area that are nearest to what a rule of theirs asks, or beyond it."""
    return reads.trends(database, who, area, datetime.now(UTC))


@router.get("/api/stream", response_class=EventSourceResponse)
async def stream(request: Request, who: Who) -> AsyncIterator[ServerSentEvent]:
    """Events `ticket`, `device` and `incident`, each with the `id` of what changed.

    Beside it stands the `ticket` or `device` as it is now; null where you do not reach it. Without that, or without an
    id, read again what you show. The stream ends within seconds of whoever may no longer hear it.
    """
    yield ServerSentEvent(event="hello", data={}, retry=2000)
    async for (kind, name), shown in request.app.state.hub.follow(who, request.state.caller):
        yield ServerSentEvent(event=kind, raw_data=_event(kind, name, shown))


def _event(kind: str, name: str, shown: str | None) -> str:
    if not name:
        return "{}"
    return json.dumps({"id": name}) if shown is None else f'{{"id": {json.dumps(name)}, "{kind}": {shown}}}'


@router.get("/api/health", responses={503: {"model": HealthReport, "description": "A part is down"}})
async def health(request: Request, response: Response) -> HealthReport:
    report: HealthReport = await request.app.state.parts.report()
    if report.state == "down":
        response.status_code = 503
    return report


@router.get("/metrics", include_in_schema=False)
async def metrics(request: Request) -> Response:
    """Every stage's figures, and the web's own."""
    own = generate_latest(request.app.state.registry)
    return Response(own + await request.app.state.parts.metrics(), media_type=CONTENT_TYPE_PLAIN_0_0_4)
