"""/api/map: what lies under the areas on the map, where a site has it: streets as GeoJSON, or a PMTiles archive."""

from typing import Literal

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import FileResponse
from pydantic import BaseModel

from dashboard.access import Database, Whoever
from dashboard.problems import responses
from dispatch import residents

router = APIRouter(prefix="/api/map", tags=["overview"], responses=responses(401, 503))

Format = Literal["geojson", "pmtiles"]
FORMATS: dict[str, Format] = {".geojson": "geojson", ".json": "geojson", ".pmtiles": "pmtiles"}
MEDIA_TYPES = {"geojson": "application/geo+json", "pmtiles": "application/vnd.pmtiles"}
URL = "/api/map/content"


class BaseMap(BaseModel):
    """Null where there is none: then the areas are all there is to see."""

    format: Format | None
    url: str | None


@router.get("")
def get_map(request: Request, database: Database, who: Whoever) -> BaseMap:
    """Strangers point at a place on it, where they may report."""
    if who is None:
        residents.check_any_open(database)
    file = request.app.state.map
    return BaseMap(format=FORMATS[file.suffix], url=URL) if file else BaseMap(format=None, url=None)


@router.get("/content", response_class=FileResponse, responses=responses(404))
def get_content(request: Request, database: Database, who: Whoever) -> FileResponse:
    """The file itself, any part of it by `Range`: an archive is read piece by piece."""
    if who is None:
        residents.check_any_open(database)
    file = request.app.state.map
    if file is None or not file.is_file():
        raise HTTPException(404, "There is no map under the areas: name a file in YIHU_MAP")
    return FileResponse(file, media_type=MEDIA_TYPES[FORMATS[file.suffix]], headers={"Cache-Control": "no-cache"})
