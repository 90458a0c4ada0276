"""All cameras: the newest frame of each, in turn, through its watch."""

import logging
import math
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import NamedTuple

import msgspec
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from detect.backlog import Punctuality
from detect.clips import Clips
from detect.config import CameraConfig
from detect.incident import Incident
from detect.lanes import Lanes
from detect.latecomers import Arrival, Latecomers
from detect.mailbox import Mailbox
from detect.memory import Shelf
from detect.model.detector import Detector, Tracker
from detect.silence import Attention
from detect.watch import Eyes, Found, Look, Watch
from edge.messages import BadMessageError, Frame, check_clock, decode
from edge.sim.address import is_simulated
from edge.topics import Topic

log = logging.getLogger(__name__)

RETRY_S = 60.0  # between two looks for a model that was missing
LATE_TURN = 8  # of so many frames one is late, where both kinds wait
KEEP_S = 30.0  # what began since the last time is forgotten in a crash
KEEP_AT_ONCE_S = 0.02  # a city's cameras take seconds, in which none would be looked at


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

    def eyes(self, config: CameraConfig) -> Eyes | None:
        """What looks at a camera from now on; None where it has no zones to look at."""
        return Eyes(self.load(self.choose(config)), self.make_tracker()) if config.zones else None


def _newer(older: Arrival, newer: Arrival) -> Arrival:
    """The newer; what moved on the one that is passed over has moved, and what was still before it was still."""
    moving, held = older.frame.moving or newer.frame.moving, [*older.frame.held, *newer.frame.held]
    return newer._replace(frame=msgspec.structs.replace(newer.frame, moving=moving, held=held))


class _Task(NamedTuple):
    topic: Topic
    watch: Watch
    look: Look


