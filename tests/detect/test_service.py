import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from detect.cameras import Equipment
from detect.incident import Incident, Taken
from detect.model.catalogue import ModelError
from detect.model.detector import Detection as Thing
from detect.model.detector import Detector, Image, Tracker
from detect.model.yolo import load_detector, make_tracker
from detect.outbox import digest_of
from detect.service import Detection
from edge.messages import Frame, decode, encode_binary, encode_json
from edge.mqtt import Delivery, Link
from edge.topics import Share, Topic
from tests.conftest import Broker
from tests.detect.fakes import NoTracker, StandingCar
from tests.detect.film import BOOT, STREET, film, jpeg
from tests.detect.running import running
from tests.detect.street import NOON
from tests.edge.links import linked, listening
from tests.waiting import wait_for

PICTURE = jpeg(STREET)


def topic(device: str, stream: str) -> Topic:
    return Topic("tooley", device, stream)


def config(model: str | None = "a model", dwell: str = "2s") -> bytes:
    rule = {"kind": "illegal_parking", "dwell": dwell}
    zone = {"id": "kerb", "polygon": [[0, 0], [1, 0], [1, 1], [0, 1]], "rules": [rule]}
    detector = None if model is None else {"model": model}
    return json.dumps(
        {"camera": "rtsp://x", "timezone": "Asia/Shanghai", "detector": detector, "zones": [zone]}
    ).encode()


def frame(seq: int, image: bytes = PICTURE) -> bytes:
    """Frames a second apart in event time, whatever the wall clock says."""
    return encode_binary(Frame(BOOT, seq, NOON + seq, image, moving=True))


def load_car(_path: str) -> Detector:
    return StandingCar()


def load_none(path: str) -> Detector:
    raise ModelError(f"no model at {path}: check `detector: model:` in the site file")


def equipped(load: Callable[[str], Detector], make_tracker: Callable[[], Tracker] = NoTracker) -> Equipment:
    return Equipment(load, make_tracker, shipped=lambda: Path("/lost/street"), coco=lambda: Path("/lost/coco"))


class Street:
    """The edge's and the centre's side of the broker: what they send, and the deliveries they hear."""

    def __init__(self, broker: Broker, link: Link, heard: list[Delivery], folder: Path) -> None:
        self.broker, self.link, self.heard, self.folder = broker, link, heard, folder

    def send(self, name: object, body: bytes, *, retain: bool = False) -> None:
        assert self.link.publish(str(name), body, retain=retain, wait_s=10)

    def await_listener(self) -> None:
        """A broker that was killed knows no subscription until each link has come back, each in its own time."""
        self.send(topic("nobody", "incident"), b"heard once you are back", retain=True)
        wait_for(lambda: self.heard, within_s=30)
        self.heard.clear()

    @property
    def incidents(self) -> list[Incident]:
        return [decode(delivery.payload, Incident) for delivery in list(self.heard)]


@pytest.fixture
def street(mosquitto: Broker, tmp_path: Path) -> Iterator[Street]:
    with listening(mosquitto.url, "yihu/v1/+/+/+/incident") as heard, linked(mosquitto.url) as link:
        yield Street(mosquitto, link, heard, tmp_path)


class Stand:
    """The stage under test, with its figures."""

    def __init__(
        self,
        street: Street,
        load: Callable[[str], Detector] = load_car,
        make_tracker: Callable[[], Tracker] = NoTracker,
        share: Share = Share(),  # noqa: B008 - it cannot be changed
    ) -> None:
        self._street, self._registry = street, CollectorRegistry()
        outbox = street.folder / f"{share.index}.outbox"
        self.stage = Detection(street.broker.url, share, self._registry, equipped(load, make_tracker), outbox)

    def count(self, name: str, **labels: str) -> float:
        return self._registry.get_sample_value(f"yihu_detect_{name}", labels) or 0

    def configure(self, device: str, body: bytes, watched: int, within_s: float = 10) -> None:
        self._street.send(topic(device, "config"), body, retain=True)
        wait_for(lambda: self.count("cameras") == watched, within_s)

    def show(self, device: str, *bodies: bytes) -> None:
        """Send frames, each when the one before has been looked at or dropped."""
        for body in bodies:
            done = self._done(device)
            self._street.send(topic(device, "frame"), body)
            wait_for(lambda done=done: self._done(device) > done)

    def _done(self, device: str) -> float:
        return self.count("frames_total", site="tooley", device=device) + self.count(
            "messages_dropped_total", stream="frame"
        )


