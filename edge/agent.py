"""The agent: keeps its cameras and sensors as their configuration says, publishes what they say and its own status."""

import contextlib
import logging
import math
import queue
import threading
import time
from multiprocessing.connection import wait
from uuid import UUID, uuid4

import msgspec
from prometheus_client import CollectorRegistry

from edge.address import without_secret
from edge.camera import Camera
from edge.capture import Held, Shot
from edge.clock import Offset
from edge.journal import Journal
from edge.messages import (
    Ack,
    AgentState,
    BadMessageError,
    CameraStatus,
    DeviceConfig,
    Frame,
    SensorStatus,
    Status,
    Telemetry,
    decode,
    encode_json,
)
from edge.meters import Meters
from edge.mqtt import Delivery, Link, Will
from edge.outbox import Draft, Heard, Outbox
from edge.probe import Health
from edge.reader import Readout
from edge.sensor import Sensors
from edge.sqlite import SqliteError
from edge.topics import Share, Topic

log = logging.getLogger(__name__)

REPORT_EVERY_S = 5.0
GATHER_S = 1.0  # sensors are many: what changes within so long is reported at once
TICK_S = 0.2
WAITING = 300  # messages that wait for the broker; beyond, the newest stay in the journal alone
NAMED = 10  # silent devices that are named, before the rest is only counted


