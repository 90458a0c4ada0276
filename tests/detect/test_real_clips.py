"""Every rule on pictures over every real clip, with real weights: what there is, and nothing else."""

from pathlib import Path

import pytest

from detect.config import CameraConfig, known_rules
from detect.detector import Detector
from detect.rules import camera
from detect.watch import Eyes, Watch
from detect.yolo import ByteTracker
from edge.topics import Topic
from tests.detect.film import film
from tests.detect.street import Polygon

STANDS = {"illegal_parking", "fire_lane_blocked"}  # a coach at the kerb is both, were the whole picture a zone of both
SEEN = {
    "tfl_jamcam_1.mp4": set(),  # moving traffic
    "tfl_jamcam_3.mp4": {*STANDS, "intrusion"},  # a queue stands at the lights, people wait beside it
    "tfl_jamcam_5.mp4": {*STANDS, "intrusion"},
    "intel_car_park.mp4": {"intrusion"},  # somebody walks
    "opendatacam_junction.mp4": {"wrong_way"},  # twenty vehicles: none stays, some would come along the one lane up
    "furg_house6_fire.mp4": set(),  # flames, which COCO's weights do not know
}
SHORT = {"illegal_parking", "fire_lane_blocked", "ebike_misparked", "debris"}
ALL = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]
BESIDE_THE_QUEUE = [(0.60, 0.30), (0.65, 0.30), (1.0, 0.85), (1.0, 1.0), (0.93, 1.0)]  # the kerb in tfl_jamcam_3


def watched(polygon: Polygon) -> CameraConfig:
    rules = [{"kind": kind} | ({"dwell": "5s"} if kind in SHORT else {}) for kind in known_rules(camera)]
    zone = {"id": "all", "polygon": polygon, "rules": rules}
    return CameraConfig.model_validate({"detector": {}, "zones": [zone]})


def found(clip: Path, polygon: Polygon, detector: Detector) -> set[str]:
    watch = Watch(Topic("london", "cam-1", "frame"), watched(polygon), Eyes(detector, ByteTracker()))
    incidents = [incident for frame in film(clip, fps=2, loops=2) for incident in watch.see(frame)]
    return {incident.kind for incident in incidents if incident.phase == "open"}


@pytest.mark.parametrize("clip", SEEN)
def test_a_rule_finds_what_is_there_and_nothing_else(clip: str, media: Path, remembering: Detector) -> None:
    assert found(media / clip, ALL, remembering) == SEEN[clip]


def test_a_queue_in_its_lane_is_not_parked_at_the_kerb(media: Path, remembering: Detector) -> None:
    assert found(media / "tfl_jamcam_3.mp4", BESIDE_THE_QUEUE, remembering) == set()
