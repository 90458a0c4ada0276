import logging
from collections.abc import Callable
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from detect.cameras import RETRY_S, Cameras, Equipment
from detect.config import CameraConfig
from detect.incident import Incident
from detect.memory import Shelf
from detect.model.catalogue import ModelError
from detect.model.detector import Detector
from edge.messages import Frame, encode_binary
from edge.topics import Topic
from tests.detect.fakes import NoTracker, StandingCar
from tests.detect.film import BOOT, STREET, jpeg
from tests.detect.street import NOON


def no_network() -> Path:
    raise ModelError("run `yihu model add yolo26n`")


EQUIPMENT = Equipment(lambda _: StandingCar(), NoTracker, shipped=lambda: Path("/street"), coco=lambda: Path("/coco"))


@pytest.mark.parametrize("detector", [None, {"confidence": 0.5}])
@pytest.mark.parametrize(
    ("camera", "model"),
    [("sim://kerb?seed=1", "/street"), ("rtsp://10.0.0.1/live", "/coco"), ("0", "/coco"), (None, "/coco")],
)
def test_a_site_that_names_no_model_gets_the_one_for_its_kind_of_camera(
    camera: str | None, model: str, detector: dict[str, float] | None
):
    config = CameraConfig.model_validate({"camera": camera, "detector": detector})
    assert EQUIPMENT.choose(config) == model


@pytest.mark.parametrize("camera", ["sim://kerb", "rtsp://10.0.0.1/live"])
def test_the_model_that_a_site_names_is_taken(camera: str):
    config = CameraConfig.model_validate({"camera": camera, "detector": {"model": "mine"}})
    assert EQUIPMENT.choose(config) == "mine"


def test_a_model_that_is_not_needed_is_not_asked_for():
    simulated = CameraConfig(camera="sim://kerb")
    assert EQUIPMENT._replace(coco=no_network).choose(simulated) == "/street"
    with pytest.raises(ModelError, match="yihu model add"):
        EQUIPMENT._replace(coco=no_network).choose(CameraConfig(camera="rtsp://x"))


PARKING, FIRE = {"kind": "illegal_parking", "dwell": "2s"}, {"kind": "fire"}
CAMERA = Topic("tooley", "cam-1", "config")


def config(*rules: dict[str, object], model: str = "m") -> CameraConfig:
    zone = {"id": "kerb", "polygon": [[0, 0], [1, 0], [1, 1], [0, 1]], "rules": rules}
    return CameraConfig.model_validate({"detector": {"model": model}, "zones": [zone] if rules else []})


class Eyes:
    """The cameras' side of the stage; `told` is all that they ever had said."""

    def __init__(self, load: Callable[[str], Detector] = lambda _: StandingCar(), shelf: Path | None = None) -> None:
        self.told: list[Incident] = []
        self.shown = 0
        registry = CollectorRegistry()
        kept = Shelf(shelf, registry) if shelf else None
        self.cameras = Cameras(registry, EQUIPMENT._replace(load=load), self.told.append, self._drop, kept)

    def _drop(self, topic: str, error: Exception) -> None:
        raise AssertionError(topic) from error

    def show(self, *seconds: float) -> None:
        for second in seconds:
            self.shown += 1
            frame = Frame(BOOT, self.shown, NOON + second, jpeg(STREET), moving=True)
            self.cameras.put(CAMERA, encode_binary(frame), NOON + second)
            self.cameras.look(0)

    @property
    def phases(self) -> list[tuple[str, float]]:
        return [(incident.phase, incident.at - NOON) for incident in self.told]


@pytest.mark.parametrize(("rule", "labels"), [(FIRE, "fire"), (PARKING | {"objects": ["carr", "bus"]}, "bus, carr")])
def test_a_rule_for_what_the_model_does_not_know_is_told_once_and_the_others_go_on(
    rule: dict[str, object], labels: str, caplog: pytest.LogCaptureFixture
):
    eyes = Eyes()
    for _ in range(3):
        eyes.cameras.configure(CAMERA, config(rule, PARKING), NOON)
    (trouble,) = eyes.cameras.troubles
    named = f"tooley/cam-1: {rule['kind']} in kerb finds nothing, for the model standing car does not know {labels}: "
    assert trouble.startswith(named)
    assert [record.message for record in caplog.records if record.levelno == logging.ERROR] == [trouble]
    eyes.show(0, 1, 2)
    assert eyes.phases == [("open", 2)]
    eyes.cameras.configure(CAMERA, config(PARKING), NOON)
    assert eyes.cameras.troubles == []


def test_one_label_that_the_model_knows_is_enough():
    eyes = Eyes()
    eyes.cameras.configure(CAMERA, config(PARKING | {"objects": ["car", "lorry"]}), NOON)
    assert eyes.cameras.troubles == []