@pytest.fixture
def stand(street: Street) -> Iterator[Stand]:
    """Watches cam-1."""
    stand = Stand(street)
    with running(stand.stage):
        stand.configure("cam-1", config(), watched=1)
        yield stand


def test_frames_become_incidents_on_the_devices_topic(stand: Stand, street: Street):
    stand.show("cam-1", *map(frame, range(1, 5)))
    (opened,) = wait_for(lambda: street.incidents)
    assert street.heard[0].topic == str(topic("cam-1", "incident"))
    assert (opened.site, opened.device, opened.zone, opened.phase) == ("tooley", "cam-1", "kerb", "open")
    assert opened.began_at == NOON + 1
    assert opened.pictures[0].jpeg == PICTURE
    assert stand.count("incidents_total", kind="illegal_parking", phase="open") == 1
    assert stand.stage.health() == {"state": "ok", "detail": "1 cameras, 0 sensors watched"}


def test_bad_frames_are_counted_and_stop_nothing(stand: Stand, street: Street):
    bad = [b"rubbish", b"", b"[" * 100_000, frame(0), frame(2, b"no picture"), frame(3, PICTURE[:-200])]
    stand.show("cam-1", frame(1), *bad, frame(4))
    (opened,) = wait_for(lambda: street.incidents)
    assert opened.began_at == NOON + 1
    assert stand.count("messages_dropped_total", stream="frame") == len(bad)


def test_a_frame_under_the_wrong_shard_is_counted(stand: Stand, street: Street):
    street.send("yihu/v1/zz/tooley/cam-1/frame", frame(1))
    wait_for(lambda: stand.count("messages_dropped_total", stream="frame") == 1)


def test_bad_configurations_are_counted_and_leave_the_present_one(stand: Stand, street: Street):
    bad = [b"{", b"\xff", b'{"zones": 5}', b'{"timezone": "Mars/Olympus"}', b'{"zones": [{}]}']
    for body in bad:
        street.send(topic("cam-1", "config"), body)
    wait_for(lambda: stand.count("messages_dropped_total", stream="config") == len(bad))
    stand.show("cam-1", *map(frame, range(1, 5)))
    assert wait_for(lambda: street.incidents)


def test_a_configuration_that_comes_again_restarts_nothing(stand: Stand, street: Street):
    stand.show("cam-1", frame(1), frame(2))
    street.send(topic("cam-1", "config"), config())
    stand.configure("cam-2", config(), watched=2)
    stand.show("cam-1", frame(3))
    (opened,) = wait_for(lambda: street.incidents)
    assert opened.began_at == NOON + 1


def test_a_retired_camera_is_watched_no_longer_and_begins_afresh_when_it_returns(stand: Stand, street: Street):
    stand.show("cam-1", frame(1), frame(2))
    stand.configure("cam-1", b"", watched=0)
    stand.configure("cam-1", config(), watched=1)
    stand.show("cam-1", frame(3), frame(4), frame(5))
    (opened,) = wait_for(lambda: street.incidents)
    assert opened.began_at == NOON + 3


def test_a_camera_without_zones_needs_no_model(stand: Stand):
    stand.configure("cam-0", b'{"camera": "rtsp://x"}', watched=2)
    stand.show("cam-0", frame(1))
    assert stand.stage.health()["state"] == "ok"


