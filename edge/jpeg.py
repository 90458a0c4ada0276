"""Pictures as JPEG."""

import cv2
from cv2.typing import MatLike

BEST = 85  # quality; beyond, a picture is larger and shows a detector no more


def encode_jpeg(picture: MatLike, quality: int = BEST) -> bytes:
    return cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()
