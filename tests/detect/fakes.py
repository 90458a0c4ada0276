"""A detector without a model, for what surrounds the model."""

from collections.abc import Sequence
from typing import ClassVar

from detect.detector import Detection, Image
from tests.detect.street import PLACE, thing


class StandingCar:
    """Sees one car, at PLACE, on every picture, or what it is told to see instead."""

    model: ClassVar[dict[str, str]] = {"name": "standing car", "hash": "0123456789abcdef"}
    classes: ClassVar[list[str]] = ["car"]

    def __init__(self, seen: Detection | None = None) -> None:
        self._seen = seen or thing(PLACE)

    def detect(self, images: Sequence[Image]) -> list[list[Detection]]:
        return [[self._seen] for _ in images]


class NoTracker:
    def track(self, detections: list[Detection]) -> list[Detection]:
        return detections
