"""Every stage on this machine, each a process of its own: what `yihu up` and `yihu demo` start alike."""

import contextlib
import fcntl
import json
import logging
import secrets
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from deploy.embedded import EmbeddedDatabase, broker_command, broker_url, free_ports, wait_for_port
from deploy.settings import Settings, UsageError
from deploy.supervisor import Child, stop_all
from dispatch.accounts import add_person, any_admin
from dispatch.duties import DutyListError
from dispatch.people import Person, Signature
from dispatch.seed import LimitsError, seed
from dispatch.site import Site, SiteFileError, load_site
from dispatch.transitions import Role
from ingest.migrate import migrate

log = logging.getLogger(__name__)

STAGES = ("ingest", "detect", "dispatch", "edge")
ON_DATABASE = ("ingest", "dispatch")
ANYWHERE = {"0.0.0.0": "127.0.0.1", "": "127.0.0.1"}  # noqa: S104 - where one that listens everywhere is reached
ADMIN = "admin"  # the account that a first start makes
TICK_S = 0.2
STOP_WITHIN_S = 2.5  # leaves time for the broker and the database within five seconds

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Installation:
    """All of Yihu, running. `url` is the web's address, `token` what scripts write with.

    `admin` is the password of the account of that name, at the first start, which makes it.
    """

    url: str
    token: str
    admin: str | None
    database: str
    brokers: list[Child]
    stages: list[Child]
    embedded: EmbeddedDatabase | None

    def keep_running(self, stop: threading.Event, until: float = float("inf")) -> None:
        """Start again what dies, until `stop` is set or a monotonic time has come."""
        while not stop.wait(TICK_S) and time.monotonic() < until:
            for child in (*self.brokers, *self.stages):
                child.tend()
            if self.embedded:
                self.embedded.tend()

    def end(self, name: str, within_s: float) -> None:
        """Stop one stage for good, in good order."""
        for stage in [stage for stage in self.stages if stage.name == name]:
            self.stages.remove(stage)
            stop_all([stage], within_s)


def read_site(path: Path) -> Site:
    """Raise UsageError, which names every wrong entry."""
    try:
        return load_site(path)
    except SiteFileError as error:
        raise UsageError(str(error)) from error


