"""`yihu bench latency`: from a picture's capture to its ticket in an open browser, dwell aside."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from statistics import quantiles
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import psutil
import psycopg

from deploy.bench.browser import chromium
from deploy.demo.meter import SQL
from deploy.embedded import LOOPBACK, EmbeddedDatabase, free_port
from deploy.settings import UsageError
from ingest.times import utc

STARTS_WITHIN_S, SETTLES_S = 180.0, 20.0
FEWEST = 10  # tickets, of which a percentile says something

# when each ticket first stood on the wall, in epoch milliseconds
WATCH = """() => {
  window.__shown = {};
  const look = () => {
    for (const one of document.querySelectorAll('[data-testid=ticket]')) {
      window.__shown[one.dataset.ticketId] ??= Date.now();
    }
  };
  look();
  new MutationObserver(look).observe(document.body, { childList: true, subtree: true, attributes: true });
}"""


def bench_latency(folder: Path, cameras: int, seconds: float, say: Callable[[str], None]) -> dict[str, Any]:
    """The report, as JSON would have it; tickets `unseen` are but counted on the wall. Raise UsageError."""
    with _demo(folder, cameras) as port, chromium() as visit:
        say(f"a town of {cameras} cameras, and its wall in a browser, for {seconds:g} s")
        with visit() as page:
            page.goto(f"http://{LOOPBACK}:{port}/wall?lang=zh-CN")
            page.get_by_test_id("ticket").first.wait_for(timeout=STARTS_WITHIN_S * 1000)
            page.evaluate(WATCH)
        time.sleep(SETTLES_S)
        begin = time.time()
        psutil.cpu_percent()
        time.sleep(seconds)
        busy = psutil.cpu_percent()
        with visit() as page:
            shown: dict[str, float] = page.evaluate("() => window.__shown")
        found = _found(folder, begin)
    took = [shown[ticket] / 1000 - at for ticket, at in found.items() if ticket in shown]
    if len(took) < FEWEST:
        raise UsageError(f"only {len(took)} tickets in {seconds:g} s: let it run longer, --for {10 * seconds:g}")
    cuts = quantiles(took, n=20, method="inclusive")  # of few, the others go beyond the longest
    return {
        "p50_s": round(cuts[9], 2),
        "p95_s": round(cuts[18], 2),
        "longest_s": round(max(took), 2),
        "tickets": len(took),
        "unseen": len(found) - len(took),
        "machine": round(busy / 100, 2),
    }


@contextmanager
def _demo(folder: Path, cameras: int) -> Iterator[int]:
    """The port of a town's web."""
    port = free_port()
    command = [sys.executable, "-m", "deploy.cli", "demo", "--headless", "--light", "day", "--cameras", str(cameras)]
    process = subprocess.Popen(
        [*command, "--data", str(folder), "--port", str(port)],
        env=os.environ | {"YIHU_LOG_LEVEL": "ERROR"},
        stdout=sys.stderr,
    )
    try:
        _wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait()


def _wait_for(port: int) -> None:
    until = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < until:
        with suppress(URLError, OSError), urlopen(f"http://{LOOPBACK}:{port}/api/health", timeout=5):
            return
        time.sleep(1)
    raise UsageError("the demo does not come up: start `yihu demo` by hand and see what it says")


def _found(folder: Path, since: float) -> dict[str, float]:
    """When the picture was captured that opened a ticket, in epoch seconds."""
    with EmbeddedDatabase(folder / "postgres") as embedded, psycopg.connect(embedded.url) as connection:
        return dict(connection.execute(SQL["found"], {"since": utc(since)}).fetchall())
