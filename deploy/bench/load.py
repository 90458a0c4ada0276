"""More cameras than the machine can look at: whether each gets its share, and nothing grows."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from itertools import count, islice
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

import psutil
from prometheus_client import CollectorRegistry

from deploy.bench.detect import Stage, parking, read_jpegs
from detect.cameras import Cameras, Equipment
from detect.incident import Incident
from detect.model.yolo import ByteTracker, load_detector
from edge.messages import BadMessageError, Frame, encode_binary
from edge.topics import Topic

CAMERAS, TIMES = 16, 2.0  # and how many times what the machine can do they offer
PICTURES, SETTLED_S, IDLE_S, SAY_EVERY_S = 400, 30.0, 0.05, 60.0


class Load(NamedTuple):
    """Frames a second: `able` is what the machine can do, `dealt` what it did under `offered`.

    `least` and `most` are the shares of the least and the most favoured camera, 1 being an equal one. The longest wait
    is the time between two frames of one camera that were dealt with; memory is once settled and at the end, and
    `camera_mb` what of it each camera took.
    """

    able: float
    offered: float
    dealt: float
    least: float
    most: float
    longest_wait_s: float
    memory_mb: tuple[float, float]
    camera_mb: float


class _Shares:
    """How many frames of each camera were dealt with, and how long one waited at most."""

    def __init__(self, registry: CollectorRegistry, topics: list[Topic]) -> None:
        self._registry, self._topics = registry, topics
        self.frames: Counter[str] = Counter()
        self._at: dict[str, float] = {}
        self.longest_wait_s = 0.0

    def look(self, now: float) -> None:
        for topic in self._topics:
            labels = {"site": topic.site, "device": topic.device}
            frames = int(self._registry.get_sample_value("yihu_detect_frames_total", labels) or 0)
            waited_s = now - self._at.setdefault(topic.device, now)
            self.longest_wait_s = max(self.longest_wait_s, waited_s)
            if frames > self.frames[topic.device]:
                self.frames[topic.device], self._at[topic.device] = frames, now


def bench_load(video: Path, model: Path, seconds: float, say: Callable[[str], None]) -> Load:
    jpegs = list(islice(read_jpegs(video), PICTURES))
    able = Stage(model).pace(jpegs)
    say(f"{able:.0f} frames/s is what this machine can do; {CAMERAS} cameras offer {TIMES * able:.0f}")
    registry = CollectorRegistry()
    equipment = Equipment(load_detector, ByteTracker, lambda: model, lambda: model)
    cameras = Cameras(registry, equipment, _pass_by, _refuse)
    topics = [Topic("bench", f"cam-{number}", "frame") for number in range(1, CAMERAS + 1)]
    load_detector(str(model))
    before = _memory_mb()
    for topic in topics:
        cameras.configure(topic, parking(model, dwell="1s"), time.time())  # something is under way: each frame counts
    stop = threading.Event()
    crowd = threading.Thread(target=_offer, args=(cameras, topics, jpegs, TIMES * able, stop))
    crowd.start()
    try:
        shares, memory = _follow(cameras, _Shares(registry, topics), seconds, say)
    finally:
        stop.set()
        crowd.join()
        cameras.close()
    dealt, each = sum(shares.frames.values()) / seconds, [shares.frames[topic.device] for topic in topics]
    equal = sum(each) / CAMERAS
    return Load(
        able,
        TIMES * able,
        dealt,
        min(each) / equal,
        max(each) / equal,
        shares.longest_wait_s,
        (memory[0], memory[-1]),
        (memory[-1] - before) / CAMERAS,
    )


def _offer(cameras: Cameras, topics: list[Topic], jpegs: list[bytes], per_s: float, stop: threading.Event) -> None:
    """A frame of each camera in turn, so many a second of all together, as they come from the broker."""
    boot, start = uuid4(), time.monotonic()
    for number in count():
        topic, turn = topics[number % CAMERAS], number // CAMERAS + 1
        frame = Frame(boot, turn, time.time(), jpegs[turn % len(jpegs)], moving=True)
        cameras.put(topic, encode_binary(frame), time.time())
        if stop.wait(max(0.0, start + number / per_s - time.monotonic())):
            return


def _follow(
    cameras: Cameras, shares: _Shares, seconds: float, say: Callable[[str], None]
) -> tuple[_Shares, list[float]]:
    start, memory = time.monotonic(), list[float]()
    due_s = min(SETTLED_S, seconds / 2)
    while (elapsed_s := time.monotonic() - start) < seconds:
        cameras.look(IDLE_S)
        shares.look(elapsed_s)
        if elapsed_s >= due_s:
            due_s += SAY_EVERY_S
            memory.append(_memory_mb())
            say(f"{elapsed_s:.0f} s: {sum(shares.frames.values()) / elapsed_s:.0f} frames/s, {memory[-1]:.0f} MB")
    memory.append(_memory_mb())
    return shares, memory


def _memory_mb() -> float:
    return float(psutil.Process().memory_full_info().uss / 1e6)


def _pass_by(_: Incident) -> None:
    """An incident that nobody waits for."""


def _refuse(topic: str, error: BadMessageError) -> None:
    raise RuntimeError(f"{topic}: {error}")
