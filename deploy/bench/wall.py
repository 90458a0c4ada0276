"""`yihu bench wall`: whether the wall stays usable with very much on it, in a real browser that draws by software."""

import time
from collections.abc import Callable
from typing import Any, NamedTuple

import cv2
import psutil

from dashboard.access import COOKIE
from deploy.bench.browser import Visit, chromium
from deploy.bench.crowd import HOST, Crowd, changing, fill, serving
from deploy.bench.stages import TOKEN
from edge.sim.address import parse_camera
from edge.sim.film import Film

WIDTH, HEIGHT = 1920, 1080
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
    with serving(database) as port, chromium() as visit, changing(database, crowd):
        address = f"http://{HOST}:{port}"
        with visit() as page:
            _fit(page)
            paint_s = _open(page, address)
            page.wait_for_timeout(10_000)
            page.evaluate(COUNT)
        return _watch(visit, seconds, paint_s, say)


def _fit(page: Any) -> None:
    """The page as large as a hall's screen: the window has a frame as well."""
    frame = page.evaluate("outerHeight - innerHeight")
    session = page.context.new_cdp_session(page)
    window = session.send("Browser.getWindowForTarget")["windowId"]
    session.send("Browser.setWindowBounds", {"windowId": window, "bounds": {"width": WIDTH, "height": HEIGHT + frame}})


def _open(page: Any, address: str) -> float:
    """How long it takes until the first ticket stands there, in seconds."""
    page.context.add_cookies([{"name": COOKIE, "value": TOKEN, "url": address}])
    page.goto(f"{address}/login")  # the second visit of a wall that is reloaded
    begin = time.monotonic()
    page.goto(f"{address}/wall?lang=zh-CN", wait_until="commit")
    page.get_by_test_id("ticket").first.wait_for(timeout=60_000)
    return time.monotonic() - begin


def _street() -> bytes:
    """What every camera shows, as JPEG."""
    frame = Film(parse_camera("sim://kerb?seed=7&light=day"), 0.0).picture(20.0)
    return cv2.imencode(".jpg", frame)[1].tobytes()


def _watch(visit: Visit, seconds: float, paint_s: float, say: Callable[[str], None]) -> Watched:
    begin, memory, longest, frames = time.monotonic(), [], 0.0, 0
    while (passed := time.monotonic() - begin) < seconds:
        time.sleep(min(STEP_S, seconds - passed))
        memory.append(_memory_mb())
        with visit() as page:
            frames, stall = page.evaluate(READ)
        longest = max(longest, stall / 1000)
        passed = time.monotonic() - begin
        say(f"{passed:.0f} s: {frames / passed:.1f} frames/s, {memory[-1]:.0f} MB")
    return Watched(passed, paint_s, frames / passed, longest, memory)


def _memory_mb() -> float:
    """What the page's own process has to itself (USS), of the largest there is."""
    family = psutil.Process().children(recursive=True)
    renderers = [one for one in family if "--type=renderer" in " ".join(one.cmdline())]
    return max((one.memory_full_info().uss for one in renderers), default=0) / 1e6
