"""A city in a box, started as its users and scripts start it."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import PIPE

import httpx2
import psutil
import pytest
from playwright.sync_api import Browser, expect

from deploy.embedded import free_port
from tests.waiting import wait_for

pytestmark = pytest.mark.timeout(600)

Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start(folder: Path) -> Iterator[Start]:
    started: list[subprocess.Popen[str]] = []

    def begin(*arguments: str) -> subprocess.Popen[str]:
        bare = {key: value for key, value in os.environ.items() if not key.startswith("YIHU_")}
        command = [sys.executable, "-m", "deploy.cli", "demo", "--data", str(folder / "data"), *arguments]
        started.append(subprocess.Popen(command, env=bare, stdout=PIPE, stderr=PIPE, text=True))
        return started[-1]

    yield begin
    for demo in started:  # a test that failed has not stopped it
        demo.send_signal(signal.SIGINT)
        demo.communicate(timeout=30)


def test_a_script_gets_one_report_of_a_run_in_which_nothing_was_lost(start: Start) -> None:
    words = ["--headless", "--for", "60", "--json", "--cameras", "2", "--light", "day", "--port", str(free_port())]
    demo = start(*words)
    output, noise = demo.communicate(timeout=360)
    assert demo.returncode == 0, noise
    report = json.loads(output)
    assert report.keys() == {"frames", "incidents", "tickets", "latency_s", "lost"}
    assert report["frames"] > 60  # of two cameras, one a second at the very least
    assert report["lost"] == 0
    assert sum(report["tickets"].values()) > 0  # residents report, whatever the cameras see
    seen = [report["latency_s"][name] for name in ("p50", "p95")]
    assert all(value is None or 0 < value < 5 for value in seen)


def test_it_comes_up_with_people_at_work_and_ends_with_ctrl_c(start: Start) -> None:
    port = str(free_port())
    demo = start("--cameras", "1", "--port", port)
    assert demo.stdout
    told = ""
    while "Ctrl-C" not in told:
        told += demo.stdout.readline()
        assert demo.poll() is None, demo.communicate()
    assert f"http://127.0.0.1:{port}/wall" in told
    for words in ("数据库 database", "王建军", "2h · 24h · 7d"):
        assert words in told

    def worked() -> bool:
        """One of the people has done something to a ticket."""
        items = httpx2.get(f"http://127.0.0.1:{port}/api/tickets").json()["items"]
        return any(ticket["state"] != "candidate" for ticket in items)

    wait_for(worked, within_s=120)
    family = psutil.Process(demo.pid).children(recursive=True)
    demo.send_signal(signal.SIGINT)
    _, noise = demo.communicate(timeout=20)
    assert (demo.returncode, noise) == (0, "")
    _, alive = psutil.wait_procs(family, timeout=5)
    assert not alive


def test_the_wall_of_the_town_shows_its_streets_and_its_tickets(start: Start, browser: Browser, tmp_path: Path) -> None:
    """Also takes the picture that the README opens with: `make picture`."""
    port = str(free_port())
    demo = start("--light", "day", "--seed", "1", "--port", port)
    assert demo.stdout
    while "Ctrl-C" not in demo.stdout.readline():
        assert demo.poll() is None, demo.communicate()
    page = browser.new_page(viewport={"width": 1920, "height": 1080}, locale="zh-CN")
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.goto(f"http://127.0.0.1:{port}/wall")
    expect(page.get_by_test_id("link-state")).to_have_attribute("data-state", "live")
    wait_for(
        lambda: page.evaluate("document.querySelectorAll('[data-testid=camera] [data-live=true]').length >= 3"),
        within_s=60,
    )
    expect(page.get_by_test_id("evidence-picture")).to_be_visible(timeout=120_000)
    wait_for(
        lambda: page.evaluate("document.querySelector('[data-testid=evidence-picture]').naturalWidth > 900"),
        within_s=60,
    )
    wait_for(lambda: page.get_by_test_id("ticket").count() >= 6, within_s=180)
    page.screenshot(path=os.environ.get("YIHU_TEST_PICTURE", str(tmp_path / "wall.png")))
    assert not troubles
    page.close()
    demo.send_signal(signal.SIGINT)
    demo.communicate(timeout=20)
    assert demo.returncode == 0
