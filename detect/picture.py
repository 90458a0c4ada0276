"""Bytes into pictures: height × width × 3, BGR."""

import cv2
import numpy as np

from detect.model.detector import Image
from edge.messages import BadMessageError, check_jpeg


def decode_jpeg(jpeg: bytes) -> Image:
    """Raise BadMessageError when it is no picture, or one too large to be decoded."""
    check_jpeg(jpeg)
    return decode_picture(jpeg)


def decode_picture(data: bytes, *, reduced: bool = False) -> Image:
    """Of any kind that OpenCV knows, `reduced` to an eighth of its width and height; raise as above."""
    try:
        image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_REDUCED_COLOR_8 if reduced else cv2.IMREAD_COLOR)
    except cv2.error as error:
        raise BadMessageError(f"not a picture: {error.err}") from error
    if image is None:
        raise BadMessageError(f"not a picture: {len(data)} bytes that cannot be decoded")
    return image  # type: ignore[return-value]  # imdecode gives uint8 for IMREAD_COLOR; its stub does not say so
