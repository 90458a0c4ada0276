"""Every rule on pictures over every real clip, with real weights: what there is, and nothing else."""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import pytest

from detect.config import CameraConfig, known_rules
from detect.model.detector import Detection, Detector, Image
from detect.model.yolo import ByteTracker
from detect.rules import camera
from detect.watch import Eyes, Watch
from edge.capture import Motion
from edge.messages import Frame
from edge.topics import Topic
from tests.detect.film import BOOT, CLIP_FPS, film, jpeg, read
from tests.detect.street import NOON, Polygon

STANDS = {"illegal_parking", "fire_lane_blocked"}  # a coach at the kerb is both, were the whole picture a zone of both
SEEN = {
    "tfl_jamcam_1.mp4": set(),  # moving traffic
    "tfl_jamcam_3.mp4": {"fire_lane_blocked", "intrusion"},  # a queue stands at the lights, people wait beside it
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


class Counting:
    """A detector that knows how often it was asked."""

    def __init__(self, detector: Detector) -> None:
        self.model, self.classes, self.asked = detector.model, detector.classes, 0
        self._detector = detector

    def detect(self, images: Sequence[Image]) -> list[list[Detection]]:
        self.asked += len(images)
        return self._detector.detect(images)


def seen_by(detector: Detector, pictures: list[Image], moving: Callable[[Image], bool]) -> list[set[str]]:
    """The labels that are known of each picture, at the 12 frames/s of the clip."""
    zone = {"id": "all", "polygon": ALL, "rules": [{"kind": "illegal_parking"}]}
    config = CameraConfig.model_validate({"zones": [zone]})
    watch, labels = Watch(Topic("london", "cam-1", "frame"), config, Eyes(detector, ByteTracker())), []
    for number, picture in enumerate(pictures, 1):
        watch.see(Frame(BOOT, number, NOON + number / 12, jpeg(picture), moving(picture)))
        things = watch.scene.detections if watch.scene else []
        labels.append({thing.label for thing in things if thing.score >= 0.5})
    return labels


def runs(numbers: list[int]) -> Iterator[list[int]]:
    """Pictures that follow upon each other within a second."""
    ends = [0, *(place for place, (a, b) in enumerate(pairwise(numbers), 1) if b - a > 12), len(numbers)]
    yield from (numbers[begin:end] for begin, end in pairwise(ends) if begin < end)


def test_gating_spares_four_looks_of_five_at_a_car_park_and_loses_nothing(media: Path, remembering: Detector) -> None:
    pictures = list(read(media / "intel_car_park.mp4", fps=CLIP_FPS))
    gated = Counting(remembering)
    all_seen, seen = seen_by(remembering, pictures, lambda _: True), seen_by(gated, pictures, Motion())
    assert gated.asked <= 0.2 * len(pictures)
    for label in ("car", "person", "bicycle"):
        there = [number for number, labels in enumerate(all_seen) if label in labels]
        spells = list(runs(there))
        assert spells or label == "bicycle"
        for spell in spells:
            assert len(spell) < 6 or any(label in seen[number] for number in spell), (label, spell)
