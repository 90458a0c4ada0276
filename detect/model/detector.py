"""What a detector is to the rest: pictures in, labelled boxes out. No model's own types travel."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from detect.incident import Box

Image = NDArray[np.uint8]  # height × width × 3, BGR


class Detection(NamedTuple):
    """One thing in one picture; the box in fractions, the score 0 to 1."""

    label: str
    box: Box
    score: float
    track: int | None = None


class Detector(Protocol):
    @property
    def model(self) -> dict[str, str]:
        """`name` and `hash` (SHA-256, the first 16 hex digits) of the weights."""
        ...

    @property
    def classes(self) -> list[str]:
        """The labels that it knows."""
        ...

    def detect(self, images: Sequence[Image]) -> list[list[Detection]]:
        """The things in each picture, down to the score floor that the tracker needs."""
        ...


class Tracker(Protocol):
    def track(self, detections: list[Detection]) -> list[Detection]:
        """The same detections of the next frame, those followed with their track's number."""
        ...
