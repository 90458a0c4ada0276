import hashlib
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import openvino
import openvino.opset13 as opset
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detect.geometry import iou
from detect.incident import Box
from detect.model.catalogue import SHIPPED
from detect.model.detector import Detection, Detector, Image
from detect.model.openvino_model import OpenVinoDetector
from detect.model.yolo import ByteTracker, ModelError, YoloDetector, load_detector, make_tracker, open_detector
from tests.detect.film import COACH, read
from tests.detect.street import moved, thing


@pytest.fixture(scope="session")
def street(media: Path) -> Image:
    return next(read(media / "tfl_jamcam_5.mp4", fps=1))


def test_finds_the_coach_at_the_kerb(detector: Detector, street: Image):
    (found,) = detector.detect([street])
    coach = max(found, key=lambda detection: iou(detection.box, COACH))
    assert coach.label in {"bus", "truck"}
    assert coach.score > 0.35
    assert iou(coach.box, COACH) > 0.7


def test_boxes_are_fractions_and_nothing_of_the_model_travels(detector: Detector, street: Image):
    (found,) = detector.detect([street])
    for label, box, score, track in found:
        assert (type(label), type(box), type(score), track) == (str, tuple, float, None)
        assert {type(side) for side in box} == {float}
        assert 0 <= box[0] < box[2] <= 1
        assert 0 <= box[1] < box[3] <= 1


def test_tells_weak_detections_too_which_the_tracker_needs(detector: Detector, street: Image):
    (found,) = detector.detect([street])
    assert 0.1 <= min(detection.score for detection in found) < 0.35


def test_each_picture_gets_its_own_answer(detector: Detector, street: Image):
    black = np.zeros_like(street)
    answers = detector.detect([black, street, black])
    assert answers == [[], *detector.detect([street]), []]
    assert detector.detect([]) == []


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 700, 3), (1000, 2, 3), (2160, 3840, 3)])
def test_a_picture_of_any_shape_is_looked_at(detector: Detector, shape: tuple[int, ...]):
    assert detector.detect([np.zeros(shape, np.uint8)]) == [[]]


def test_the_model_is_named_with_its_hash(detector: Detector, weights: Path):
    digest = hashlib.sha256()
    for file in sorted(weights.iterdir()):
        digest.update(file.read_bytes())
    assert detector.model == {"name": weights.name, "hash": digest.hexdigest()[:16]}


def test_a_missing_model_is_told_by_its_path(tmp_path: Path):
    with pytest.raises(ModelError, match=r"no model at .*/nothing\.pt: check `detector: model:`"):
        load_detector(str(tmp_path / "nothing.pt"))


def write_text(path: Path, _: Path) -> None:
    path.write_text("hello")


def make_empty(path: Path, _: Path) -> None:
    path.mkdir()


def cut_short(path: Path, weights: Path) -> None:
    shutil.copytree(weights, path)
    (file,) = path.glob("*.bin")
    file.write_bytes(file.read_bytes()[:1000])


@pytest.mark.parametrize(
    ("name", "spoil"),
    [
        ("notes.txt", write_text),
        ("weights.pt", write_text),
        ("weights.onnx", write_text),
        ("empty", make_empty),
        ("empty_openvino_model", make_empty),
        ("short_openvino_model", cut_short),
    ],
)
def test_what_is_no_model_is_told_by_its_path(name: str, spoil: object, tmp_path: Path, weights: Path):
    path = tmp_path / name
    spoil(path, weights)
    with pytest.raises(ModelError, match=f"{path} "):
        open_detector(path)


def test_a_track_keeps_its_number_over_weak_and_missing_frames():
    tracker, numbers = make_tracker(), []
    for frame in range(20):
        there = (
            [] if frame in (7, 8) else [thing(moved((0.1, 0.3, 0.3, 0.5), frame * 0.01), 0.2 if frame > 12 else 0.8)]
        )
        numbers += [detection.track for detection in tracker.track(there)]
    assert len(set(numbers)) == 1
    assert numbers[0] is not None


def test_tracking_changes_nothing_but_the_number():
    things = [thing(score=0.9), thing((0.1, 0.1, 0.2, 0.2), 0.12, "person"), thing((0, 0, 1, 1), 0.5, "bus")]
    tracked = ByteTracker().track(things)
    assert [detection._replace(track=None) for detection in tracked] == things
    assert ByteTracker().track(list[Detection]()) == []


class Remembering(ByteTracker):
    """Keeps who has gone, as Ultralytics does by itself."""

    def track(self, detections: list[Detection]) -> list[Detection]:
        gone = self._tracker.removed_stracks
        tracked = super().track(detections)
        self._tracker.removed_stracks = [*gone, *self._tracker.removed_stracks_frame]
        return tracked


