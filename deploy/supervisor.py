"""Keeps processes running: each in a session of its own, started again when it dies, stopped in order."""

import contextlib
import ctypes
import logging
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field

from edge.backoff import Backoff

log = logging.getLogger(__name__)

PR_SET_PDEATHSIG = 1  # from <linux/prctl.h>
LASTING_S = 30.0  # a process that lived so long starts again at once


@dataclass(slots=True)
class Child:
    """One process and the command that it is started with; what it prints goes to `output`, or where ours does."""

    name: str
    command: list[str]
    environment: dict[str, str]
    output: int | None = None
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    retry_at: float = 0.0
    backoff: Backoff = field(default_factory=lambda: Backoff(first=0.5, cap=15.0))

    def start(self) -> None:
        self.started_at = time.monotonic()
        self.process = subprocess.Popen(
            self.command,
            env=os.environ | self.environment,
            stdout=self.output,
            stderr=self.output,
            stdin=subprocess.PIPE,  # closes when we are gone, however we went: the stages watch it
            start_new_session=True,
            preexec_fn=_fall_with_launcher if sys.platform == "linux" else None,  # noqa: PLW1509 - one system call
        )

    def tend(self) -> None:
        """Notice a death, and start again when its time has come."""
        now = time.monotonic()
        if self.process is not None and self.process.poll() is not None:
            if now - self.started_at > LASTING_S:
                self.backoff.reset()
            self.retry_at = now + self.backoff.next()
            log.error("%s ended with code %s; starting it again", self.name, self.process.returncode)
            self._kill_group()
            self.process = None
        if self.process is None and now >= self.retry_at:
            self.start()

    def ask_to_stop(self) -> None:
        if self.process:
            self.process.terminate()

    def stop(self, until: float) -> None:
        """Wait until a monotonic time for the process to leave, then end it and all that it started."""
        if self.process is None:
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(max(0.0, until - time.monotonic()))
        self._kill_group()
        self.process.wait()

    def _kill_group(self) -> None:
        if self.process:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            if self.process.stdin:
                self.process.stdin.close()


def _fall_with_launcher() -> None:
    """For those that do not watch their standard input, such as a broker: SIGTERM when the launcher is killed."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def stop_all(children: list[Child], within_s: float) -> None:
    until = time.monotonic() + within_s
    for child in children:
        child.ask_to_stop()
    for child in children:
        child.stop(until)