def test_the_rate_in_the_site_file_tells_a_stall_from_a_camera_that_sends_seldom():
    eyes = Eyes()
    eyes.cameras.configure(CAMERA, config(PARKING).model_copy(update={"fps": 5}), NOON)
    eyes.show(0, 8)
    assert eyes.told == []
    eyes.cameras.configure(CAMERA, config(PARKING), NOON)
    eyes.show(10, 18)
    assert eyes.phases == [("open", 18)]


def test_what_was_still_before_a_frame_that_is_passed_over_was_still():
    eyes = Eyes()
    eyes.cameras.configure(CAMERA, config(PARKING | {"dwell": "4s"}).model_copy(update={"fps": 5}), NOON)
    eyes.show(0)
    for number, begin in ((2, 0), (3, 2), (4, 4)):
        held = [NOON + begin + step / 5 for step in range(1, 10)]
        frame = Frame(BOOT, number, NOON + begin + 2, jpeg(STREET), moving=False, held=held)
        eyes.cameras.put(CAMERA, encode_binary(frame), frame.at)
    eyes.cameras.look(0)
    assert eyes.phases == [("open", 6)]


def test_a_frame_that_comes_again_is_not_looked_at_again():
    eyes = Eyes()
    eyes.cameras.configure(CAMERA, config(PARKING), NOON)
    eyes.show(0, 30)
    for number, second in ((1, 0), (2, 30)):
        again = Frame(BOOT, number, NOON + second, jpeg(STREET), moving=True, late=True)
        eyes.cameras.put(CAMERA, encode_binary(again), NOON + 40)
    assert (len(eyes.cameras._frames), len(eyes.cameras._late)) == (0, 0)


def test_an_edit_clears_what_is_open_before_it_opens_anew():
    eyes = Eyes()
    eyes.cameras.configure(CAMERA, config(PARKING), NOON)
    eyes.show(0, 1, 2, 3)
    eyes.cameras.configure(CAMERA, config(PARKING | {"dwell": "3s"}), NOON)
    eyes.show(4, 5, 6, 7)
    opened, cleared, again = (one for one in eyes.told if one.phase != "update")
    assert [(one.phase, one.at - NOON) for one in (opened, cleared, again)] == [("open", 2), ("clear", 3), ("open", 7)]
    assert opened.id == cleared.id != again.id


@pytest.mark.parametrize(
    "edited",
    [
        pytest.param(config(PARKING, FIRE), id="a rule more"),
        pytest.param(config(PARKING).model_copy(update={"fps": 2.0}), id="another rate"),
        pytest.param(config(PARKING, model="another"), id="another model"),
    ],
)
@pytest.mark.parametrize("shown", [(0, 1), (0, 1, 2, 3)])
def test_an_edit_of_something_else_leaves_what_stands_there_and_what_is_open(
    edited: CameraConfig, shown: tuple[int, ...]
):
    eyes = Eyes()
    eyes.cameras.configure(CAMERA, config(PARKING), NOON)
    eyes.show(*shown)
    eyes.cameras.configure(CAMERA, edited, NOON)
    eyes.show(shown[-1] + 1, shown[-1] + 2)
    assert [phase for phase in eyes.phases if phase[0] != "update"] == [("open", 2)]


def test_what_stands_before_another_camera_begins_anew():
    eyes = Eyes()
    eyes.cameras.configure(CAMERA, config(PARKING).model_copy(update={"camera": "rtsp://10.0.0.1/live"}), NOON)
    eyes.show(0, 1, 2)
    eyes.cameras.configure(CAMERA, config(PARKING).model_copy(update={"camera": "rtsp://10.0.0.2/live"}), NOON)
    eyes.show(3, 4)
    assert [phase for phase, _ in eyes.phases if phase != "update"] == ["open", "clear"]


def test_a_zone_that_is_taken_away_clears_what_is_open_there():
    eyes = Eyes()
    eyes.cameras.configure(CAMERA, config(PARKING), NOON)
    eyes.show(0, 1, 2)
    eyes.cameras.configure(CAMERA, config(), NOON)
    assert eyes.phases == [("open", 2), ("clear", 2)]


def test_a_restart_goes_on_with_what_stands_there_and_with_what_is_open(tmp_path: Path):
    eyes = [Eyes(shelf=tmp_path) for _ in range(3)]
    for number, seconds in enumerate([(0, 1), (2, 3), (4, 5)]):
        eyes[number].cameras.configure(CAMERA, config(PARKING), NOON)
        eyes[number].show(*seconds)
        eyes[number].cameras.close()
    assert [one.phases for one in eyes] == [[], [("open", 2)], []]
    last = Eyes(shelf=tmp_path)
    last.cameras.configure(CAMERA, config(PARKING), NOON)
    last.show(6)
    last.cameras.configure(CAMERA, config(), NOON)
    assert last.phases == [("clear", 6)]
    assert (last.told[0].id, last.told[0].began_at) == (eyes[1].told[0].id, NOON)
    assert list(tmp_path.iterdir()) == []