@pytest.mark.parametrize(
    ("model", "detail"),
    [
        ("/lost/model", "tooley/cam-2 is not watched: no model at /lost/model: check `detector: model:`"),
        (None, "tooley/cam-2 is not watched: no model at /lost/coco: check `detector: model:`"),
    ],
)
def test_a_missing_model_is_told_and_other_cameras_go_on(street: Street, model: str | None, detail: str):
    stand = Stand(street, lambda path: load_none(path) if path.startswith("/lost") else load_car(path))
    with running(stand.stage):
        street.send(topic("cam-2", "config"), config(model), retain=True)
        wait_for(lambda: stand.stage.health()["state"] == "degraded")
        assert detail in stand.stage.health()["detail"]
        stand.configure("cam-1", config(), watched=1)
        stand.show("cam-1", *map(frame, range(1, 5)))
        assert wait_for(lambda: street.incidents)
        stand.configure("cam-2", config(), watched=2)
        assert stand.stage.health()["state"] == "ok"


class Blocked(StandingCar):
    """Looks at nothing before it is let go."""

    def __init__(self) -> None:
        self.pictures = 0
        self.let_go = threading.Event()

    def detect(self, images: Sequence[Image]) -> list[list[Thing]]:
        self.pictures += len(images)
        assert self.let_go.wait(30)
        return super().detect(images)


def test_when_it_is_slow_older_frames_are_passed_over_and_counted(street: Street):
    detector = Blocked()
    stand = Stand(street, lambda _path: detector)
    with running(stand.stage):
        stand.configure("cam-1", config(), watched=1)
        stand.configure("cam-2", config(), watched=2)
        street.send(topic("cam-1", "frame"), frame(1))
        wait_for(lambda: detector.pictures == 1)
        for number in range(2, 8):
            street.send(topic("cam-1", "frame"), frame(number))
        street.send(topic("cam-2", "frame"), frame(1))
        passed_over = {"name": "frames_passed_over_total", "site": "tooley", "device": "cam-1"}
        wait_for(
            lambda: stand.count(**passed_over) >= 4
        )  # the second may have been taken, too, before the detector began
        detector.let_go.set()
        wait_for(lambda: stand.count("frames_total", site="tooley", device="cam-2") == 1)
        wait_for(lambda: stand.count("frames_total", site="tooley", device="cam-1") + stand.count(**passed_over) == 7)
        assert stand.count("frames_passed_over_total", site="tooley", device="cam-2") == 0
        (opened,) = wait_for(lambda: street.incidents)
        assert (opened.began_at, opened.at) == (NOON + 1, NOON + 7)  # time is the frames', so none is missed


def test_a_share_watches_its_part_of_the_cameras(street: Street):
    names, shares = [f"cam-{number}" for number in range(8)], [Share(1, 2), Share(2, 2)]
    stands = [Stand(street, share=share) for share in shares]
    with running(stands[0].stage), running(stands[1].stage):
        for name in names:
            street.send(topic(name, "config"), config(), retain=True)
        wait_for(lambda: sum(stand.count("cameras") for stand in stands) == len(names))
    assert [stand.count("cameras") for stand in stands] == [
        sum(topic(name, "config") in share for name in names) for share in shares
    ]


def test_without_a_broker_it_is_down(tmp_path: Path):
    stage = Detection("mqtt://127.0.0.1:1", Share(), CollectorRegistry(), equipped(load_none), tmp_path / "outbox")
    assert stage.health() == {"state": "down", "detail": "no link to the broker"}


def test_a_broker_that_comes_back_finds_everything_as_it_was(stand: Stand, street: Street):
    stand.show("cam-1", frame(1), frame(2))
    street.broker.kill()
    wait_for(lambda: stand.stage.health()["state"] == "down")
    street.broker.start()
    wait_for(lambda: street.link.connected, within_s=30)
    street.await_listener()
    stand.configure("cam-2", config(), watched=2, within_s=30)
    stand.show("cam-1", frame(3))
    (opened,) = wait_for(lambda: street.incidents)
    assert opened.began_at == NOON + 1


