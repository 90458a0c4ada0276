"""Every rule on pictures over every real clip, with real weights: what there is, and nothing else."""

from pathlib import Path

import pytest

from detect.config import CameraConfig, known_rules
from detect.rules import camera
from detect.watch import Watch
from detect.yolo import ByteTracker, YoloDetector
from edge.topics import Topic
from tests.detect.film import film

STANDS = {"illegal_parking", "fire_lane_blocked"}  # a coach at the kerb is both, were the whole picture a zone of both
SEEN = {
    "tfl_jamcam_1.mp4": set(),  # moving traffic
    "tfl_jamcam_5.mp4": {*STANDS, "intrusion"},
    "intel_car_park.mp4": {"intrusion"},  # somebody walks
    "opendatacam_junction.mp4": set(),  # twenty vehicles, none of which stays
    "furg_house6_fire.mp4": set(),  # flames, which COCO's weights do not know
}
SHORT = {"illegal_parking", "fire_lane_blocked", "ebike_misparked", "debris"}


def watched() -> CameraConfig:
    rules = [{"kind": kind} | ({"dwell": "5s"} if kind in SHORT else {}) for kind in known_rules(camera)]
    zone = {"id": "all", "polygon": [(0, 0), (1, 0), (1, 1), (0, 1)], "rules": rules}
    return CameraConfig.model_validate({"detector": {}, "zones": [zone]})


@pytest.mark.parametrize("clip", SEEN)
def test_a_rule_finds_what_is_there_and_nothing_else(clip: str, media: Path, weights: Path) -> None:
    watch = Watch(Topic("london", "cam-1", "frame"), watched(), YoloDetector(weights), ByteTracker())
    incidents = [incident for frame in film(media / clip, fps=2, loops=2) for incident in watch.see(frame)]
    assert {incident.kind for incident in incidents if incident.phase == "open"} == SEEN[clip]
