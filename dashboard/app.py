"""The web application, wired together."""

import functools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
from fastapi import FastAPI
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles
from prometheus_client import CollectorRegistry, Gauge
from psycopg.types.json import set_json_loads
from psycopg_pool import ConnectionPool

from dashboard import (
    areas,
    basemap,
    centre,
    channels,
    desk,
    devices,
    enrolment,
    evidence,
    exports,
    figures,
    insight,
    mine,
    overview,
    reports,
    rota,
    rulebook,
    setup,
    sign_in,
    staff,
    tickets,
)
from dashboard.access import Gate
from dashboard.changes import load_changes
from dashboard.health import Parts
from dashboard.kept import Kept
from dashboard.models import WallFigures
from dashboard.problems import add_problem_handlers, document_problems
from dashboard.stream import Hub
from dispatch.people import Person

PATIENCE_MS = 10_000  # what a screen waits for the database
# a plan for any filter at all would pass over the index of the one that is asked for
OPTIONS = f"-c statement_timeout={PATIENCE_MS} -c plan_cache_mode=force_custom_plan -c timezone=UTC"
FIGURES_FRESH_S = 60.0
MOST_BYTES = 32 << 20  # of a request: a report with its photos
PAGES = (
    "/",
    "/login",
    "/wall",
    "/desk",
    "/tickets",
    "/tickets/{ticket}",
    "/worker",
    "/report",
    "/report/{token}",
    "/insight",
    "/install",
)
# what a browser looks for beside its pages: the cache that opens without a network, and how it is put on a phone
FILES = ("sw.js", "manifest.webmanifest", "icon-192.png", "icon-512.png")
# no request leaves the house; the map draws from blobs, and photos are shown before they are sent
POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; worker-src 'self' blob:;"
    " frame-ancestors 'self'; base-uri 'none'; form-action 'self'; object-src 'none'"
)
STATIC = Path(__file__).parent / "static"


@dataclass(frozen=True, slots=True)
class WebSettings:
    """`token` is what scripts authenticate with, as an admin; `stages` are the addresses of their probes.

    `guest` is the account that whoever is not signed in reads as; `map` lies under the areas on the map.
    `street_broker` is the broker's address and login as agents are given them, None where they cannot reach it.
    """

    database: str
    broker: str
    token: str
    version: str
    stages: dict[str, str] = field(default_factory=dict)
    guest: str | None = None
    map: Path | None = None
    street_broker: str | None = None
    static: Path = STATIC


class _Api(FastAPI):
    def openapi(self) -> dict[str, Any]:
        return document_problems(super().openapi())


def create_app(settings: WebSettings, registry: CollectorRegistry) -> FastAPI:
    pool = ConnectionPool(
        settings.database,
        min_size=1,
        max_size=8,
        timeout=3,
        open=False,
        check=ConnectionPool.check_connection,
        configure=lambda connection: set_json_loads(msgspec.json.decode, connection),
        kwargs={"autocommit": True, "application_name": "yihu-web", "options": OPTIONS},
    )
    hub = Hub(settings.database, load_changes)
    parts = Parts(pool, settings.broker, settings.stages, settings.version)
    kept = Kept(functools.partial(_count_figures, pool), FIGURES_FRESH_S)
    clients = Gauge("yihu_web_stream_clients", "Clients of the live stream", registry=registry)
    clients.set_function(lambda: len(hub))

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        pool.open()
        hub.start()
        yield
        await hub.stop()
        await parts.close()
        kept.close()
        pool.close()

    app = _Api(
        title="Yihu 一呼",
        version=settings.version,
        lifespan=lifespan,
        license_info={"name": "AGPL-3.0"},
        docs_url=None,
        redoc_url=None,
        max_body_size=MOST_BYTES,
    )
    app.state.pool, app.state.hub, app.state.parts = pool, hub, parts
    app.state.registry, app.state.figures, app.state.map = registry, kept, settings.map
    app.state.street_broker = settings.street_broker
    app.add_middleware(Gate, token=settings.token, pool=pool, guest=settings.guest)
    add_problem_handlers(app)
    # the wall first, as each is asked in turn; rota before staff: a name may hold a slash, and {name}/absences is
    # somebody's absences first
    for module in (
        overview,
        sign_in,
        rota,
        staff,
        channels,
        areas,
        reports,
        exports,
        tickets,
        desk,
        figures,
        insight,
        mine,
        centre,
        devices,
        enrolment,
        evidence,
        basemap,
        rulebook,
        setup,
    ):
        app.include_router(module.router)
    _serve_pages(app, settings.static)
    return app


def _count_figures(pool: ConnectionPool, key: tuple[Person, str | None]) -> WallFigures:
    with pool.connection() as connection:
        return figures.figures_of_wall(connection, *key)


def _serve_pages(app: FastAPI, static: Path) -> None:
    # the page names its scripts by content, so only the page itself must not be kept
    for path in PAGES:
        app.get(path, include_in_schema=False)(_sender(static / "index.html"))
    for name in FILES:
        app.get(f"/{name}", include_in_schema=False)(_sender(static / name))
    app.mount("/assets", StaticFiles(directory=static / "assets", check_dir=False), name="assets")


def _sender(file: Path) -> Callable[[], FileResponse]:
    headers = {"Cache-Control": "no-cache", "Content-Security-Policy": POLICY}

    def send() -> FileResponse:
        return FileResponse(file, headers=headers)

    return send
