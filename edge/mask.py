"""Parts of a picture that nobody is to see, such as windows: they never leave the camera's process."""

from collections.abc import Sequence

import cv2
import numpy as np
from cv2.typing import MatLike

GREY = (96, 96, 96)

Polygon = Sequence[tuple[float, float]]  # corners in fractions of width and height


def cover(picture: MatLike, masks: Sequence[Polygon]) -> None:
    """Paint over these parts of a picture."""
    height, width = picture.shape[:2]
    for mask in masks:
        corners = np.asarray(mask) * (width, height)
        cv2.fillPoly(picture, [np.rint(corners).astype(np.int32)], GREY)
