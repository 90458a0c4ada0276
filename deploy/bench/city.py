"""`yihu bench city`: all of Deyang's devices on one machine: 25 000 cameras and 100 000 sensors, inference aside."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from http import HTTPStatus
from http.client import HTTPConnection
from itertools import cycle
from multiprocessing import get_context
from pathlib import Path
from statistics import quantiles
from typing import Any, NamedTuple

import psutil
import psycopg

from deploy.bench.broker import mosquitto
from deploy.bench.generator import Generator
from deploy.bench.stages import TOKEN, all_live, environment, running
from deploy.bench.traffic import Agent, Traffic
from deploy.embedded import LOOPBACK, free_port, wait_for_port
from deploy.settings import UsageError
from ingest.migrate import migrate
from ingest.queries import load_queries

SQL = load_queries(Path(__file__).with_name("city.sql"))
STAGES = ("ingest", "detect", "dispatch", "web")
ASK_EVERY_S, ANSWERS_WITHIN_S, LOOK_S = 0.5, 30.0, 2.0
IDLE, SETTLES_WITHIN_S, STUCK_S = 0.4, 300.0, 60.0  # idle: seconds of a core a second

Processes = dict[str, psutil.Process]


class City(NamedTuple):
    streets: int = 16
    communities: int = 180
    grids: int = 846
    cameras: int = 25_000
    sensors: int = 100_000


def bench_city(database: str, folder: Path, per_s: float, seconds: float, say: Callable[[str], None]) -> dict[str, Any]:
    """The report, as JSON would have it. The database must be new; raise UsageError."""
    city = City()
    say(f"making a city of {city.cameras:,} cameras and {city.sensors:,} sensors in {city.grids} grids")
    traffic = Traffic(_make(database, city), per_s)
    with mosquitto(folder) as port, _stages(port, database, folder) as (web, processes):
        _settle(processes, say)
        with Generator(f"mqtt://{LOOPBACK}:{port}") as generator, _asking(web, city, seconds) as asking:
            begun = _cpu_s(processes)
            traffic.run(generator, seconds, say)
            used = {name: round((spent - begun[name]) / seconds, 2) for name, spent in _cpu_s(processes).items()}
        behind_s, lost = _wait(database, traffic, processes)
        memory = {name: round(process.memory_info().rss / 1e6) for name, process in processes.items()}
    asked = asking.result()
    cuts = quantiles(asked, n=20, method="inclusive")
    return {
        "messages_per_s": round(traffic.sent / seconds),
        "lost": lost,
        "incidents": traffic.opened,
        "behind_s": round(behind_s, 1),
        "wall_ms": {"p50": round(1000 * cuts[9]), "p95": round(1000 * cuts[18]), "asked": len(asked)},
        "cores": used,
        "memory_mb": memory,
    }


def _make(database: str, city: City) -> list[Agent]:
    migrate(database)
    with psycopg.connect(database, autocommit=True) as connection:
        for name in ("areas", "devices"):
            for statement in SQL[name].split(";\n"):
                connection.execute(statement, city._asdict())
        connection.execute("VACUUM ANALYZE")
        return [Agent(*row) for row in connection.execute(SQL["agents"])]


@contextmanager
def _stages(port: int, database: str, folder: Path) -> Iterator[tuple[int, Processes]]:
    """The web's port, and every process."""
    web = free_port()
    settings = environment(port, database, PORT=str(web), DATA=str(folder))  # what earlier runs left is none of ours
    with running(*((name, settings) for name in STAGES)) as processes:
        if not wait_for_port(web, within_s=60):
            raise UsageError("the web does not come up: start `yihu web` by hand and see what it says")
        yield web, dict(zip(STAGES, processes, strict=True))


def _settle(processes: Processes, say: Callable[[str], None]) -> None:
    """Until every stage has taken in what the devices are."""
    begin = time.monotonic()
    while (passed := time.monotonic() - begin) < SETTLES_WITHIN_S:
        before = sum(_cpu_s(processes).values())
        time.sleep(LOOK_S)
        if sum(_cpu_s(processes).values()) - before < IDLE * LOOK_S:
            break
    say(f"the stages know every device after {passed:.0f} s")


def _cpu_s(processes: Processes) -> dict[str, float]:
    return {name: sum(process.cpu_times()[:2]) for name, process in processes.items()}


@contextmanager
def _asking(port: int, city: City, seconds: float) -> Iterator[Future[list[float]]]:
    """The seconds that each wall took: in a process of its own, or it waited for the generator's turns in Python."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        yield pool.submit(_ask, port, city.streets, seconds)


def _ask(port: int, streets: int, seconds: float) -> list[float]:
    """One street's wall after another. Raise RuntimeError for one that failed."""
    end, took = time.monotonic() + seconds, list[float]()
    connection = HTTPConnection(LOOPBACK, port, timeout=ANSWERS_WITHIN_S)
    for number in cycle(range(1, streets + 1)):
        if time.monotonic() > end:
            break
        time.sleep(ASK_EVERY_S)
        begin = time.perf_counter()
        connection.request("GET", f"/api/wall?area=510603{number:03}", headers={"Authorization": f"Bearer {TOKEN}"})
        answer = connection.getresponse()
        answer.read()
        if answer.status != HTTPStatus.OK:
            raise RuntimeError(f"the wall answers {answer.status}: see what the web says above")
        took.append(time.perf_counter() - begin)
    connection.close()
    return took


def _wait(database: str, traffic: Traffic, processes: Processes) -> tuple[float, int]:
    """How long the stages are behind as the traffic ends; and what is not there a minute after the last that came.

    Of messages their numbers are counted while we wait, and their readings once in the end.
    """
    begin, boots = time.monotonic(), [*traffic.boots.values()]
    missing, changed_at = traffic.numbered, begin
    with psycopg.connect(database, autocommit=True) as connection:
        while missing and time.monotonic() - changed_at < STUCK_S and all_live(processes.values()):
            ((arrived,),) = connection.execute(SQL["arrived"], {"boots": boots})
            ((incidents,),) = connection.execute(SQL["incidents"])
            before, missing = missing, traffic.numbered - arrived + traffic.opened - incidents
            if missing != before:
                changed_at = time.monotonic()
            time.sleep(LOOK_S)
        ((stored,),) = connection.execute(SQL["stored"])
    return changed_at - begin, max(missing, traffic.readings - stored)
