"""Stages that a test kills without warning, and what must be so afterwards."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from urllib.request import urlopen
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb

from deploy.embedded import free_port
from tests.conftest import ROOT
from tests.waiting import wait_for

SENSORS, EVERY_S = 8, 0.1
AGENTS, OF_AGENT = ("north", "south"), 100  # sensors of each
Number = tuple[str, UUID, int]  # a device, its boot and a number
Figures = Callable[[str], float]


class Process:
    """A stage that a test kills without warning, and starts again."""

    def __init__(self, stage: str, environment: dict[str, str]) -> None:
        self._command = [sys.executable, "-m", "deploy.cli", stage]
        self._environment = os.environ | environment
        self.start()

    def start(self) -> None:
        self._process = subprocess.Popen(self._command, cwd=ROOT, env=self._environment)

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()


@contextlib.contextmanager
def started(stage: str, environment: dict[str, str]) -> Iterator[Process]:
    process = Process(stage, environment)
    try:
        yield process
    finally:
        process.kill()


@contextlib.contextmanager
def probed(stage: str, environment: dict[str, str]) -> Iterator[tuple[Process, Figures]]:
    """A stage, and the sum of a figure of its, over all labels."""
    port = free_port()
    process = Process(stage, environment | {"YIHU_PROBE_PORT": str(port), "YIHU_LOG_LEVEL": "ERROR"})

    def figure(name: str) -> float:
        with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
            lines = answer.read().decode().splitlines()
        return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith((f"{name} ", f"{name}{{")))

    def is_up() -> bool:
        with contextlib.suppress(OSError), urlopen(f"http://127.0.0.1:{port}/health", timeout=5) as answer:
            return b'"ok"' in answer.read() or b'"degraded"' in answer.read()
        return False

    try:
        wait_for(is_up, within_s=60)
        yield process, figure
    finally:
        process.kill()


def committed(connection: psycopg.Connection) -> set[Number]:
    rows = connection.execute(
        "SELECT device, boot, generate_series(lower(span), upper(span) - 1)"
        " FROM sequences, unnest(settled - dropped) AS span"
    )
    return set(rows.fetchall())


def add_sensors(connection: psycopg.Connection, count: int = SENSORS, every_s: float = EVERY_S) -> None:
    connection.execute("INSERT INTO sites (id, name, timezone, detector) VALUES ('tooley', '', 'UTC', '{}')")
    for number in range(count):
        config = Jsonb({"sensor": f"sim://water_level?seed={number}&events=none", "every": every_s})
        connection.execute(
            "INSERT INTO devices (site, id, kind, name, config) VALUES ('tooley', %s, 'sensor', '', %s)",
            [f"level-{number}", config],
        )


def add_street(connection: psycopg.Connection) -> None:
    """Two hundred sensors of two agents, that speak once a second."""
    connection.execute("INSERT INTO sites (id, name, timezone, detector) VALUES ('tooley', '', 'UTC', '{}')")
    for number in range(OF_AGENT * len(AGENTS)):
        config = {"sensor": f"sim://gas?seed={number}&events=none", "every": 1, "agent": AGENTS[number % len(AGENTS)]}
        connection.execute(
            "INSERT INTO devices (site, id, kind, name, longitude, latitude, config)"
            " VALUES ('tooley', %s, 'sensor', '', %s, 31, %s)",
            [f"level-{number}", 104 + number * 0.01, Jsonb(config)],
        )


def add_buttons(connection: psycopg.Connection, names: list[str]) -> None:
    """Buttons for help, each at a place of its own, that push what they say by themselves."""
    connection.execute("INSERT INTO sites (id, name, timezone, detector) VALUES ('tooley', '', 'UTC', '{}')")
    config = Jsonb({"sensor": "mqtt", "every": 600, "rules": [{"kind": "sos", "metric": "sos", "for": 0}]})
    for number, name in enumerate(names):
        connection.execute(
            "INSERT INTO devices (site, id, kind, name, longitude, latitude, config)"
            " VALUES ('tooley', %s, 'sensor', '', %s, 31, %s)",
            [name, 104 + number * 0.01, config],
        )


def arm(connection: psycopg.Connection, number: int) -> None:
    """From now on a rule fires at whatever that sensor says."""
    rule = {"kind": "gas_leak", "metric": "gas", "above": -1, "clear_below": -2, "for": 0}
    connection.execute(
        "UPDATE devices SET config = config || %s WHERE id = %s",
        [Jsonb({"rules": [rule]}), f"level-{number}"],
    )


def gaps(connection: psycopg.Connection) -> list[tuple[str, str]]:
    return connection.execute("SELECT device, missing_of(settled)::text FROM sequences WHERE gaps").fetchall()


def duplicates(connection: psycopg.Connection) -> list[tuple[str, int, int]]:
    """Sensors of which there are more or fewer readings than numbers."""
    return connection.execute(
        "WITH numbers AS (SELECT device, sum(upper(span) - lower(span)) AS count"
        " FROM sequences, unnest(settled - dropped) AS span WHERE device LIKE 'level-%' GROUP BY device)"
        " SELECT device, count, (SELECT count(DISTINCT at) FROM readings WHERE readings.device = numbers.device)"
        " FROM numbers WHERE count <> (SELECT count(*) FROM readings WHERE readings.device = numbers.device)"
        " OR count <> (SELECT count(DISTINCT at) FROM readings WHERE readings.device = numbers.device)"
    ).fetchall()
