"""Says what is up already while everything comes up."""

import math
import threading
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import httpx2

Say = Callable[[str], None]

WORDS = {
    "database": "数据库 database", "broker": "消息服务 broker", "web": "网页 web", "ingest": "入库 ingest",
    "dispatch": "调度 dispatch", "detect": "检测模型 detector", "edge": "摄像头 cameras",
}  # fmt: skip
LOOK_EVERY_S = 0.5
PATIENCE_S = 180.0
CALM_S = 1.5
ONLINE = "yihu_edge_cameras_online"
HELD = "yihu_edge_frames_held_total"
DROPPED = ("yihu_edge_frames_dropped_total", "yihu_edge_readings_dropped_total")
MOVING = frozenset({"yihu_ingest_messages_total", "yihu_detect_frames_total", "yihu_dispatch_incidents_total"})


class AtEdge(NamedTuple):
    """What went no further since the edge started: messages it could not hand on, and pictures it held back."""

    dropped: int
    held: int


class Progress:
    """Says each part once, when it is up or says itself that it will not be, with the seconds since the start."""

    def __init__(self, say: Say) -> None:
        self._say, self._start = say, time.monotonic()
        self._settled: set[str] = set()

    def tell(self, part: str, detail: str = "", mark: str = "✓") -> None:
        if part not in self._settled:
            self._settled.add(part)
            self._say(f"  {mark} {time.monotonic() - self._start:5.1f} s  {WORDS[part]} {detail}".rstrip())

    def wait(self, url: str, cameras: int, stop: threading.Event) -> None:
        """Wait until all is up and every camera is seen and watched; say what is not when that takes too long."""
        until = time.monotonic() + PATIENCE_S
        with httpx2.Client(base_url=url, timeout=5, trust_env=False) as http:
            while self._settled < WORDS.keys() and not stop.wait(LOOK_EVERY_S):
                report, figures = _look(http)
                for part in parts_up(report, figures, cameras):
                    self.tell(part, f"× {cameras}" if part == "edge" else "")
                hopeless = WORDS.keys() if time.monotonic() > until else {"detect"} & parts_degraded(report)
                for part in hopeless:
                    self.tell(part, report.get("parts", {}).get(part, {}).get("detail", "does not answer"), "✗")


def drain(url: str, within_s: float = 20.0) -> None:
    """Wait until the stages have dealt with all that is under way: nothing waits, and nothing moves any more."""
    until, calm_since = time.monotonic() + within_s, math.inf
    before: dict[str, float] | None = None
    with httpx2.Client(base_url=url, timeout=5, trust_env=False) as http:
        while time.monotonic() < min(until, calm_since + CALM_S):
            _, figures = _look(http)
            now = {name: value for name, value in figures.items() if name in MOVING}
            if now != before or figures.get("yihu_ingest_waiting"):
                calm_since, before = time.monotonic(), now
            time.sleep(0.2)


def count_at_edge(url: str) -> AtEdge | None:
    """None when nobody can tell."""
    with httpx2.Client(base_url=url, timeout=5, trust_env=False) as http:
        _, figures = _look(http)
    if ONLINE not in figures:  # a counter is there only once it has counted
        return None
    return AtEdge(round(sum(figures.get(name, 0.0) for name in DROPPED)), round(figures.get(HELD, 0.0)))


def _look(http: httpx2.Client) -> tuple[dict[str, Any], dict[str, float]]:
    try:
        return http.get("/api/health").json(), parse_figures(http.get("/metrics").text)
    except (httpx2.TransportError, ValueError):
        return {}, {}


def parse_figures(text: str) -> dict[str, float]:
    """The sums over all labels of each metric in a Prometheus text."""
    sums: dict[str, float] = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            name, _, value = line.rpartition(" ")
            name = name.partition("{")[0]
            sums[name] = sums.get(name, 0.0) + float(value)
    return sums


def parts_up(report: dict[str, Any], figures: dict[str, float], cameras: int) -> list[str]:
    """Which parts do what they are there for; an agent does with a sensor that is silent, as some always are."""
    if not report:
        return []
    states = {part: report.get("parts", {}).get(part, {}).get("state") for part in WORDS}
    well = [part for part, state in states.items() if state == "ok" or (part, state) == ("edge", "degraded")]
    enough = {
        "detect": figures.get("yihu_detect_cameras", 0) >= cameras,
        "edge": figures.get(ONLINE, 0) >= cameras,
    }
    return ["web", *(part for part in well if enough.get(part, True))]


def parts_degraded(report: dict[str, Any]) -> set[str]:
    """Which parts say that something is wrong; a camera that is still starting is so for a moment, too."""
    return {name for name, part in report.get("parts", {}).items() if part["state"] == "degraded"}