def test_an_incident_is_told_again_until_dispatch_has_it(stand: Stand, street: Street, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("detect.outbox.PATIENCE_S", 1.0)
    stand.show("cam-1", *map(frame, range(1, 4)))
    wait_for(lambda: len(street.heard) >= 2)
    told = {delivery.payload for delivery in list(street.heard)}
    assert len(told) == 1
    street.send(topic("cam-1", "taken"), encode_json(Taken(digest_of(told.pop()))))
    wait_for(lambda: stand.count("incidents_waiting") == 0)
    street.heard.clear()
    time.sleep(2)
    assert street.heard == []


def test_what_dispatch_lacks_outlives_detect_and_a_broker_that_forgets(street: Street):
    stand = Stand(street)
    with running(stand.stage):
        stand.configure("cam-1", config(), watched=1)
        stand.show("cam-1", *map(frame, range(1, 4)))
        (opened,) = wait_for(lambda: list(street.heard))
    street.broker.kill()
    street.broker.start()
    wait_for(lambda: street.link.connected, within_s=30)
    street.await_listener()
    with running(Stand(street).stage):
        wait_for(lambda: opened.payload in {delivery.payload for delivery in list(street.heard)}, within_s=30)


def test_the_real_model_finds_the_coach(street: Street, media: Path, weights: Path):
    stand = Stand(street, load_detector, make_tracker)
    with running(stand.stage):
        street.send(topic("cam-1", "config"), config(str(weights), dwell="5s"), retain=True)
        wait_for(lambda: stand.count("cameras") == 1, within_s=60)
        stand.show("cam-1", *map(encode_binary, film(media / "tfl_jamcam_5.mp4", fps=1, loops=1)))
        assert wait_for(lambda: "bus" in {incident.objects[0].label for incident in street.incidents})


def sensor(*rules: dict[str, object]) -> bytes:
    return json.dumps({"sensor": "mqtt", "position": [104.395, 31.125], "rules": rules}).encode()


def pack(*records: dict[str, object]) -> bytes:
    return json.dumps({"boot": str(BOOT), "seq": 1, "senml": records}).encode()


@pytest.fixture
def button(stand: Stand, street: Street) -> Stand:
    """Watches cam-1 and listens to sos-1."""
    street.send(topic("sos-1", "config"), sensor({"kind": "sos"}), retain=True)
    wait_for(lambda: stand.count("sensors") == 1)
    return stand


def test_a_reading_becomes_an_incident_on_the_devices_topic(button: Stand, street: Street):
    street.send(topic("sos-1", "telemetry"), pack({"n": "sos", "vb": True}))
    (opened,) = wait_for(lambda: street.incidents)
    assert street.heard[0].topic == str(topic("sos-1", "incident"))
    assert (opened.kind, opened.phase, opened.zone, opened.position) == ("sos", "open", "sos", (104.395, 31.125))
    assert (opened.pictures, opened.objects, opened.explanation.model) == ([], [], {})
    assert button.count("readings_total") == 1
    assert button.stage.health()["detail"] == "1 cameras, 1 sensors watched"


def test_bad_telemetry_is_counted_and_stops_nothing(button: Stand, street: Street):
    ahead = {"n": "sos", "vb": True, "t": time.time() + 3600}
    for body in (b"rubbish", b"{}", pack(), pack(ahead), pack({"vb": True})):
        street.send(topic("sos-1", "telemetry"), body)
    wait_for(lambda: button.count("messages_dropped_total", stream="telemetry") == 5)
    street.send(topic("sos-1", "telemetry"), pack({"n": "sos", "vb": True}))
    assert wait_for(lambda: street.incidents)


@pytest.mark.usefixtures("stand")
def test_a_sensor_that_falls_silent_is_told_of_until_it_speaks(street: Street):
    street.send(topic("level-1", "config"), sensor({"kind": "sensor_fault", "silent_for": "1s"}), retain=True)
    (opened,) = wait_for(lambda: street.incidents)
    assert (opened.kind, opened.phase, opened.zone) == ("sensor_fault", "open", "readings")
    street.send(topic("level-1", "telemetry"), pack({"n": "water_level", "u": "m", "v": 0.1}))
    cleared = wait_for(lambda: street.incidents[1:])[0]
    assert (cleared.id, cleared.phase) == (opened.id, "clear")


def test_a_sensor_without_rules_is_not_listened_to(button: Stand, street: Street):
    street.send(topic("sos-1", "config"), b"", retain=True)
    wait_for(lambda: button.count("sensors") == 0)
    street.send(topic("sos-1", "telemetry"), pack({"n": "sos", "vb": True}))
    button.show("cam-1", frame(1))
    assert street.incidents == []
