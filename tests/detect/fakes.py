"""A detector without a model, for what surrounds the model."""

from collections.abc import Sequence
from typing import ClassVar

from detect.detector import Detection, Image
from tests.detect.street import PLACE, thing


class StandingCar:
    """Sees one car, at PLACE, on every picture; or whatever else it is given to see."""

    model: ClassVar[dict[str, str]] = {"name": "standing car", "hash": "0123456789abcdef"}
    classes: ClassVar[list[str]] = ["car"]

    seen = thing(PLACE)

    def detect(self, images: Sequence[Image]) -> list[list[Detection]]:
        return [[self.seen] for _ in images]


class NoTracker:
    def track(self, detections: list[Detection]) -> list[Detection]:
        return detections
