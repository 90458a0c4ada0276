"""The detect stage: frames from MQTT, the newest of each camera through its watch, incidents back to MQTT."""

import logging
import queue
import threading
import time
from collections.abc import Callable
from typing import NamedTuple

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from pydantic import ValidationError

from detect.config import CameraConfig
from detect.detector import Detector, Tracker
from detect.incident import Incident
from detect.mailbox import Mailbox
from detect.watch import Watch
from edge.messages import BadMessageError, Frame, check_clock, decode, encode_binary
from edge.mqtt import Delivery, Link
from edge.probe import Health
from edge.topics import Share, Topic

log = logging.getLogger(__name__)

IDLE_S = 0.2


class Arrival(NamedTuple):
    topic: Topic
    frame: Frame


class Detection:
    """Runs until `stop` is set. `load` gives the detector of a model's path; raises OSError or RuntimeError."""

    def __init__(
        self,
        broker: str,
        share: Share,
        registry: CollectorRegistry,
        load: Callable[[str], Detector],
        make_tracker: Callable[[], Tracker],
    ) -> None:
        self._load, self._make_tracker = load, make_tracker
        self._frames: Mailbox[Arrival] = Mailbox()
        self._configs: queue.SimpleQueue[tuple[Topic, CameraConfig]] = queue.SimpleQueue()
        self._watches: dict[tuple[str, str], Watch] = {}
        self._troubles: dict[str, str] = {}
        self._link = Link(
            broker,
            f"yihu-detect-{share.index}-{share.count}",
            filters=[*share.filters("frame"), *share.filters("config")],
            receive=self._on_delivery,
        )
        self._make_metrics(registry)

    def _make_metrics(self, registry: CollectorRegistry) -> None:
        self._seen = Counter("yihu_detect_frames", "Frames looked at", ["site", "device"], registry=registry)
        self._passed_over = Counter(
            "yihu_detect_frames_passed_over",
            "Frames passed over for a newer one",
            ["site", "device"],
            registry=registry,
        )
        self._dropped = Counter(
            "yihu_detect_messages_dropped", "Messages that could not be used", ["stream"], registry=registry
        )
        self._incidents = Counter("yihu_detect_incidents", "Incidents", ["kind", "phase"], registry=registry)
        self._unsent = Counter("yihu_detect_incidents_unsent", "Incidents that no queue took", registry=registry)
        self._seconds = Histogram("yihu_detect_frame_seconds", "Time to look at a frame", registry=registry)
        self._age = Histogram("yihu_detect_frame_age_seconds", "From capture to judged", registry=registry)
        cameras = Gauge("yihu_detect_cameras", "Cameras watched", registry=registry)
        cameras.set_function(lambda: len(self._watches))

    def run(self, stop: threading.Event) -> None:
        self._link.start()
        while not stop.is_set():
            self._configure()
            arrival = self._frames.take(IDLE_S)
            if arrival:
                self._look(arrival)
        self._link.stop()

    def health(self) -> Health:
        if not self._link.connected:
            return Health(state="down", detail="no link to the broker")
        if self._troubles:
            return Health(state="degraded", detail="; ".join(self._troubles.copy().values()))
        return Health(state="ok", detail=f"{len(self._watches)} cameras watched")

    def _on_delivery(self, delivery: Delivery) -> None:
        delivery.ack()  # a frame is worth most while it is new: one lost in a crash is followed by the next
        stream = delivery.topic.rpartition("/")[2]
        try:
            topic = Topic.parse(delivery.topic)
            if stream == "frame":
                self._on_frame(topic, decode(delivery.payload, Frame))
            else:
                config = CameraConfig.model_validate_json(delivery.payload or b"{}")
                self._configs.put((topic, config))
        except (BadMessageError, ValidationError) as error:
            self._dropped.labels(stream).inc()
            log.warning("dropped: %s: %s", delivery.topic, error)

    def _on_frame(self, topic: Topic, frame: Frame) -> None:
        check_clock(frame.at, time.time())
        if self._frames.put(f"{topic.site}/{topic.device}", Arrival(topic, frame)):
            self._passed_over.labels(topic.site, topic.device).inc()

    def _configure(self) -> None:
        while not self._configs.empty():
            topic, config = self._configs.get()
            place, name = (topic.site, topic.device), f"{topic.site}/{topic.device}"
            known = self._watches.get(place)
            if known and known.config == config:
                continue
            self._watches.pop(place, None)
            self._troubles.pop(name, None)
            if config.zones:
                self._begin(place, topic, config)

    def _begin(self, place: tuple[str, str], topic: Topic, config: CameraConfig) -> None:
        name = "/".join(place)
        if config.detector is None:
            self._troubles[name] = f"{name} has zones and no model: give `detector: model:` in the site file"
            return
        try:
            detector = self._load(config.detector.model)
        except (OSError, RuntimeError) as error:
            self._troubles[name] = f"{name} is not watched: {error}"
            log.error(self._troubles[name])
            return
        self._watches[place] = Watch(topic, config, detector, self._make_tracker())
        log.info("watching %s: %d zones, model %s", name, len(config.zones), detector.model["name"])

    def _look(self, arrival: Arrival) -> None:
        watch = self._watches.get((arrival.topic.site, arrival.topic.device))
        if watch is None:
            return
        try:
            with self._seconds.time():
                incidents = watch.see(arrival.frame)
        except BadMessageError as error:
            self._dropped.labels("frame").inc()
            log.warning("dropped: %s: %s", arrival.topic, error)
            return
        self._seen.labels(arrival.topic.site, arrival.topic.device).inc()
        self._age.observe(max(0.0, time.time() - arrival.frame.at))
        for incident in incidents:
            self._tell(arrival.topic, incident)

    def _tell(self, topic: Topic, incident: Incident) -> None:
        self._incidents.labels(incident.kind, incident.phase).inc()
        if not self._link.publish(str(Topic(topic.site, topic.device, "incident")), encode_binary(incident)):
            self._unsent.inc()
            log.error("incident %s could not be sent: the queue to the broker is full", incident.id)
        if incident.phase != "update":
            log.info("%s %s at %s/%s", incident.kind, incident.phase, topic.device, incident.zone)
