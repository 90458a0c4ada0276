import os
import subprocess
import sys

import httpx2

from deploy.process import FALLEN
from tests.waiting import wait_for

DYING_THREAD = """
import threading, time
import httpx2

from deploy.process import fall_with_threads
fall_with_threads()
threading.Thread(target=lambda: 1 / 0, name="worker").start()
time.sleep(30)
"""
FALLING_STAGE = """
import threading
from deploy.process import run_stage
from edge.probe import Health, make_registry
class Stage:
    def run(self, stop):
        threading.Thread(target=stop.wait, name="chore").start()
        1 / 0
    def health(self): return Health(state="ok", detail="waits")
run_stage(Stage(), make_registry("stage"), ("127.0.0.1", 0))
"""
KEEPING = """
import gc
from deploy.process import leave_what_lasts
class Node: pass
leave_what_lasts()
kept, dropped = [Node() for _ in range(1000)], Node()
dropped.itself = dropped
del dropped
before = gc.get_freeze_count()
print(gc.collect(), gc.get_freeze_count() - before >= 1000, gc.collect(1), len(gc.get_objects()) < 1000)
"""
STAGE = """
import sys
import httpx2

from deploy.process import leave_with_parent, run_stage, set_up_logging
from edge.probe import Health, make_registry
class Stage:
    def run(self, stop): stop.wait()
    def health(self): return Health(state="ok", detail="waits")
set_up_logging("stage", "INFO")
if "leave" in sys.argv: leave_with_parent()
run_stage(Stage(), make_registry("stage"), ("127.0.0.1", 0))
"""


def test_a_thread_that_dies_takes_its_process_with_it() -> None:
    fallen = subprocess.run(
        [sys.executable, "-c", DYING_THREAD], capture_output=True, text=True, timeout=20, check=False
    )
    assert fallen.returncode == FALLEN
    assert "worker died" in fallen.stderr
    assert "ZeroDivisionError" in fallen.stderr


def test_a_stage_that_falls_does_not_stay_for_its_threads() -> None:
    fallen = subprocess.run(
        [sys.executable, "-c", FALLING_STAGE], capture_output=True, text=True, timeout=20, check=False
    )
    assert fallen.returncode != 0
    assert "ZeroDivisionError" in fallen.stderr


def start_stage(*arguments: str) -> tuple[subprocess.Popen[str], str]:
    """The process, and the address of its probe as its log tells."""
    process = subprocess.Popen(
        [sys.executable, "-c", STAGE, *arguments],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )
    assert process.stderr
    return process, process.stderr.readline().split()[-1]


def test_a_stage_answers_its_probe_and_stops_on_sigterm() -> None:
    process, probe = start_stage()
    with process:
        assert b"waits" in httpx2.get(f"{probe}/health").content
        assert b"yihu_stage_process" in httpx2.get(f"{probe}/metrics").content
        process.terminate()
        assert process.wait(10) == 0


def test_a_stage_leaves_when_its_standard_input_closes() -> None:
    process, _ = start_stage("leave")
    with process:
        assert process.stdin
        process.stdin.close()
        assert wait_for(lambda: process.poll() is not None)
        assert process.returncode == 0


def test_what_lasts_is_looked_at_but_once():
    said = subprocess.run(
        [sys.executable, "-c", KEEPING], capture_output=True, text=True, timeout=30, check=True
    ).stdout
    assert said.split() == ["1", "True", "0", "True"]
