from pathlib import Path

import pytest

from detect.cameras import Equipment
from detect.config import CameraConfig
from detect.models import ModelError
from tests.detect.fakes import NoTracker, StandingCar


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
