"""All cameras that have zones: the newest frame of each, in turn, through its watch."""

import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from detect.config import CameraConfig
from detect.detector import Detector, Tracker
from detect.incident import Incident
from detect.mailbox import Mailbox
from detect.watch import Watch
from edge.messages import BadMessageError, Frame, check_clock, decode
from edge.sim.address import is_simulated
from edge.topics import Topic

log = logging.getLogger(__name__)


class Equipment(NamedTuple):
    """What cameras are looked at with. Its errors are OSError and RuntimeError, whose text says what to do.

    `load` takes a model's name or path. For sites that name none, `shipped` gives the one trained on simulated
    streets, `coco` one for real streets.
    """

    load: Callable[[str], Detector]
    make_tracker: Callable[[], Tracker]
    shipped: Callable[[], Path]
    coco: Callable[[], Path]

    def choose(self, config: CameraConfig) -> str:
        """The model that looks at a camera."""
        if config.model:
            return config.model
        return str(self.shipped() if is_simulated(config.camera or "") else self.coco())


class Arrival(NamedTuple):
    topic: Topic
    frame: Frame


class Cameras:
    """Frames are put in from any thread; all else is one thread's.

    `tell` sends an incident; `drop` is told the topic of a frame that is no picture, and why.
    """

    def __init__(
        self,
        registry: CollectorRegistry,
        equipment: Equipment,
        tell: Callable[[Incident], None],
        drop: Callable[[str, BadMessageError], None],
    ) -> None:
        self._equipment, self._tell, self._drop = equipment, tell, drop
        self._frames: Mailbox[Arrival] = Mailbox()
        self._watches: dict[tuple[str, str], Watch] = {}
        self._troubles: dict[str, str] = {}
        self._make_metrics(registry)

    def _make_metrics(self, registry: CollectorRegistry) -> None:
        names = ["site", "device"]
        self._seen = Counter("yihu_detect_frames", "Frames looked at", names, registry=registry)
        self._passed_over = Counter(
            "yihu_detect_frames_passed_over", "Frames passed over for a newer one", names, registry=registry
        )
        self._seconds = Histogram("yihu_detect_frame_seconds", "Time to look at a frame", registry=registry)
        self._age = Histogram("yihu_detect_frame_age_seconds", "From capture to judged", registry=registry)
        cameras = Gauge("yihu_detect_cameras", "Cameras watched", registry=registry)
        cameras.set_function(self.__len__)

    def __len__(self) -> int:
        return len(self._watches)

    @property
    def troubles(self) -> list[str]:
        """Why some cameras are not watched."""
        return list(self._troubles.copy().values())

    def put(self, topic: Topic, payload: bytes, now: float) -> None:
        """Leave a frame to be looked at; raise BadMessageError."""
        frame = decode(payload, Frame)
        check_clock(frame.at, now)
        if self._frames.put(f"{topic.site}/{topic.device}", Arrival(topic, frame)):
            self._passed_over.labels(topic.site, topic.device).inc()

    def configure(self, topic: Topic, config: CameraConfig) -> None:
        """Watch a camera by these zones from now on; the same again restart nothing."""
        place, name = (topic.site, topic.device), f"{topic.site}/{topic.device}"
        known = self._watches.get(place)
        if known and known.config == config:
            return
        self._watches.pop(place, None)
        self._troubles.pop(name, None)
        if not config.zones:
            return
        try:
            detector = self._equipment.load(self._equipment.choose(config))
        except (OSError, RuntimeError) as error:
            self._troubles[name] = f"{name} is not watched: {error}"
            log.error(self._troubles[name])
            return
        self._watches[place] = Watch(topic, config, detector, self._equipment.make_tracker())
        log.info("watching %s: %d zones, model %s", name, len(config.zones), detector.model["name"])

    def look(self, timeout_s: float) -> None:
        """Judge the frame whose turn it is, or wait for one."""
        arrival = self._frames.take(timeout_s)
        watch = arrival and self._watches.get((arrival.topic.site, arrival.topic.device))
        if not arrival or not watch:
            return
        topic, frame = arrival
        try:
            with self._seconds.time():
                incidents = watch.see(frame)
        except BadMessageError as error:
            self._drop(str(topic), error)
            return
        self._seen.labels(topic.site, topic.device).inc()
        self._age.observe(max(0.0, time.time() - frame.at))
        for incident in incidents:
            self._tell(incident)