class Cameras:
    """Frames are put in from any thread; all else is one thread's.

    `tell` sends an incident, from any thread; `drop` is told the topic of a frame that is no picture, and why. Without
    a `shelf` a restart begins anew.
    """

    def __init__(
        self,
        registry: CollectorRegistry,
        equipment: Equipment,
        tell: Callable[[Incident], None],
        drop: Callable[[str, BadMessageError], None],
        shelf: Shelf | None = None,
    ) -> None:
        self._equipment, self._tell, self._drop, self._shelf = equipment, tell, drop, shelf
        self._frames = Mailbox(_newer)
        self._clips = Clips(registry, tell)
        self._late = Latecomers(self._follow_past)
        self._punctuality: defaultdict[str, Punctuality] = defaultdict(Punctuality)
        self._turn = 0
        self._watches: dict[tuple[str, str], Watch] = {}
        self._waiting: dict[tuple[str, str], tuple[Topic, Watch]] = {}
        self._attention = Attention()
        self._lanes = Lanes(self._run)
        self._retry_at = self._keep_at = 0.0
        self._to_keep: list[tuple[str, str]] = []
        self._troubles: dict[str, str] = {}
        self._make_metrics(registry)

    def _make_metrics(self, registry: CollectorRegistry) -> None:
        names = ["site", "device"]
        self._seen = Counter("yihu_detect_frames", "Frames dealt with", names, registry=registry)
        self._passed_over = Counter(
            "yihu_detect_frames_passed_over", "Frames passed over for a newer one", names, registry=registry
        )
        self._seconds = Histogram("yihu_detect_frame_seconds", "Time to look at a frame", registry=registry)
        self._age = Histogram("yihu_detect_frame_age_seconds", "From capture to judged", registry=registry)
        cameras = Gauge("yihu_detect_cameras", "Cameras watched", registry=registry)
        cameras.set_function(self.__len__)

    def __len__(self) -> int:
        return len(self._watches) - len(self._waiting)

    @property
    def troubles(self) -> list[str]:
        """Why some cameras are not watched, or not for all that they should be."""
        return list(self._troubles.copy().values())

    def put(self, topic: Topic, payload: bytes, now: float) -> None:
        """Leave a frame to be looked at; raise BadMessageError."""
        frame = decode(payload, Frame)
        check_clock(frame.at, now)
        name, arrival = _name(topic), Arrival(topic, frame)
        arrived = self._punctuality[name].judge(frame.boot, frame.seq, frame.at, late=frame.late)
        if arrived == "again":
            return
        passed_over = self._late.put(arrival) if arrived == "late" else self._frames.put(name, arrival)
        self._passed_over.labels(topic.site, topic.device).inc(passed_over)

    def configure(self, topic: Topic, config: CameraConfig, now: float) -> None:
        """Watch a camera by this from now on; what is the same in it goes on, and what is not there any more clears."""
        place = topic.site, topic.device
        known = self._watches.get(place)
        if known and known.config == config:
            return
        self._waiting.pop(place, None)
        self._tell_all(self._late.end(place, now))
        if config.camera or config.zones:
            watch = self._watches[place] = Watch(topic, config, None)
            if known:
                self._tell_all(watch.take_over(known, now))
            elif self._shelf and (memory := self._shelf.recall(topic)):
                watch.resume(memory)
            watch.listen_afresh(now)
            self._equip(topic, watch)
        else:
            self._forget(topic, now)

    def _forget(self, topic: Topic, now: float) -> None:
        known = self._watches.pop((topic.site, topic.device), None)
        self._tell_all(known.close(now) if known else [])
        if self._shelf:
            self._shelf.forget(topic)
        self._note(_name(topic), "")

    def retry(self, now: float) -> None:
        """Try anew, at once and then in RETRY_S, what could not be watched; `now` by a clock that is never set."""
        if not self._waiting or now < self._retry_at:
            return
        self._retry_at, missing = now + RETRY_S, set()
        for topic, watch in list(self._waiting.values()):
            model = watch.config.model, is_simulated(watch.config.camera or "")
            if model not in missing and not self._equip(topic, watch):
                missing.add(model)

    def _equip(self, topic: Topic, watch: Watch) -> bool:
        """Whether there is a model to watch its zones with."""
        place, name = (topic.site, topic.device), _name(topic)
        try:
            watch.eyes = self._equipment.eyes(watch.config)
        except (OSError, RuntimeError) as error:
            self._waiting[place] = topic, watch
            self._note(name, f"{name} is not watched: {error}")
            return False
        self._waiting.pop(place, None)
        model = watch.eyes.detector.model["name"] if watch.eyes else "none"
        log.info("watching %s: %d zones, model %s", name, len(watch.config.zones), model)
        self._note(name, "; ".join(f"{name}: {what}" for what in unseen(watch)))
        return True

    def _note(self, name: str, trouble: str) -> None:
        """Keep what is wrong with a camera, empty when nothing is; say it once."""
        if trouble and trouble != self._troubles.get(name):
            log.error(trouble)
        if trouble:
            self._troubles[name] = trouble
        else:
            self._troubles.pop(name, None)

    def tick(self, now: float, *, connected: bool) -> None:
        """Time passes, at this machine's clock; while we are cut off, no camera is silent."""
        listened = self._attention.tick(now, connected=connected)
        self._tell_all(self._late.tick(now))
        for watch in self._watches.values() if listened is not None else ():
            if not listened:
                watch.listen_afresh(now)
            elif watch.quiet_until <= now:
                self._tell_all(watch.tick(now))

    def keep(self, now: float) -> None:
        """Put on disk what is known, some at each call: at once, and all of it in KEEP_S; `now` as in `retry`."""
        if now >= self._keep_at and not self._to_keep:
            self._keep_at = now + KEEP_S
            self._to_keep = list(self._watches)
        self._keep_until(time.monotonic() + KEEP_AT_ONCE_S)

    def _keep_until(self, until: float) -> None:
        while self._shelf and self._to_keep and time.monotonic() < until:
            if watch := self._watches.get(self._to_keep.pop()):
                self._shelf.keep(watch.topic, watch.memory())

    def look(self, timeout_s: float) -> None:
        """Give the lanes the frames whose turn it is, and judge what was found first; or wait for a frame."""
        while not self._lanes.is_full and (taken := self._take(0 if len(self._lanes) else timeout_s)):
            self._admit(*taken)
        if len(self._lanes):
            self._judge(*self._lanes.take())

    def _take(self, timeout_s: float) -> tuple[Arrival, Watch | None] | None:
        """A live frame, and one that is late where none waits, or once in LATE_TURN."""
        self._turn += 1
        if self._turn % LATE_TURN == 0 and (late := self._late.take(time.time())):
            return late
        arrival = self._frames.take(0 if len(self._late) else timeout_s)
        if arrival:
            return arrival, self._watches.get((arrival.topic.site, arrival.topic.device))
        return self._late.take(time.time())

    def _follow_past(self, first: Arrival) -> Watch | None:
        """What looks at late frames of a camera that is watched, from what stood there before it was cut off."""
        place = first.topic.site, first.topic.device
        watch = self._watches.get(place)
        if watch is None or place in self._waiting:
            return None
        past = Watch(first.topic, watch.config, self._equipment.eyes(watch.config), late=True)
        if watch.before_gap and watch.before_gap.at < first.frame.at:
            past.resume(watch.before_gap)
            watch.before_gap = None
        return past

    def _admit(self, arrival: Arrival, watch: Watch | None) -> None:
        look = watch and watch.admit(arrival.frame)
        if watch and look:
            self._lanes.give(_Task(arrival.topic, watch, look))
        elif watch:
            self._count(arrival.topic)
            self._tell_all(watch.hear(time.time()))

    def _judge(self, task: _Task, result: Future[Found]) -> None:
        topic, watch, look = task
        if self._watches.get((topic.site, topic.device)) is not watch and not self._late.follows(watch):
            return  # it was given other zones meanwhile
        try:
            judged = watch.judge(look, result.result)
        except BadMessageError as error:
            self._drop(str(topic), error)
            return
        if watch.shot:
            self._clips.give(watch.recorder.take(watch.shot, judged))
        self._count(topic)
        if not watch.late:
            self._age.observe(max(0.0, time.time() - look.frame.at))
        self._tell_all([*judged, *watch.hear(time.time())])

    def _count(self, topic: Topic) -> None:
        self._seen.labels(topic.site, topic.device).inc()

    def _run(self, task: _Task) -> Found:
        with self._seconds.time():
            return task.look.run()

    def close(self) -> None:
        """Nothing more comes; what is known is kept."""
        self._lanes.close()
        self._clips.close()
        self._to_keep = list(self._watches)
        self._keep_until(math.inf)

    def _tell_all(self, incidents: Iterable[Incident]) -> None:
        for incident in incidents:
            self._tell(incident)


def _name(topic: Topic) -> str:
    return f"{topic.site}/{topic.device}"


def unseen(watch: Watch) -> Iterator[str]:
    """The rules that can never find anything, since the model knows none of their labels."""
    if watch.eyes is None:
        return
    detector = watch.eyes.detector
    for zone in watch.config.zones:
        for rule in zone.rules:
            if rule.labels.isdisjoint(detector.classes):
                yield (
                    f"{rule.kind} in {zone.id} finds nothing, for the model {detector.model['name']} does not know"
                    f" {', '.join(sorted(rule.labels))}: name one that does (`detector: model:`), or mend the rule"
                )
