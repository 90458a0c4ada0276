"""The street clips as frames of event time."""

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import cv2
import numpy as np

from detect.model.detector import Image
from edge.messages import Frame
from tests.detect.street import NOON

CLIP_FPS = 25
BOOT = UUID("01932d6c-0000-7000-8000-000000000001")
COACH = (190 / 352, 106 / 288, 288 / 352, 204 / 288)  # stands at the kerb all through tfl_jamcam_5

STREET = np.random.default_rng(0).integers(0, 256, (48, 64, 3), np.uint8)  # no card, and nothing before the lens


def read(path: Path, fps: float) -> Iterator[Image]:
    film = cv2.VideoCapture(str(path))
    assert film.isOpened()
    wanted, number = 0.0, 0
    while film.grab():
        if number >= wanted:
            wanted += CLIP_FPS / fps
            yield film.retrieve()[1]
        number += 1


def jpeg(image: Image, quality: int = 85) -> bytes:
    return cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()


def darker(image: Image) -> Image:
    return (image * 0.5).astype(np.uint8)


def film(path: Path, fps: float, loops: int, encode: Callable[[Image], bytes] = jpeg) -> Iterator[Frame]:
    """The clip, `loops` times in a row, as an edge agent sends it."""
    jpegs = [encode(image) for image in read(path, fps)]
    for number in range(loops * len(jpegs)):
        yield Frame(BOOT, number + 1, NOON + number / fps, jpegs[number % len(jpegs)], moving=True)
