"""The API over a real database, with tickets in it that were made the way tickets are made."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
from fastapi.testclient import TestClient
from prometheus_client import CollectorRegistry
from psycopg.types.json import Jsonb

from dashboard.app import WebSettings, create_app
from dashboard.server import Server, make_config
from deploy.embedded import free_port, wait_for_port
from dispatch import desk
from dispatch.ticket import Position

TOKEN = "a-token-for-the-tests"  # noqa: S105 - of a server that lives for one test
GRID = [[104.39, 31.12], [104.40, 31.12], [104.40, 31.13], [104.39, 31.13]]
COMMUNITY = [[104.3, 31.1], [104.45, 31.1], [104.45, 31.15], [104.3, 31.15]]
STREET = "mqtt://street:secret@broker.example:1883"
ONE = "127.0.0.1"  # where tests serve
INSIDE, OUTSIDE = Position(104.395, 31.125), Position(104.5, 31.2)


def web_settings(
    database: str,
    map: Path | None = None,  # noqa: A002 - its name
    street_broker: str | None = STREET,
    **stages: str,
) -> WebSettings:
    return WebSettings(
        database,
        broker="mqtt://127.0.0.1:1",
        token=TOKEN,
        version="1",
        stages=stages,
        map=map,
        street_broker=street_broker,
    )


@pytest.fixture
def client(database: str) -> Iterator[TestClient]:
    app = create_app(web_settings(database), CollectorRegistry())
    with TestClient(app, headers={"Authorization": f"Bearer {TOKEN}"}) as opened:
        yield opened


@pytest.fixture
def grid(connection: psycopg.Connection) -> str:
    """The code of a grid around INSIDE."""
    code = "510603003001001"
    parent = code[:12]
    connection.execute(
        "INSERT INTO areas (code, name, level, parent, polygon) VALUES (%s, '社区', 'community', NULL, %s),"
        " (%s, '第一网格', 'grid', %s, %s)",
        [parent, Jsonb(COMMUNITY), code, parent, Jsonb(GRID)],
    )
    return code


def report(
    connection: psycopg.Connection,
    kind: str = "street_lamp",
    position: Position = INSIDE,
    at: datetime | None = None,
    photos: list[bytes] | None = None,
) -> UUID:
    matter = desk.Report(kind, "路灯不亮", position, photos=photos or [])
    return desk.report(connection, matter, "resident", at or datetime.now(UTC)).id


def add_camera(connection: psycopg.Connection, device: str = "cam-1", position: Position | None = INSIDE) -> None:
    longitude, latitude = position or (None, None)
    connection.execute(
        "INSERT INTO devices (site, id, kind, name, longitude, latitude) VALUES ('tooley', %s, 'camera', %s, %s, %s)",
        [device, device, longitude, latitude],
    )


def add_picture(connection: psycopg.Connection, jpeg: bytes) -> None:
    connection.execute(
        "INSERT INTO pictures (site, device, at, received_at, jpeg) VALUES ('tooley', 'cam-1', now(), now(), %s)",
        [jpeg],
    )


def add_reading(connection: psycopg.Connection, value: float, metric: str = "water_level") -> None:
    connection.execute(
        "INSERT INTO readings (at, site, device, metric, value, unit, received_at)"
        " VALUES (now(), 'tooley', 'level-1', %s, %s, 'm', now())",
        [metric, value],
    )


def some_id() -> UUID:
    return uuid4()


@contextmanager
def serving(
    database: str,
    trusted_proxies: str = ONE,
    map: Path | None = None,  # noqa: A002 - its name
    port: int | None = None,
    street_broker: str | None = STREET,
) -> Iterator[str]:
    """The address of a server that trusts these, at a free port where none is asked for."""
    app = create_app(web_settings(database, map, street_broker), CollectorRegistry())
    config = make_config(app, ONE, port := port or free_port(), trusted_proxies)
    server = Server(config, app.state.hub.end_streams)
    thread = threading.Thread(target=server.run)
    thread.start()
    assert wait_for_port(port, within_s=15)
    yield f"http://{ONE}:{port}"
    server.should_exit = True
    thread.join(20)
