"""The whole of Yihu, started as its users start it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import httpx2
import psutil
import psycopg
import pytest
import yaml
from playwright.sync_api import Browser, Page

from dashboard.access import COOKIE
from deploy.embedded import free_port
from tests.conftest import ROOT
from tests.waiting import wait_for

TOOLEY = ROOT / "deploy" / "examples" / "tooley.yaml"
TOKEN = "a-token-for-the-journeys"  # noqa: S105 - of a server that lives for one test


class City:
    """A running `yihu up`."""

    def __init__(self, site: Path, data: Path, environment: dict[str, str]) -> None:
        self.port, self.data = free_port(), data
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = data.with_name(f"up-{self.port}.log")
        self.started_at = time.monotonic()
        command = [sys.executable, "-m", "deploy.cli", "up", "--site", str(site), "--data", str(data)]
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [*command, "--port", str(self.port)],
                env=os.environ | {"YIHU_TOKEN": TOKEN} | environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self.http = httpx2.Client(base_url=self.url, timeout=10, headers={"Authorization": f"Bearer {TOKEN}"})

    def get(self, path: str) -> Any:
        return self.http.get(path).raise_for_status().json()

    def health(self) -> Any:
        """Each part's state, or nothing while the web is not up."""
        try:
            return self.http.get("/api/health").json()
        except httpx2.TransportError:
            return None

    def is_well(self) -> bool:
        """Every part says ok."""
        report = self.health()
        return report is not None and report["state"] == "ok"

    def parking_tickets(self) -> Any:
        return self.get("/api/tickets?kind=illegal_parking")["items"]

    def stage(self, name: str) -> psutil.Process:
        """The process of one stage."""
        children = psutil.Process(self.process.pid).children()
        return next(child for child in children if name in child.cmdline())

    def descendants(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def environment(self, name: str) -> dict[str, str]:
        return self.stage(name).environ()

    def stop(self, number: int = signal.SIGINT, within_s: float = 15) -> None:
        self.http.close()
        self.process.send_signal(number)
        try:
            self.process.wait(within_s)
        finally:
            self.process.kill()
            self.process.wait()


Start = Callable[..., City]


@pytest.fixture(scope="session")
def start_city(
    new_folder: Callable[[], Path],
    media: Path,  # noqa: ARG001 - what the example shows
    weights: Path,  # noqa: ARG001 - what the example looks with
) -> Iterator[Start]:
    """Start `yihu up`; on the server of YIHU_TEST_DATABASE_URL, where that is given, else on the embedded one."""
    cities: list[tuple[City, str | None]] = []

    def start(site: Path = TOOLEY, data: Path | None = None, **given: str) -> City:
        database = _new_database()
        given |= {"YIHU_DATABASE_URL": database} if database else {}
        city = City(site, data or new_folder() / "data", given)
        cities.append((city, database))
        return city

    yield start
    for city, database in cities:
        if city.process.poll() is None:
            city.stop()
        if database:
            _drop_database(database)


def _new_database() -> str | None:
    server = os.environ.get("YIHU_TEST_DATABASE_URL")
    if server is None:
        return None
    name = f"yihu_{uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return urlunsplit(urlsplit(server)._replace(path=f"/{name}"))


def _drop_database(database: str) -> None:
    with psycopg.connect(os.environ["YIHU_TEST_DATABASE_URL"], autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {urlsplit(database).path[1:]} WITH (FORCE)")


@pytest.fixture(scope="session")
def tooley(media: Path, weights: Path) -> dict[str, Any]:
    """The example site, with the paths made absolute."""
    site: dict[str, Any] = yaml.safe_load(TOOLEY.read_text())
    site["detector"]["model"] = str(weights)
    for device in site["devices"]:
        device["camera"] = str(media / Path(device["camera"]).name)
    return site


@pytest.fixture(scope="session")
def write_site(tmp_path_factory: pytest.TempPathFactory) -> Callable[[dict[str, Any]], Path]:
    def write(site: dict[str, Any]) -> Path:
        path = tmp_path_factory.mktemp("site") / "site.yaml"
        path.write_text(json.dumps(site))  # JSON is YAML
        return path

    return write


@contextmanager
def wall_page(browser: Browser, city: City) -> Iterator[Page]:
    """The wall in a 1080p window, opened as soon as it is served."""
    wait_for(city.health, within_s=30)
    page = browser.new_page(viewport={"width": 1920, "height": 1080}, locale="zh-CN")
    page.context.add_cookies([{"name": COOKIE, "value": TOKEN, "url": city.url}])
    page.goto(f"{city.url}/wall")
    yield page
    page.close()


def wait_until_well(city: City) -> None:
    """Wait until every part says ok; otherwise say what each said, and the end of the log."""
    try:
        wait_for(lambda: city.process.poll() is not None or city.is_well(), within_s=120)
        assert city.process.poll() is None, "it has ended"
    except AssertionError as error:
        raise AssertionError(f"{error}\n{city.health()}\n{city.log.read_text()[-5000:]}") from None
