"""Ultralytics' YOLO and ByteTrack, behind our two protocols. Their types end here."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import numpy as np

import detect.model.offline  # noqa: F401 - before Ultralytics
from detect.model.batches import Batches
from detect.model.catalogue import ModelError, digest
from detect.model.detector import Detection, Detector, Image, Tracker
from detect.model.openvino_model import OpenVinoDetector, is_ours

# isort: split
from ultralytics import YOLO, settings
from ultralytics.engine.results import Boxes
from ultralytics.trackers.byte_tracker import BYTETracker

SCORE_FLOOR = 0.1  # ByteTrack follows what it has seen well down to here
BATCH = 16  # pictures that a model is asked for at once, at most; an export of one size takes one
SIZE = 640  # pixels that the longer side is scaled to, unless an export has a size of its own


def reason(error: Exception, path: Path) -> str:
    """In one line why Ultralytics fails with a model, without its advice, which is for those who call it themselves."""
    if isinstance(error, ModuleNotFoundError) and path.suffix != ".pt":
        return f"it needs {error.name}: `pip install {error.name}`, or give the .pt that it was exported from"
    if isinstance(error, TypeError) and "Ultralytics" in str(error):
        return "it is damaged, or no model that Ultralytics loads (those of the YOLOv5 repository are none)"
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1] if lines else type(error).__name__


class YoloDetector:
    """Any model that Ultralytics loads: .pt, ONNX, an OpenVINO folder, TensorRT.

    What several threads ask at the same time is looked at together, as far as the model takes more than one picture.
    """

    def __init__(self, path: Path) -> None:
        settings.update({"sync": False})
        self.model = {"name": path.name, "hash": digest(path)}
        self._yolo = YOLO(str(path), task="detect")
        self._predict([np.zeros((SIZE, SIZE, 3), np.uint8)])  # compiles now, not under the first frame
        self._batches = Batches(self._predict, BATCH if self.size is None else 1, _shape)

    @property
    def classes(self) -> list[str]:
        return list(self._yolo.names.values())

    @property
    def size(self) -> tuple[int, int] | None:
        """(height, width) that every picture is fitted to, or None when each keeps its own shape."""
        model = self._yolo.predictor.model
        if model.format == "pt" or model.dynamic:
            return None
        height, width = model.imgsz
        return height, width

    def detect(self, images: Sequence[Image]) -> list[list[Detection]]:
        return self._batches.ask(images)

    def _predict(self, images: list[Image]) -> list[list[Detection]]:
        results = self._yolo.predict(images, conf=SCORE_FLOOR, imgsz=SIZE, verbose=False)
        return [_detections(result.boxes, result.names) for result in results]


def _shape(image: Image) -> tuple[int, ...]:
    return image.shape


def _detections(boxes: Boxes, names: dict[int, str]) -> list[Detection]:
    rows = boxes.cpu().numpy()
    return [
        Detection(names[int(label)], tuple(box), score)
        for label, box, score in zip(rows.cls, rows.xyxyn.tolist(), rows.conf.tolist(), strict=True)
    ]


class ByteTracker:
    """ByteTrack over one camera's detections; boxes are scaled up, since it thinks in pixels."""

    SETTINGS = SimpleNamespace(
        track_high_thresh=0.25,
        track_low_thresh=SCORE_FLOOR,
        new_track_thresh=0.25,
        track_buffer=30,
        match_thresh=0.8,
        fuse_score=True,
    )

    def __init__(self) -> None:
        self._tracker = BYTETracker(self.SETTINGS)

    def track(self, detections: list[Detection]) -> list[Detection]:
        rows = np.array([(*_scaled(d), d.score, 0.0) for d in detections], np.float32).reshape(-1, 6)
        tracks = self._tracker.update(Boxes(rows, (SIZE, SIZE)))
        self._tracker.removed_stracks = self._tracker.removed_stracks_frame  # else a thousand, for nothing: 1.6 MB
        numbers = {int(row[-1]): int(row[4]) for row in tracks}
        return [d._replace(track=numbers.get(index)) for index, d in enumerate(detections)]


def _scaled(detection: Detection) -> tuple[float, ...]:
    return tuple(side * SIZE for side in detection.box)


def open_detector(path: Path) -> "OpenVinoDetector | YoloDetector":
    """The detector of a model: OpenVINO's exports in its own hands, all else in Ultralytics'; raise ModelError."""
    if not path.exists():
        raise ModelError(f"no model at {path}: check `detector: model:` in the site file")
    try:
        return OpenVinoDetector(path, SIZE, SCORE_FLOOR) if is_ours(path) else YoloDetector(path)
    except Exception as error:  # each format fails in its own way
        raise ModelError(f"{path} cannot be loaded: {reason(error, path)}") from error


def load_names(path: str) -> list[str]:
    """A model's classes in order; raise ModelError."""
    return open_detector(Path(path)).classes


@cache
def load_detector(path: str) -> Detector:
    return open_detector(Path(path))


def make_tracker() -> Tracker:
    return ByteTracker()
