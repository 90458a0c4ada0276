"""`yihu bench wall`: whether the wall stays usable with very much on it, in a real browser that draws by software."""

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import cv2
import psutil

from dashboard.access import COOKIE
from deploy.bench.crowd import HOST, TOKEN, Crowd, changing, fill, serving
from deploy.settings import UsageError
from edge.sim.address import parse_camera
from edge.sim.film import Film

FLAGS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--enable-unsafe-swiftshader"]  # fmt: skip
STEP_S = 15.0

# counts frames from now on, and how long the page could not answer
COUNT = """() => {
  const seen = { frames: 0, longest: 0, last: performance.now() };
  const next = (at) => {
    seen.frames++;
    seen.longest = Math.max(seen.longest, at - seen.last);
    seen.last = at;
    requestAnimationFrame(next);
  };
  requestAnimationFrame(next);
  window.__seen = seen;
}"""
READ = "() => { const { frames, longest } = window.__seen; window.__seen.longest = 0; return [frames, longest]; }"


class Watched(NamedTuple):
    """`paint_s` until the first ticket stood there; frames a second, the longest stall, memory of its process."""

    seconds: float
    paint_s: float
    frames_per_s: float
    longest_stall_s: float
    memory_mb: list[float]


def bench_wall(database: str, seconds: float, crowd: Crowd, say: Callable[[str], None]) -> Watched:
    """The database must be new; raise UsageError without a browser."""
    say(f"making {crowd.devices} devices and {crowd.tickets} tickets")
    fill(database, crowd, _street())
    with serving(database) as port, _page() as page, changing(database, crowd):
        page.context.add_cookies([{"name": COOKIE, "value": TOKEN, "url": f"http://{HOST}:{port}"}])
        page.goto(f"http://{HOST}:{port}/login")  # the second visit of a wall that is reloaded
        begin = time.monotonic()
        page.goto(f"http://{HOST}:{port}/wall", wait_until="commit")
        page.get_by_test_id("ticket").first.wait_for(timeout=60_000)
        paint_s = time.monotonic() - begin
        page.wait_for_timeout(10_000)
        return _watch(page, seconds, paint_s, say)


def _street() -> bytes:
    """What every camera shows, as JPEG."""
    frame = Film(parse_camera("sim://kerb?seed=7&light=day"), 0.0).picture(20.0)
    return cv2.imencode(".jpg", frame)[1].tobytes()


def _watch(page: Any, seconds: float, paint_s: float, say: Callable[[str], None]) -> Watched:
    page.evaluate(COUNT)
    begin, memory, longest, frames = time.monotonic(), [], 0.0, 0
    while (passed := time.monotonic() - begin) < seconds:
        page.wait_for_timeout(1000 * min(STEP_S, seconds - passed))
        frames, stall = page.evaluate(READ)
        longest = max(longest, stall / 1000)
        memory.append(_memory_mb())
        say(f"{passed:.0f} s: {frames / (time.monotonic() - begin):.1f} frames/s, {memory[-1]:.0f} MB")
    passed = time.monotonic() - begin
    return Watched(passed, paint_s, frames / passed, longest, memory)


def _memory_mb() -> float:
    """What the page's own process has to itself (USS), of the largest there is."""
    family = psutil.Process().children(recursive=True)
    renderers = [one for one in family if "--type=renderer" in " ".join(one.cmdline())]
    return max((one.memory_full_info().uss for one in renderers), default=0) / 1e6


@contextmanager
def _page() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - of those who develop

    chromium = shutil.which("chromium")
    if chromium is None:
        raise UsageError("there is no chromium on this machine: apt install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser.new_page(viewport={"width": 1920, "height": 1080}, locale="zh-CN")
        browser.close()
