"""Pictures of a road with or without a car in PLACE, no two cars alike."""

import cv2
import numpy as np

from detect.model.detector import Image
from tests.detect.street import PLACE

WIDTH, HEIGHT = 960, 540


def road() -> Image:
    return _texture(HEIGHT, WIDTH, seed=-1, spread=6)


def with_car(seed: int, on: Image | None = None) -> Image:
    picture = road() if on is None else on.copy()
    height, width = picture.shape[:2]
    left, top, right, bottom = (round(part * side) for part, side in zip(PLACE, (width, height) * 2, strict=True))
    picture[top:bottom, left:right] = _texture(bottom - top, right - left, seed, spread=60)
    return picture


def _texture(height: int, width: int, seed: int, spread: float) -> Image:
    """Blotches a tenth of a car wide, as windows, wheels and lamps are."""
    dice = np.random.default_rng(seed + 10)
    coarse = dice.normal(110, spread, (max(2, height // 14), max(2, width // 14)))
    fine = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.repeat(np.clip(fine, 0, 255).astype(np.uint8)[..., None], 3, axis=2)
