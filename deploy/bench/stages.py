"""Yihu's stages as processes beside a bench, as an orchestrator would start them."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator

import psutil

from deploy.embedded import LOOPBACK

TOKEN = "a-token-for-one-bench"  # noqa: S105 - of a server that lives as long


def environment(port: int, database: str, **settings: str) -> dict[str, str]:
    """Settings of stages at a broker on a port of this machine."""
    common = {"MQTT_URL": f"mqtt://{LOOPBACK}:{port}", "DATABASE_URL": database, "LOG_LEVEL": "ERROR", "TOKEN": TOKEN}
    return {f"YIHU_{name}": value for name, value in (common | settings).items()}


def all_live(processes: Iterable[psutil.Process]) -> bool:
    return all(process.is_running() and process.status() != psutil.STATUS_ZOMBIE for process in processes)


@contextlib.contextmanager
def running(*stages: tuple[str, dict[str, str]]) -> Iterator[list[psutil.Process]]:
    """A process of each stage with its settings; raise RuntimeError if one ended before it was told to."""
    command = [sys.executable, "-m", "deploy.cli"]
    started = [subprocess.Popen([*command, name], env=os.environ | settings) for name, settings in stages]
    try:
        yield [psutil.Process(process.pid) for process in started]
        ended = [name for (name, _), process in zip(stages, started, strict=True) if process.poll() is not None]
        if ended:
            raise RuntimeError(f"ended before its time, with what it says above: {', '.join(ended)}")
    finally:
        for process in started:
            process.send_signal(signal.SIGTERM)
        for process in started:
            process.wait()