def test_what_is_known_is_kept_while_it_runs(tmp_path: Path):
    crashing, after = Eyes(shelf=tmp_path), Eyes(shelf=tmp_path)
    crashing.cameras.configure(CAMERA, config(PARKING), NOON)
    crashing.show(0, 1)
    crashing.cameras.keep(100.0)
    after.cameras.configure(CAMERA, config(PARKING), NOON)
    after.show(2)
    assert after.phases == [("open", 2)]


def test_what_opens_is_told_again_with_a_clip_of_the_seconds_around_it():
    eyes = Eyes()
    eyes.cameras.configure(CAMERA, config(PARKING), NOON)
    eyes.show(*range(8))
    eyes.cameras.close()
    assert eyes.phases == [("open", 2), ("update", 2)]
    assert eyes.told[1].id == eyes.told[0].id
    assert eyes.told[1].clip
    assert eyes.told[1].clip.at == NOON


def test_another_rule_begins_anew_after_a_restart(tmp_path: Path):
    before, after = Eyes(shelf=tmp_path), Eyes(shelf=tmp_path)
    before.cameras.configure(CAMERA, config(PARKING), NOON)
    before.show(0, 1)
    before.cameras.close()
    after.cameras.configure(CAMERA, config(PARKING | {"objects": ["car", "bus"]}), NOON)
    after.show(2, 3)
    assert after.phases == []


def test_a_removal_clears_what_is_open():
    eyes = Eyes()
    eyes.cameras.configure(CAMERA, config(PARKING), NOON)
    eyes.show(0, 1, 2)
    eyes.cameras.configure(CAMERA, config(), NOON)
    assert eyes.phases == [("open", 2), ("clear", 2)]


def test_a_model_that_was_missing_is_looked_for_once_a_minute(caplog: pytest.LogCaptureFixture):
    there, asked = set[str](), list[str]()

    def load(model: str) -> Detector:
        asked.append(model)
        if model not in there:
            raise ModelError(f"no model {model}")
        return StandingCar()

    eyes = Eyes(load)
    for device, model in (("cam-1", "a"), ("cam-2", "a"), ("cam-3", "b"), ("cam-4", "b")):
        eyes.cameras.configure(Topic("tooley", device, "config"), config(PARKING, model=model), NOON)
    eyes.cameras.configure(Topic("tooley", "cam-4", "config"), config(), NOON)
    eyes.cameras.retry(100)
    assert asked == ["a", "a", "b", "b", "a", "b"]  # each model once, whoever waits for it
    there.add("a")
    eyes.cameras.retry(99 + RETRY_S)
    assert len(eyes.cameras) == 0
    eyes.cameras.retry(100 + RETRY_S)
    assert len(eyes.cameras) == 2
    assert eyes.cameras.troubles == ["tooley/cam-3 is not watched: no model b"]
    assert len([record for record in caplog.records if record.levelno == logging.ERROR]) == 4


def test_a_camera_without_zones_is_watched_for_its_sight_alone():
    eyes = Eyes(no_model)
    eyes.cameras.configure(CAMERA, CameraConfig(camera="rtsp://x"), NOON)
    eyes.show(0, 1, 2)
    assert (len(eyes.cameras), eyes.cameras.troubles, eyes.told) == (1, [], [])


def no_model(name: str) -> Detector:
    raise AssertionError(f"nobody needs {name}")


def test_a_camera_that_falls_silent_is_told_of_by_the_clock_alone(monkeypatch: pytest.MonkeyPatch):
    eyes = Eyes()
    eyes.cameras.configure(CAMERA, CameraConfig(camera="rtsp://x"), NOON)
    for second in range(130):
        eyes.cameras.tick(NOON + second, connected=True)
    assert [(one.kind, one.phase, one.began_at) for one in eyes.told] == [("camera_offline", "open", NOON)]
    monkeypatch.setattr("detect.cameras.time.time", lambda: NOON + 140)
    eyes.show(139)
    assert eyes.phases[1:] == [("clear", 140)]


def test_while_we_are_cut_off_no_camera_is_silent():
    eyes = Eyes()
    eyes.cameras.configure(CAMERA, CameraConfig(camera="rtsp://x"), NOON)
    for second in range(300):
        eyes.cameras.tick(NOON + second, connected=second > 200)
    assert eyes.told == []
