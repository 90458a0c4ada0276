"""A street with very much in it, and changes that never stop: what the live screens are measured on."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import psycopg

from deploy.bench.stages import TOKEN
from deploy.embedded import LOOPBACK, free_port, wait_for_port
from deploy.settings import UsageError
from dispatch.cases import put_terms
from dispatch.conduct import Conduct
from dispatch.duties import shipped_matter
from ingest.queries import load_queries

SQL = load_queries(Path(__file__).with_name("crowd.sql"))
HOST = LOOPBACK


class Crowd(NamedTuple):
    devices: int = 2_000
    tickets: int = 5_000
    changes_per_s: float = 20.0


def fill(database: str, crowd: Crowd, jpeg: bytes | None = None) -> None:
    """The database must be new."""
    with psycopg.connect(database, autocommit=True) as connection:
        terms = put_terms(connection, Conduct().terms(shipped_matter("street_lamp")))
        values = crowd._asdict() | {"terms": terms, "jpeg": jpeg}
        for name in ("areas", "devices", "tickets", *(("pictures",) if jpeg else ())):
            for statement in SQL[name].split(";\n"):
                connection.execute(statement, values)
        connection.execute("VACUUM ANALYZE")


@contextmanager
def changing(database: str, crowd: Crowd) -> Iterator[None]:
    """So many changes a second, until it is left."""
    stop = threading.Event()

    def change() -> None:
        with psycopg.connect(database, autocommit=True) as connection:
            due = time.monotonic()
            while not stop.wait(max(0.0, due - time.monotonic())):
                connection.execute(SQL["change"], crowd._asdict())
                due += 1 / crowd.changes_per_s

    thread = threading.Thread(target=change)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


@contextmanager
def serving(database: str) -> Iterator[int]:
    """The port of a web process on it, as `yihu web` starts it."""
    port = free_port()
    settings = {"YIHU_DATABASE_URL": database, "YIHU_MQTT_URL": f"mqtt://{HOST}:1", "YIHU_TOKEN": TOKEN}
    command = [sys.executable, "-m", "deploy.cli", "web", "--leave-with-parent"]
    environment = os.environ | settings | {"YIHU_PORT": str(port)}
    with subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        if not wait_for_port(port, within_s=60):
            raise UsageError("the web does not come up: start `yihu web` by hand and see what it says")
        yield port
        process.terminate()