def stop_on_signals() -> threading.Event:
    """Set by SIGINT, SIGTERM or SIGHUP."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stop.set())
    return stop


@contextlib.contextmanager
def launch(
    settings: Settings, site: Site, tell: Tell = lambda _: None, output: int | None = None
) -> Iterator[Installation]:
    """Start everything, and stop it at the end; raise UsageError before any stage is started. Hold the folder first.

    `tell` hears `database` and `broker` as each is up; what the processes print goes to the descriptor `output`.
    """
    with contextlib.ExitStack() as stack:
        _check_port(settings)
        embedded = _enter_database(stack, settings)
        database = settings.database_url or (embedded.url if embedded else "")
        admin = _prepare(database, site)
        tell("database")
        address, brokers = _enter_broker(stack, settings, output)
        tell("broker")
        token = settings.token or own_secret(token_file(settings.folder))
        stages = _stages(settings, site, database, address, token, output)
        stack.callback(stop_all, stages, STOP_WITHIN_S)
        url = f"http://{ANYWHERE.get(settings.host, settings.host)}:{settings.port}"
        yield Installation(url, token, admin, database, brokers, stages, embedded)


def token_file(folder: Path) -> Path:
    return folder / "token"


@contextlib.contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Hold the data folder, which it makes; raise UsageError where another process does."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{folder} cannot be used as the data folder: {error.strerror}") from error
    with (folder / "up.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise UsageError(f"another yihu runs on {folder}: stop it, or choose another --data") from error
        yield


def _check_port(settings: Settings) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise UsageError(f"{settings.host}:{settings.port}: {error.strerror}; choose another --port") from error


def _enter_database(stack: contextlib.ExitStack, settings: Settings) -> EmbeddedDatabase | None:
    if settings.database_url:
        return None
    log.info("starting the embedded PostgreSQL under %s", settings.folder)
    return stack.enter_context(EmbeddedDatabase(settings.folder / "postgres"))


def _prepare(database: str, site: Site) -> str | None:
    """Bring the database up to the site file; give the password of the first admin where there was none."""
    try:
        migrate(database)
        with psycopg.connect(database) as connection:
            kept = seed(connection, site)
            password = None if any_admin(connection) else _add_admin(connection)
    except DutyListError as error:
        raise UsageError(f"duties: {error}") from error
    except LimitsError as error:
        raise UsageError(str(error)) from error
    except (psycopg.OperationalError, psycopg.ProgrammingError) as error:
        reason = str(error).replace(database, "…")  # it may hold a password
        raise UsageError(f"YIHU_DATABASE_URL: the database cannot be used: {reason}") from error
    for device in kept:
        print(f"{device}: edited here since; the site file's entry was not taken over", file=sys.stderr)
    return password


def _add_admin(connection: psycopg.Connection) -> str:
    password = secrets.token_urlsafe(9)
    add_person(connection, Person(ADMIN, Role.ADMIN), password, Signature.FIRST_START, datetime.now(UTC))
    return password


def _enter_broker(stack: contextlib.ExitStack, settings: Settings, output: int | None) -> tuple[str, list[Child]]:
    if settings.mqtt_url:
        return settings.mqtt_url, []
    (port,), password = free_ports(1, but=settings.port), secrets.token_urlsafe(16)
    broker = Child("broker", broker_command(settings.folder / "broker", port, password), {}, output)
    broker.start()
    stack.callback(stop_all, [broker], 1.0)
    if not wait_for_port(port, within_s=15):
        raise UsageError("the embedded broker does not come up: see its messages above, or set YIHU_MQTT_URL")
    return broker_url(port, password), [broker]


def _stages(settings: Settings, site: Site, database: str, broker: str, token: str, output: int | None) -> list[Child]:
    ports = dict(zip(STAGES, free_ports(len(STAGES), but=settings.port), strict=True))
    common = {"YIHU_MQTT_URL": broker, "YIHU_LOG_LEVEL": settings.log_level, "YIHU_SITE": site.site}
    common["YIHU_DATA"] = str(settings.folder)  # where added models lie
    stored = {"YIHU_DATABASE_URL": database}  # edge and detect never know a database
    environments = {
        name: common | (stored if name in ON_DATABASE else {}) | {"YIHU_PROBE_PORT": str(port)}
        for name, port in ports.items()
    }
    environments["web"] = common | stored | {
        "YIHU_STAGES": json.dumps({name: f"http://127.0.0.1:{port}" for name, port in ports.items()}),
        "YIHU_TOKEN": token,
        "YIHU_HOST": settings.host,
        "YIHU_PORT": str(settings.port),
        "YIHU_TRUSTED_PROXIES": settings.trusted_proxies,
        **({"YIHU_GUEST": settings.guest} if settings.guest else {}),
        **({"YIHU_MAP": str(settings.map)} if settings.map else {}),
        **({"YIHU_EDGE_MQTT_URL": settings.street_broker} if settings.street_broker else {}),
    }  # fmt: skip
    return [_stage(name, environment, output) for name, environment in environments.items()]


def _stage(name: str, environment: dict[str, str], output: int | None) -> Child:
    return Child(name, [sys.executable, "-m", "deploy.cli", name, "--leave-with-parent"], environment, output)


def own_secret(file: Path) -> str:
    """A secret of this installation, made when it is first asked for and readable by its owner only."""
    if not file.exists():
        new = file.with_suffix(".new")
        new.touch(mode=0o600)
        new.write_text(secrets.token_urlsafe(24))
        new.replace(file)  # whole or not at all
    return file.read_text()