class Agent:
    """Reads `config` of its site from the broker; runs until `stop` is set, and closes the journal."""

    def __init__(
        self, broker: str, site: str, name: str, version: str, registry: CollectorRegistry, journal: Journal
    ) -> None:
        self._site, self._name, self._version = site, name, version
        self._boot: UUID = uuid4()
        self._topic = str(Topic(site, name, "status"))
        self._cameras: dict[str, Camera] = {}
        self._sensors = Sensors()
        self._configs: queue.SimpleQueue[tuple[str, DeviceConfig]] = queue.SimpleQueue()
        self._acks: queue.SimpleQueue[Heard] = queue.SimpleQueue()
        self._reported: dict[str, str] = {}
        self._greeted = threading.Event()
        self._meters = Meters(registry)
        self._link = Link(
            broker,
            f"yihu-edge-{site}-{name}",
            filters=Share().filters("config", site),
            receive=self._on_delivery,
            greet=lambda _link: self._greeted.set(),
            will=Will(self._topic, encode_json(Status("offline", self._boot, time.time(), version=version))),
            queue=WAITING,
        )
        self._journal = journal
        self._outbox = Outbox(site, self._boot, journal, self._link)
        self._offset: Offset | None = None
        self._heed_acks(name, *journal.devices())
        self._known: dict[str, bytes] = {}  # our devices as the journal has them
        self._take_up()

    def run(self, stop: threading.Event) -> None:
        self._link.start()
        reported_at = -math.inf
        while not stop.is_set():
            now = time.monotonic()
            self._configure(now)
            self._attend(now)
            if self._has_news(now - reported_at):
                self._report(now)
                reported_at = now
            self._exchange(now)
        self._close()

    def health(self) -> Health:
        silent = sorted(name for name, camera in self._cameras.copy().items() if camera.state != "online")
        if self._link.trouble:
            return Health(state="down", detail=self._link.trouble)
        trouble = [f"no picture from {_names(silent)}"] if silent else []
        if unheard := self._sensors.silent():
            trouble.append(f"no reading from {_names(unheard)}")
        if self._outbox.trouble:
            trouble.append(self._outbox.trouble)
        if trouble:
            return Health(state="degraded", detail="; ".join(trouble))
        sensors = f", {len(self._sensors)} sensors" if len(self._sensors) else ""
        return Health(state="ok", detail=f"{len(self._cameras)} cameras{sensors}")

    def _on_delivery(self, delivery: Delivery) -> None:
        delivery.ack()
        try:
            topic = Topic.parse(delivery.topic)
            if topic.stream == "ack":
                self._acks.put(Heard(topic.device, decode(delivery.payload, Ack), time.monotonic()))
            else:
                config = decode(delivery.payload, DeviceConfig) if delivery.payload else DeviceConfig()
                self._configs.put((topic.device, config))
        except BadMessageError as error:
            self._meters.refused.inc()
            log.error("message on %s refused: %s", delivery.topic, error)

    def _heed_acks(self, *devices: str) -> None:
        """Late ones are worth nothing: what they would confirm has been sent again, and they tell a wrong time."""
        self._link.subscribe(*(str(Topic(self._site, device, "ack")) for device in devices), qos=0)

    def _take_up(self) -> None:
        """Begin with what our devices were: the broker, which says what they are, may be away for long."""
        for device, body in self._journal.remembered():
            with contextlib.suppress(BadMessageError):  # of another version; the broker's will come
                self._configs.put((device, decode(body, DeviceConfig)))
                self._known[device] = body

    def _remember(self, device: str, config: DeviceConfig | None) -> None:
        body = encode_json(config) if config else None
        if body == self._known.get(device):
            return
        try:
            self._journal.remember(device, body)
        except SqliteError as error:
            log.warning("%s will be unknown to us after a restart: %s", device, error)
            return
        if body:
            self._known[device] = body
        else:
            self._known.pop(device)

    def _configure(self, now: float) -> None:
        while not self._configs.empty():
            device, config = self._configs.get()
            ours = config if config.agent == self._name else None
            self._remember(device, ours)
            if ours:
                self._heed_acks(device)
            self._configure_camera(device, ours, now)
            self._sensors.configure(device, ours, now)

    def _configure_camera(self, device: str, config: DeviceConfig | None, now: float) -> None:
        known = self._cameras.get(device)
        if known and known.config == config:
            return
        if known:
            self._cameras.pop(device).close()
        if config and config.camera:
            self._cameras[device] = Camera(config, now)
            log.info("camera %s: %s at %g frames/s", device, without_secret(config.camera), config.fps)

    def _attend(self, now: float) -> None:
        pipes = [camera.pipe for camera in self._cameras.values() if camera.pipe]
        if pipes:
            wait(pipes, timeout=TICK_S)
        else:
            time.sleep(TICK_S)
        for device, camera in self._cameras.items():
            report = camera.attend(now)
            if isinstance(report, Shot):
                self._put_shot(device, report)
            elif isinstance(report, Held):
                self._meters.frames_held.labels(device, report.why).inc()
        for readout in self._sensors.take(now):
            self._put_readout(readout)

    def _put_shot(self, device: str, shot: Shot) -> None:
        self._meters.frames.labels(device).inc()
        self._meters.quality.labels(device).set(shot.quality)
        at, clock = self._corrected(shot.at)
        held = [round(at + clock, 3) for at in shot.held]
        frame = Frame(self._boot, 0, at, shot.jpeg, shot.moving, clock=clock, held=held)
        self._outbox.put(Draft(device, frame, at, shot.moving))

    def _put_readout(self, readout: Readout) -> None:
        device, records = readout.device, readout.records
        if readout.error:
            self._meters.failures.labels(device).inc()
        if records:
            self._meters.readings.labels(device).inc(len(records))
            at, clock = self._corrected(readout.at)
            pack = [msgspec.structs.replace(records[0], bt=round(at, 3)), *records[1:]]
            self._outbox.put(Draft(device, Telemetry(self._boot, 0, pack, clock=clock), at, keep=True))

    def _corrected(self, at: float) -> tuple[float, float]:
        """A time of this machine's clock as the centre's would say it, and what was added for that."""
        correction_s = round(self._offset.correction_s, 3) if self._offset else 0.0
        return at + correction_s, correction_s

    def _exchange(self, now: float) -> None:
        """Hear what the centre has, and send it what it has not."""
        self._outbox.confirm([self._acks.get() for _ in range(self._acks.qsize())])
        self._offset = self._outbox.clock.offset(time.monotonic(), time.time())
        for device, message, *_ in self._outbox.flush(now):
            if isinstance(message, Frame):
                self._meters.frames_dropped.labels(device).inc()
            if isinstance(message, Telemetry):
                self._meters.readings_dropped.labels(device).inc(len(message.senml))

    def _has_news(self, silent_s: float) -> bool:
        states = {device: camera.state for device, camera in self._cameras.items()}
        heard = self._greeted.is_set() or states != self._reported
        return heard or silent_s >= REPORT_EVERY_S or (self._sensors.news and silent_s >= GATHER_S)

    def _report(self, now: float) -> None:
        self._greeted.clear()
        before, self._reported = self._reported, {d: camera.state for d, camera in self._cameras.items()}
        for device in (d for d, state in self._reported.items() if before.get(d) != state):
            log.info("camera %s is %s", device, self._reported[device])
        self._meters.cameras.set(sum(state == "online" for state in self._reported.values()))
        cameras = {device: camera.status(now) for device, camera in self._cameras.items()}
        self._sensors.look(now)
        has_news = self._sensors.news or before != self._reported
        sensors = self._sensors.report()
        self._meters.sensors.set(sum(sensor.state == "online" for sensor in sensors.values()))
        self._put_status("online", cameras, sensors, keep=has_news)

    def _put_status(
        self, state: AgentState, cameras: dict[str, CameraStatus], sensors: dict[str, SensorStatus], *, keep: bool
    ) -> None:
        now, _ = self._corrected(time.time())
        clock = {name: round(seconds, 3) for name, seconds in self._offset._asdict().items()} if self._offset else {}
        journal = self._outbox.report(now)
        self._meters.tell_journal(journal)
        status = Status(
            state,
            self._boot,
            now,
            version=self._version,
            clock=clock,
            cameras=cameras,
            sensors=sensors,
            journal=journal,
        )
        self._outbox.put(Draft(self._name, status, now, keep))

    def _close(self) -> None:
        for camera in self._cameras.values():
            camera.close()
        stopped = {device: CameraStatus("stopped") for device in self._cameras}
        self._put_status("stopped", stopped, self._sensors.close(), keep=True)
        self._exchange(time.monotonic())
        self._link.stop()
        self._journal.close()


def _names(devices: list[str]) -> str:
    more = len(devices) - NAMED
    return ", ".join(devices[:NAMED]) + (f" and {more} more" if more > 0 else "")
