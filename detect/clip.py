"""Pictures into a short film that every browser plays: H.264 in MP4."""

import io
from fractions import Fraction

import av
import cv2
import numpy as np

from detect.model.detector import Image
from detect.picture import decode_jpeg
from detect.privacy import redact
from detect.shot import Shot

WIDTH = 640  # pixels at most; with the pictures beside it, what moves matters more than what is fine
QUALITY = {"crf": "28", "preset": "veryfast", "threads": "1"}
TIME_BASE = Fraction(1, 1000)  # times are the pictures' own


def make_clip(shots: list[Shot]) -> bytes:
    """One picture or more, in their order; raise BadMessageError where one of them is none."""
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as container:
        stream = container.add_stream("libx264", options=QUALITY)
        stream.pix_fmt, stream.time_base = "yuv420p", TIME_BASE
        stream.codec_context.time_base = TIME_BASE
        for number, shot in enumerate(shots):
            image = decode_jpeg(shot.jpeg)
            redact(image, shot.redactions)
            if not number:
                stream.width, stream.height = _size(image)
            small = np.asarray(cv2.resize(image, (stream.width, stream.height)), np.uint8)
            picture = av.VideoFrame.from_ndarray(small, format="bgr24")
            picture.pts, picture.time_base = round((shot.at - shots[0].at) / TIME_BASE), TIME_BASE
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
    return out.getvalue()


def _size(image: Image) -> tuple[int, int]:
    """Width and height, both even, as the format asks."""
    height, width = image.shape[:2]
    scale = min(1.0, WIDTH / width)
    return max(2, round(width * scale) // 2 * 2), max(2, round(height * scale) // 2 * 2)
