"""Local contrast: what a picture shows, whatever the light."""

import cv2
import numpy as np
from cv2.typing import MatLike

NOISE = 4.0  # grey levels: what deviates less has no shape


def blurred(plane: MatLike, sigma: float) -> MatLike:
    return cv2.GaussianBlur(plane, (0, 0), sigma)


def local_contrast(plane: MatLike, sigma: float) -> MatLike:
    """Each pixel's deviation from its surroundings of so many pixels, in units of their own spread.

    This is local contrast normalisation (Jarrett et al. 2009): how bright a picture is, and in what light, matters
    little to it. `plane` is float32, in grey levels.
    """
    mean = blurred(plane, sigma)
    variance = np.maximum(blurred(plane * plane, sigma) - mean * mean, 0.0)
    return (plane - mean) / (np.sqrt(variance) + NOISE)
