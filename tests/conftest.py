"""The real things that tests run against: a database, a broker, a browser, street clips and weights."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import hypothesis
import psycopg
import pytest
from argon2 import PasswordHasher
from argon2.profiles import CHEAPEST
from playwright.sync_api import Browser, sync_playwright
from psycopg import sql

from deploy.embedded import USER, EmbeddedDatabase, broker_command, broker_url, free_port, wait_for_port
from dispatch import accounts
from ingest.migrate import migrate

# a busy machine is no bug of ours
hypothesis.settings.register_profile("yihu", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("yihu")

FLAGS = [
    "--no-sandbox",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--enable-unsafe-swiftshader",
]
ROOT = Path(__file__).parent.parent
PASSWORD = "of-a-broker-for-one-test"  # noqa: S105 - as it says
SHARED = ROOT.parent / "shared"
IN_CI = os.environ.get("CI") == "true"


def need(found: object, what: str) -> None:
    """Skip where something is missing; in CI, which installs it, that is a failure."""
    if found:
        return
    (pytest.fail if IN_CI else pytest.skip)(f"{what} is not on this machine")


@pytest.fixture(autouse=True, scope="session")
def cheap_passwords() -> Iterator[None]:
    """What makes a hash dear is for whoever guesses: two dozen accounts took a test five seconds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(accounts, "_hasher", lambda: PasswordHasher.from_parameters(CHEAPEST))
        yield


@pytest.fixture(scope="session")
def media() -> Path:
    folder = SHARED / "media"
    if not folder.exists():
        pytest.skip(f"the street clips are not at {folder}: see README, «Clips and weights»")
    return folder


@pytest.fixture(scope="session")
def weights() -> Path:
    folder = SHARED / "models" / "yolo11n_int8_openvino_model"
    if not folder.exists():
        pytest.skip(f"the detector's weights are not at {folder}: see README, «Clips and weights»")
    return folder


@pytest.fixture(scope="session")
def new_folder() -> Iterator[Callable[[], Path]]:
    """Makes folders for an embedded PostgreSQL, which runs as another user when we are root.

    Pytest's own temporary folder would not do: the next pytest that starts closes it to others.
    """
    with tempfile.TemporaryDirectory(prefix="yihu-") as root:
        yield lambda: Path(tempfile.mkdtemp(dir=root))


@pytest.fixture
def folder(new_folder: Callable[[], Path]) -> Path:
    return new_folder()


@pytest.fixture(scope="session")
def server(new_folder: Callable[[], Path]) -> Iterator[str]:
    """A PostgreSQL server's URL: that of YIHU_TEST_DATABASE_URL, or an embedded one."""
    given = os.environ.get("YIHU_TEST_DATABASE_URL")
    if given:
        yield given
        return
    with EmbeddedDatabase(new_folder() / "postgres") as embedded:
        with psycopg.connect(embedded.url, autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET fsync = off")  # no test of this server's survives a power cut
            connection.execute("SELECT pg_reload_conf()")
        yield embedded.url


@contextmanager
def new_database(server: str, template: str = "template0") -> Iterator[str]:  # to the other, somebody may be connected
    """The URL of a database with nothing but the template's in it, that is dropped again."""
    name = f"yihu_{uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        made = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        connection.execute(made.format(sql.Identifier(name), sql.Identifier(template)))
    yield urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def empty_database(server: str) -> Iterator[str]:
    """The URL of a database of this test's own, with nothing in it."""
    with new_database(server) as url:
        yield url


@pytest.fixture(scope="session")
def migrated(server: str) -> Iterator[str]:
    """The name of a database with all migrations, to be copied: that is faster than to run them for every test."""
    with new_database(server) as url:
        migrate(url)
        yield urlsplit(url).path[1:]


@contextmanager
def migrated_database(server: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a database with all migrations, that is dropped again."""
    if "YIHU_TEST_DATABASE_URL" not in os.environ:
        with new_database(server, request.getfixturevalue("migrated")) as url:
            yield url
        return
    with new_database(server) as url:  # one with TimescaleDB's workers in it cannot be copied
        migrate(url)
        yield url


@pytest.fixture
def database(server: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a migrated database of this test's own."""
    with migrated_database(server, request) as url:
        yield url


@pytest.fixture
def connection(database: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database, autocommit=True) as open_connection:
        yield open_connection


class Broker:
    """A broker process that a test may kill and start again; `url` stays the same."""

    def __init__(self, command: Callable[[int], list[str]]) -> None:
        self._port = free_port()
        self._command = command(self._port)
        self.url = broker_url(self._port, PASSWORD)
        self.start()

    def start(self) -> None:
        self._process = subprocess.Popen(self._command)
        assert wait_for_port(self._port, within_s=15)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Broker]:
    need(shutil.which("mosquitto") or Path("/usr/sbin/mosquitto").exists(), "mosquitto")
    broker = Broker(lambda port: broker_command(tmp_path / "broker", port, PASSWORD))
    yield broker
    broker.kill()


@pytest.fixture
def amqtt(tmp_path: Path) -> Iterator[Broker]:
    secret = tmp_path / "password"
    secret.write_text(PASSWORD)
    broker = Broker(lambda port: [sys.executable, "-m", "deploy.amqtt_broker", str(port), USER, str(secret)])
    yield broker
    broker.kill()


@pytest.fixture(params=["mosquitto", "amqtt"])
def any_broker(request: pytest.FixtureRequest) -> Broker:
    """Each of the two brokers that come along."""
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="session")
def chromium() -> str:
    path = shutil.which("chromium")
    need(path, "chromium")
    assert path
    return path


@pytest.fixture(scope="module")  # while it is open, nothing else of its process can run an event loop
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield opened
        opened.close()