@given(st.lists(st.lists(st.tuples(st.floats(0, 0.8), st.floats(0, 0.8), st.floats(0.1, 1)), max_size=4), max_size=60))
@settings(max_examples=30)
def test_who_has_gone_is_forgotten_and_missed_by_none(frames: list[list[tuple[float, float, float]]]):
    def follow(tracker: ByteTracker) -> list[int | None]:
        """Numbers in the order in which they came up, for all trackers count together."""
        seen = [[thing((x, y, x + 0.1, y + 0.1), score=score) for x, y, score in frame] for frame in frames]
        numbers = [found.track for frame in [*seen, *[[]] * 40, *seen] for found in tracker.track(frame)]
        known = {number: index for index, number in enumerate(dict.fromkeys(numbers)) if number is not None}
        return [known.get(number) for number in numbers]

    forgetful = ByteTracker()
    assert follow(forgetful) == follow(Remembering())
    assert len(forgetful._tracker.removed_stracks) <= 8


def test_each_camera_has_numbers_of_its_own():
    first, second = make_tracker(), make_tracker()
    first.track([thing()])
    assert first is not second
    assert second.track([]) == []


def test_a_model_is_loaded_once(weights: Path):
    assert load_detector(str(weights)) is load_detector(str(weights))


def boxes(detector: Detector, image: Image) -> list[tuple[str, Box]]:
    return sorted((found.label, found.box) for found in detector.detect([image])[0])


@pytest.mark.parametrize("size", [(288, 352), (480, 352), (640, 640)])
def test_openvino_alone_sees_what_it_sees_in_ultralytics_hands(weights: Path, street: Image, size: tuple[int, int]):
    image = cv2.resize(street, size[::-1])
    alone, within = boxes(open_detector(weights), image), boxes(YoloDetector(weights), image)
    assert isinstance(open_detector(weights), OpenVinoDetector)
    assert [label for label, _ in alone] == [label for label, _ in within]
    assert all(iou(a, b) > 0.95 for (_, a), (_, b) in zip(alone, within, strict=True))


def test_several_threads_see_what_one_sees(weights: Path, street: Image):
    detector, images = open_detector(weights), [street, street[:, ::-1].copy(), street[::-1].copy()] * 8
    alone = [detector.detect([image]) for image in images]
    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(lambda image: detector.detect([image]), images)) == alone


def test_what_is_looked_at_together_is_seen_as_well(street: Image):
    detector = YoloDetector(SHIPPED / "street.pt")
    images = [street, street[:, ::-1].copy(), street[:144].copy()] * 4
    together, alone = detector.detect(images), [detector.detect([image])[0] for image in images]
    for seen, known in zip(together, alone, strict=True):
        assert [found.label for found in seen] == [found.label for found in known]
        assert [found.box for found in seen] == [pytest.approx(found.box, abs=0.002) for found in known]
    assert sum(map(len, alone)) > 12


def test_a_grey_picture_is_looked_at_too(detector: Detector, street: Image):
    grey = cv2.cvtColor(cv2.cvtColor(street, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    (found,) = detector.detect([grey])
    assert any(iou(detection.box, COACH) > 0.6 for detection in found)


def constant_model(folder: Path, height: int, width: int) -> Path:
    """An export that sees one car of 100 × 50 pixels in the middle of every picture that it is given."""
    answer = np.zeros((1, 5, 8), np.float32)
    answer[0, :, 0] = (width / 2, height / 2, 100, 50, 0.9)
    picture = opset.parameter([1, 3, height, width], np.float32)
    nothing = opset.multiply(opset.reduce_sum(picture, np.array([0, 1, 2, 3])), np.float32(0))
    model = openvino.Model([opset.add(opset.constant(answer), nothing)], [picture], "constant")
    openvino.save_model(model, folder / "constant.xml")
    metadata = f"task: detect\nstride: 32\nbatch: 1\nimgsz: [{height}, {width}]\nnames: {{0: car}}\nend2end: false\n"
    (folder / "metadata.yaml").write_text(metadata)
    return folder


@pytest.mark.parametrize("size", [(384, 640), (640, 640), (96, 160)])
@pytest.mark.parametrize("shape", [(540, 960), (1080, 1920), (480, 640), (288, 352), (960, 540), (300, 300)])
def test_an_export_is_run_at_its_own_size_on_pictures_of_any(
    size: tuple[int, int], shape: tuple[int, int], tmp_path: Path
):
    folder = tmp_path / "constant_openvino_model"
    folder.mkdir()
    detector = open_detector(constant_model(folder, *size))
    ((car,),) = detector.detect([np.zeros((*shape, 3), np.uint8)])
    scale = min(size[0] / shape[0], size[1] / shape[1])
    width, height = 100 / scale / shape[1], 50 / scale / shape[0]
    expected = (0.5 - width / 2, 0.5 - height / 2, 0.5 + width / 2, 0.5 + height / 2)
    assert detector.size == size
    assert car.box == pytest.approx(np.clip(expected, 0, 1), abs=2 / min(size))
