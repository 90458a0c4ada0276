"""What shows the whole: the wall, the live stream, health and metrics."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent
from prometheus_client import generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from dashboard import reads
from dashboard.access import Database, Who
from dashboard.models import HealthReport, Wall
from dashboard.problems import responses

router = APIRouter(tags=["overview"])


@router.get("/api/wall", responses=responses(401, 404, 422, 503))
def get_wall(database: Database, who: Who, area: Annotated[str | None, Query(pattern=r"^\d{2,15}$")] = None) -> Wall:
    """Everything that the wall shows, in one answer."""
    found = reads.wall(database, who, area)
    if found is None:
        raise HTTPException(404, f"There is no area {area}")
    return found


@router.get("/api/stream", response_class=EventSourceResponse)
async def stream(request: Request, _: Who) -> AsyncIterator[ServerSentEvent]:
    """Signals `ticket`, `device` and `incident`, with the id where there is one: read again what you show."""
    yield ServerSentEvent(event="hello", data={}, retry=2000)
    async for kind, name in request.app.state.hub.signals():
        yield ServerSentEvent(event=kind, data={"id": name} if name else {})


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
