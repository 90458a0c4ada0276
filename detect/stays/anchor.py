"""What a place looked like when something came to stand there, to tell by whether it is still the same.

A detector says that there is a car, not that it is the same car; and in rain or dazzled it says nothing.
"""

import cv2
import numpy as np
from cv2.typing import MatLike
from msgspec import Struct

from detect.contrast import blurred, local_contrast
from detect.incident import Box
from detect.model.detector import Image

SIDE = 32  # pixels of a patch
MARGIN = 0.1  # of the box, on each side: its outline says most
SLACK = 3  # pixels of the patch by which a camera may sway
FINE, LOCAL = 0.8, 2.0  # Gaussians, in pixels of the patch
LEAST_PX = 12  # of the picture: what is smaller has no looks
SHAPELESS = 0.3  # spread of the local contrast of what is all one grey, or noise


class Anchor(Struct, frozen=True):
    """The looks of a place; `pixels` are SIDE × SIDE of local contrast, as float32."""

    box: Box
    pixels: bytes

    @classmethod
    def take(cls, image: Image | None, box: Box) -> "Anchor | None":
        """None where there is nothing to tell by: too small, too dark, or no picture."""
        if image is None:
            return None
        height, width = image.shape[:2]
        if min((box[2] - box[0]) * width, (box[3] - box[1]) * height) < LEAST_PX:
            return None
        patch = _patch(image, box)
        return cls(box, patch.tobytes()) if patch.std() >= SHAPELESS else None

    def likeness(self, image: Image) -> float:
        """Normalised cross-correlation of the place with how it looked, -1 to 1, where it fits best."""
        known = np.frombuffer(self.pixels, np.float32).reshape(SIDE, SIDE)
        inner = known[SLACK:-SLACK, SLACK:-SLACK]
        return float(cv2.matchTemplate(_patch(image, self.box), inner, cv2.TM_CCOEFF_NORMED).max())


def _patch(image: Image, box: Box) -> MatLike:
    height, width = image.shape[:2]
    aside, above = MARGIN * (box[2] - box[0]), MARGIN * (box[3] - box[1])
    across, down = _pixels(box[0] - aside, box[2] + aside, width), _pixels(box[1] - above, box[3] + above, height)
    grey = cv2.cvtColor(image[down, across], cv2.COLOR_BGR2GRAY)
    small = cv2.resize(grey, (SIDE, SIDE), interpolation=cv2.INTER_AREA).astype(np.float32)
    return local_contrast(blurred(small, FINE), LOCAL)


def _pixels(begin: float, end: float, size: int) -> slice:
    """At least one pixel, within the picture."""
    first = min(size - 1, max(0, round(begin * size)))
    return slice(first, max(first + 1, min(size, round(end * size))))
