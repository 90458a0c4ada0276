"""Detectors for what surrounds the model: one without a model, and one that spares it."""

from collections.abc import Sequence
from hashlib import sha256
from typing import ClassVar

from detect.model.detector import Detection, Detector, Image
from tests.detect.street import PLACE, thing


class StandingCar:
    """Sees one car, at PLACE, on every picture; or whatever else it is given to see."""

    model: ClassVar[dict[str, str]] = {"name": "standing car", "hash": "0123456789abcdef"}
    classes: ClassVar[list[str]] = ["person", "car"]

    seen = thing(PLACE)

    def detect(self, images: Sequence[Image]) -> list[list[Detection]]:
        return [[self.seen] for _ in images]


class Remembering:
    """A real detector that looks at the same picture only once, however often a clip is played."""

    def __init__(self, detector: Detector) -> None:
        self.model, self.classes = detector.model, detector.classes
        self._detector = detector
        self._seen: dict[bytes, list[Detection]] = {}

    def detect(self, images: Sequence[Image]) -> list[list[Detection]]:
        return [self._look(image) for image in images]

    def _look(self, image: Image) -> list[Detection]:
        name = sha256(image.tobytes()).digest()
        if name not in self._seen:
            (self._seen[name],) = self._detector.detect([image])
        return self._seen[name]


class NoTracker:
    def track(self, detections: list[Detection]) -> list[Detection]:
        return detections
