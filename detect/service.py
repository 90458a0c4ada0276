"""The detect stage: frames and readings from MQTT to whom they concern, incidents back to MQTT."""

import logging
import queue
import threading
import time
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter
from pydantic import ValidationError

from detect.cameras import Cameras, Equipment
from detect.config import CameraConfig, SensorConfig
from detect.incident import Incident, Taken
from detect.memory import Shelf
from detect.outbox import Outbox
from detect.readings.sensors import Sensors
from edge.messages import BadMessageError, decode, encode_binary
from edge.mqtt import Delivery, Link
from edge.probe import Health
from edge.topics import Share, Topic, known_topic

log = logging.getLogger(__name__)

IDLE_S = 0.2
STREAMS = ("frame", "telemetry", "config")
TAKEN = "taken"  # dispatch's word that it has an incident


class Detection:
    """Runs until `stop` is set. In `outbox` is kept what dispatch has not taken in, on the `shelf` what it knows of its
    cameras over a restart. Raise SqliteError where another process has the outbox.
    """

    def __init__(
        self,
        broker: str,
        share: Share,
        registry: CollectorRegistry,
        equipment: Equipment,
        outbox: Path,
        shelf: Shelf | None = None,
    ) -> None:
        self._configs: queue.SimpleQueue[tuple[Topic, CameraConfig]] = queue.SimpleQueue()
        self._configured: dict[Topic, int] = {}
        self._dropped = Counter(
            "yihu_detect_messages_dropped", "Messages that could not be used", ["stream"], registry=registry
        )
        self._incidents = Counter("yihu_detect_incidents", "Incidents", ["kind", "phase"], registry=registry)
        self._cameras = Cameras(registry, equipment, self._tell, self._drop, shelf)
        self._sensors = Sensors(registry, self._tell)
        self._link = Link(
            broker,
            f"yihu-detect-{share.index}-{share.count}",
            filters=[name for stream in STREAMS for name in share.filters(stream)],
            receive=self._on_delivery,
        )
        self._link.subscribe(*share.filters(TAKEN), qos=0)  # what of it is lost is said again
        self._outbox = Outbox(outbox, self._link.publish, registry)

    def run(self, stop: threading.Event) -> None:
        self._link.start()
        while not stop.is_set():
            while not self._configs.empty():
                self._cameras.configure(*self._configs.get(), time.time())
            self._cameras.retry(time.monotonic())
            self._cameras.keep(time.monotonic())
            self._cameras.look(IDLE_S)
            self._cameras.tick(time.time(), connected=self._link.connected)
            self._sensors.tick(time.time(), connected=self._link.connected)
            if self._link.connected:
                self._outbox.say_again(time.monotonic())
        self._cameras.close()  # tells of the last clips
        self._link.stop()
        self._outbox.close()

    def health(self) -> Health:
        if self._link.trouble:
            return Health(state="down", detail=self._link.trouble)
        if troubles := [*self._cameras.troubles, *filter(None, [self._outbox.trouble])]:
            return Health(state="degraded", detail="; ".join(troubles))
        return Health(state="ok", detail=f"{len(self._cameras)} cameras, {len(self._sensors)} sensors watched")

    def _on_delivery(self, delivery: Delivery) -> None:
        delivery.ack()  # what is told is worth most while it is new: one lost in a crash is followed by the next
        try:
            self._sort(known_topic(delivery.topic), delivery.payload, time.time())
        except (BadMessageError, ValidationError) as error:
            self._drop(delivery.topic, error)

    def _sort(self, topic: Topic, payload: bytes, now: float) -> None:
        match topic.stream:
            case "frame":
                self._cameras.put(topic, payload, now)
            case "telemetry":
                self._sensors.hear(topic, payload, now)
            case "taken":
                self._outbox.confirm(decode(payload, Taken).digest)
            case _:
                self._configure(topic, payload or b"{}", now)

    def _configure(self, topic: Topic, config: bytes, now: float) -> None:
        """Ingest says them all again after each cut; to read a city's takes a minute."""
        if self._configured.get(topic) == hash(config):
            return
        self._sensors.configure(topic, SensorConfig.model_validate_json(config), now)
        self._configs.put((topic, CameraConfig.model_validate_json(config)))
        self._configured[topic] = hash(config)

    def _drop(self, topic: str, error: Exception) -> None:
        self._dropped.labels(topic.rpartition("/")[2]).inc()
        log.warning("dropped: %s: %s", topic, error)

    def _tell(self, incident: Incident) -> None:
        self._incidents.labels(incident.kind, incident.phase).inc()
        topic = Topic(incident.site, incident.device, "incident")
        self._outbox.put(str(topic), encode_binary(incident), time.monotonic())
        if incident.phase != "update":
            log.info("%s %s at %s/%s", incident.kind, incident.phase, incident.device, incident.zone)
