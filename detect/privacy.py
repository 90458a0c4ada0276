"""Where in a picture a face or a number plate may be, and how both are made unreadable.

By the boxes of people and vehicles, not by a detector of faces and plates: that would be another model, and what it
misses of what is so small stays readable. What was not detected at all stays readable here, too.
"""

import math
from collections.abc import Iterable, Iterator, Sequence

import cv2

from detect.geometry import WHOLE
from detect.incident import Box
from detect.model.detector import Detection, Image
from detect.picture import decode_picture
from edge.messages import BadMessageError

PEOPLE = frozenset({"person"})
VEHICLES = frozenset({"car", "bus", "truck"})
TWO_WHEELERS = frozenset({"motorcycle", "ebike", "bicycle"})
HEAD = 0.3  # of a person's height, from above, at least;
HEAD_WIDTHS = 0.9  # of the width, which is more of one who sits or is cut off
PLATES_FROM = 0.4  # of a vehicle's height, from above: below are its plates, whichever way it faces
MARGIN = 0.05  # of each side, for a box that is drawn too narrowly
CELLS = 8  # across a part: a face takes four of them, a plate two
LEAST_PX = 4  # of a cell
WHOLE_CELLS = 24  # across a picture of which nobody knows where people are
QUALITY = 85
PNG = b"\x89PNG\r\n\x1a\n"


def knows_whom_to_hide(classes: Iterable[str]) -> bool:
    """Whether a detector of these classes finds people and vehicles, without which nobody knows what to hide."""
    known = set(classes)
    return known >= PEOPLE and bool(VEHICLES & known)


def redactions(detections: Iterable[Detection], aspect: float) -> list[Box]:
    """What is to be hidden, in fractions; `aspect` is the picture's width over its height."""
    return [part for thing in detections for part in _parts(thing, aspect)]


def _parts(thing: Detection, aspect: float) -> Iterator[Box]:
    left, top, right, bottom = thing.box
    width, height = right - left, bottom - top
    if thing.label in PEOPLE:
        head = min(height, max(HEAD * height, HEAD_WIDTHS * width * aspect))
        yield _widened((left, top, right, top + head))
    elif thing.label in VEHICLES:
        yield _widened((left, top + PLATES_FROM * height, right, bottom))
    elif thing.label in TWO_WHEELERS:  # their plates may be anywhere, and who sits on them
        yield _widened(thing.box)


def _widened(box: Box) -> Box:
    left, top, right, bottom = box
    x, y = MARGIN * (right - left), MARGIN * (bottom - top)
    return max(0.0, left - x), max(0.0, top - y), min(1.0, right + x), min(1.0, bottom + y)


def redact(image: Image, parts: Sequence[Box] | None) -> None:
    """Lay a mosaic over parts of a picture, where they are unknown over all of it: nothing finer can be recovered."""
    for part in [WHOLE] if parts is None else parts:
        _coarsen(image, part, WHOLE_CELLS if parts is None else CELLS)


def _coarsen(image: Image, box: Box, cells: int) -> None:
    left, top, right, bottom = box
    height, width = image.shape[:2]
    part = image[int(top * height) : math.ceil(bottom * height), int(left * width) : math.ceil(right * width)]
    if part.size:
        cell = max(LEAST_PX, math.ceil(part.shape[1] / cells))
        size = math.ceil(part.shape[1] / cell), math.ceil(part.shape[0] / cell)
        coarse = cv2.resize(part, size, interpolation=cv2.INTER_AREA)
        part[:] = cv2.resize(coarse, part.shape[1::-1], interpolation=cv2.INTER_NEAREST)


def redacted(picture: bytes, parts: Sequence[Box] | None) -> bytes:
    """A JPEG or PNG as one of its kind; of unknown parts all is coarse. Raise BadMessageError where it is neither."""
    if parts is not None and not parts:
        return picture
    image = decode_picture(picture, reduced=parts is None)  # of what becomes coarse anyway less will do
    redact(image, parts)
    suffix, options = (".png", []) if picture.startswith(PNG) else (".jpg", [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    try:
        return cv2.imencode(suffix, image, options)[1].tobytes()
    except cv2.error as error:
        raise BadMessageError(f"a picture that cannot be written again: {error.err}") from error
