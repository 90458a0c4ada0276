"""`yihu up`: every stage on this machine, each a process of its own."""

import contextlib
import fcntl
import json
import logging
import secrets
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg

from deploy.embedded import EmbeddedDatabase, broker_command, broker_url, free_port, wait_for_port
from deploy.settings import Settings, UsageError
from deploy.supervisor import Child, stop_all
from dispatch.seed import seed
from dispatch.site import Site, SiteFileError, load_site
from ingest.migrate import migrate

log = logging.getLogger(__name__)

STAGES = ("ingest", "detect", "dispatch", "edge")
ON_DATABASE = ("ingest", "dispatch")
TICK_S = 0.2
STOP_WITHIN_S = 2.5  # leaves time for the broker and the database within five seconds


def up(settings: Settings, site_file: Path) -> None:
    """Run until SIGINT or SIGTERM; raise UsageError before anything is started."""
    try:
        site = load_site(site_file)
    except SiteFileError as error:
        raise UsageError(str(error)) from error
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stop.set())
    with contextlib.ExitStack() as stack:
        stack.enter_context(_only_one(settings.folder))
        _check_port(settings)
        embedded = _enter_database(stack, settings)
        database = settings.database_url or (embedded.url if embedded else "")
        _prepare(database, site)
        address, brokers = _enter_broker(stack, settings)
        stages = _stages(settings, site, database, address)
        stack.callback(stop_all, stages, STOP_WITHIN_S)
        print(f"\n  大屏 Wall   http://{settings.host}:{settings.port}/wall\n  停止 Stop   Ctrl-C\n", flush=True)
        _keep_running([*brokers, *stages], embedded, stop)
        print("正在停止 stopping…", flush=True)


@contextlib.contextmanager
def _only_one(folder: Path) -> Iterator[None]:
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


def _prepare(database: str, site: Site) -> None:
    try:
        migrate(database)
        with psycopg.connect(database) as connection:
            kept = seed(connection, site)
    except (psycopg.OperationalError, psycopg.ProgrammingError) as error:
        reason = str(error).replace(database, "…")  # it may hold a password
        raise UsageError(f"YIHU_DATABASE_URL: the database cannot be used: {reason}") from error
    for device in kept:
        print(f"{device}: edited here since; the site file's entry was not taken over", file=sys.stderr)


def _enter_broker(stack: contextlib.ExitStack, settings: Settings) -> tuple[str, list[Child]]:
    if settings.mqtt_url:
        return settings.mqtt_url, []
    port, password = free_port(), secrets.token_urlsafe(16)
    broker = Child("broker", broker_command(settings.folder / "broker", port, password), {})
    broker.start()
    stack.callback(stop_all, [broker], 1.0)
    if not wait_for_port(port, within_s=15):
        raise UsageError("the embedded broker does not come up: see its messages above, or set YIHU_MQTT_URL")
    return broker_url(port, password), [broker]


def _stages(settings: Settings, site: Site, database: str, broker: str) -> list[Child]:
    ports = {name: free_port() for name in STAGES}
    common = {"YIHU_MQTT_URL": broker, "YIHU_LOG_LEVEL": settings.log_level, "YIHU_SITE": site.site}
    stored = {"YIHU_DATABASE_URL": database}  # edge and detect never know a database
    probes = {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
    stages = [
        _stage(name, common | (stored if name in ON_DATABASE else {}) | {"YIHU_PROBE_PORT": str(port)})
        for name, port in ports.items()
    ]
    web = {
        "YIHU_STAGES": json.dumps(probes),
        "YIHU_TOKEN": settings.token or _own_token(settings.folder),
        "YIHU_HOST": settings.host,
        "YIHU_PORT": str(settings.port),
    }
    return [*stages, _stage("web", common | stored | web)]


def _stage(name: str, environment: dict[str, str]) -> Child:
    return Child(name, [sys.executable, "-m", "deploy.cli", name, "--leave-with-parent"], environment)


def _own_token(folder: Path) -> str:
    """The token of this installation, made at its first start and readable by its owner only."""
    file = folder / "token"
    if not file.exists():
        new = file.with_suffix(".new")
        new.touch(mode=0o600)
        new.write_text(secrets.token_urlsafe(24))
        new.replace(file)  # whole or not at all
    print(f"\n  API token   {file}", flush=True)
    return file.read_text()


def _keep_running(children: list[Child], embedded: EmbeddedDatabase | None, stop: threading.Event) -> None:
    while not stop.wait(TICK_S):
        for child in children:
            child.tend()
        if embedded:
            embedded.tend()
