"""What actors are drawn on: a picture, or the mask that says where they are. Both take the same strokes."""

import math
from typing import Protocol

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

from edge.sim.light import Colour

Image = MatLike  # rows × columns (× 3, BGR), 8 bits
Points = NDArray[np.float64]
Cloud = NDArray[np.floating]
Spot = tuple[float, float]  # pixels

SOLID = 0.3  # how thick a cloud must be to count as part of what it belongs to
SHIFT = 4  # binary places of a pixel that strokes are drawn to


def fixed(points: Points) -> NDArray[np.int32]:
    """Pixels in OpenCV's fixed-point form; far outside they are held, since int32 would overflow."""
    return np.clip(points * (1 << SHIFT), -(2**20), 2**20).round().astype(np.int32)


class Canvas(Protocol):
    def polygon(self, points: NDArray[np.int32], colour: Colour) -> None: ...

    def line(self, a: Spot, b: Spot, width: float, colour: Colour) -> None: ...

    def disc(self, centre: Spot, radius: float, colour: Colour) -> None: ...

    def cloud(self, left: float, top: float, right: float, bottom: float, alpha: Cloud, colour: Cloud) -> None:
        """Something seen through: rows × columns of `alpha`, 0 to 1, scaled to these edges in pixels."""
        ...

    def pool(self, region: tuple[int, int, int, int], alpha: Cloud, colour: Cloud) -> None:
        """The same, worked out for each pixel of a region within the picture."""
        ...


class Picture:
    """Strokes in colour, their edges smooth."""

    def __init__(self, image: Image) -> None:
        self.image = image

    def polygon(self, points: NDArray[np.int32], colour: Colour) -> None:
        cv2.fillConvexPoly(self.image, points, colour, cv2.LINE_AA, SHIFT)

    def line(self, a: Spot, b: Spot, width: float, colour: Colour) -> None:
        stroke(self.image, a, b, width, colour, cv2.LINE_AA)

    def disc(self, centre: Spot, radius: float, colour: Colour) -> None:
        cv2.circle(
            self.image,
            (_fixed(centre[0]), _fixed(centre[1])),
            max(1, round(radius * 16)),
            colour,
            -1,
            cv2.LINE_AA,
            SHIFT,
        )

    def cloud(self, left: float, top: float, right: float, bottom: float, alpha: Cloud, colour: Cloud) -> None:
        region = _within(self.image, left, top, right, bottom)
        if region:
            self.pool(
                region,
                _scaled(alpha, (left, top, right, bottom), region),
                _scaled(colour, (left, top, right, bottom), region),
            )

    def pool(self, region: tuple[int, int, int, int], alpha: Cloud, colour: Cloud) -> None:
        left, top, right, bottom = region
        part = self.image[top:bottom, left:right]
        part[:] = np.clip(part + (colour - part) * alpha[..., None], 0, 255).astype(np.uint8)


class Mask:
    """The same strokes in a single channel: how far each pixel is covered, 255 for wholly."""

    def __init__(self, image: Image) -> None:
        self.image = image

    def polygon(self, points: NDArray[np.int32], colour: Colour) -> None:  # noqa: ARG002 - a mask has no colours
        cv2.fillConvexPoly(self.image, points, 255, cv2.LINE_AA, SHIFT)

    def line(self, a: Spot, b: Spot, width: float, colour: Colour) -> None:  # noqa: ARG002 - as above
        stroke(self.image, a, b, width, 255, cv2.LINE_AA)

    def disc(self, centre: Spot, radius: float, colour: Colour) -> None:  # noqa: ARG002 - as above
        cv2.circle(
            self.image,
            (_fixed(centre[0]), _fixed(centre[1])),
            max(1, round(radius * 16)),
            255,
            -1,
            cv2.LINE_AA,
            SHIFT,
        )

    def cloud(self, left: float, top: float, right: float, bottom: float, alpha: Cloud, colour: Cloud) -> None:
        region = _within(self.image, left, top, right, bottom)
        if region:
            self.pool(region, _scaled(alpha, (left, top, right, bottom), region), colour)

    def pool(self, region: tuple[int, int, int, int], alpha: Cloud, colour: Cloud) -> None:  # noqa: ARG002 - as above
        left, top, right, bottom = region
        self.image[top:bottom, left:right][alpha > SOLID] = 255


def stroke(image: Image, a: Spot, b: Spot, width: float, colour: Colour | int, edge: int) -> None:
    """A line as wide as asked, to a part of a pixel: OpenCV's own knows whole pixels only."""
    along, down = b[0] - a[0], b[1] - a[1]
    half = max(width, 0.8) / 2 / max(math.hypot(along, down), 1e-6)
    x, y = -down * half, along * half
    corners = ((a[0] + x, a[1] + y), (b[0] + x, b[1] + y), (b[0] - x, b[1] - y), (a[0] - x, a[1] - y))
    outline = np.array([(_fixed(u), _fixed(v)) for u, v in corners], np.int32)
    cv2.fillConvexPoly(image, outline, colour, edge, SHIFT)


def _fixed(pixel: float) -> int:
    return round(max(-65536.0, min(65536.0, pixel)) * (1 << SHIFT))


def _within(image: Image, left: float, top: float, right: float, bottom: float) -> tuple[int, int, int, int] | None:
    rows, columns = image.shape[:2]
    region = max(0, int(left)), max(0, int(top)), min(columns, int(right)), min(rows, int(bottom))
    return region if region[0] < region[2] and region[1] < region[3] else None


def _scaled(values: Cloud, edges: tuple[float, float, float, float], region: tuple[int, int, int, int]) -> Cloud:
    """The values over the edges, resampled to the pixels of the region."""
    left, top, right, bottom = edges
    rows, columns = values.shape[:2]
    x = (np.arange(region[0], region[2]) + 0.5 - left) / (right - left) * columns - 0.5
    y = (np.arange(region[1], region[3]) + 0.5 - top) / (bottom - top) * rows - 0.5
    u, v = np.meshgrid(x.astype(np.float32), y.astype(np.float32))
    return np.asarray(
        cv2.remap(values.astype(np.float32), u, v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), float
    )
