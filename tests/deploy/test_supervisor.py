import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from deploy.supervisor import Child, stop_all
from tests.waiting import wait_for

SLEEP = "import time; time.sleep(60)"
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); {SLEEP}"

Run = Callable[[str], Child]


@pytest.fixture
def run() -> Iterator[Run]:
    children: list[Child] = []

    def start(code: str) -> Child:
        child = Child("child", [sys.executable, "-c", code], {"MARK": "given"})
        child.backoff.first = 0.05
        child.start()
        children.append(child)
        return child

    yield start
    stop_all(children, within_s=0)


def test_a_process_that_dies_is_started_again(run: Run) -> None:
    child = run(SLEEP)
    assert child.process
    first = child.process
    first.kill()
    first.wait()

    def tended() -> bool:
        child.tend()
        return child.process is not None and child.process.pid != first.pid

    wait_for(tended)
    assert child.process.poll() is None


def test_one_that_keeps_dying_is_started_ever_later(run: Run) -> None:
    child, starts = run("raise SystemExit(3)"), 0
    until = time.monotonic() + 3
    before = child.process
    while time.monotonic() < until:
        child.tend()
        starts += child.process is not None and child.process is not before
        before = child.process or before
        time.sleep(0.01)
    assert 1 <= starts <= 10


def test_a_process_gets_its_environment(run: Run, tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    run(f"import os, pathlib; pathlib.Path({str(seen)!r}).write_text(os.environ['MARK']); {SLEEP}")
    wait_for(lambda: seen.exists() and seen.read_text() == "given")


def test_one_that_does_not_listen_is_ended_with_all_it_started(run: Run, tmp_path: Path) -> None:
    seen = tmp_path / "pid"
    child = run(
        "import pathlib, subprocess, sys;"
        f"p = subprocess.Popen([sys.executable, '-c', {STUBBORN!r}], stdout=subprocess.PIPE); p.stdout.readline();"
        f"pathlib.Path({str(seen)!r}).write_text(str(p.pid)); {STUBBORN}"
    )
    grandchild = psutil.Process(int(wait_for(lambda: seen.exists() and seen.read_text())))
    stop_all([child], within_s=0.2)
    assert child.process
    assert child.process.returncode == -signal.SIGKILL
    wait_for(lambda: not grandchild.is_running() or grandchild.status() == psutil.STATUS_ZOMBIE)


def test_stopping_waits_for_all_at_once_not_for_each(run: Run) -> None:
    children = [run(STUBBORN) for _ in range(4)]
    start = time.monotonic()
    stop_all(children, within_s=1)
    assert time.monotonic() - start < 3


def test_what_a_process_prints_goes_where_it_is_told(tmp_path: Path) -> None:
    with (tmp_path / "log").open("w") as log:
        child = Child("child", [sys.executable, "-c", "import sys; print(1); sys.stderr.write('2')"], {}, log.fileno())
        child.start()
        assert child.process
        child.process.wait(10)
        stop_all([child], within_s=0)
    assert sorted((tmp_path / "log").read_text().split()) == ["1", "2"]
