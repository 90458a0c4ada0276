"""What a camera's picture is like as a whole, and how like it is to what that camera usually shows."""

import math
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import cv2
import numpy as np
from cv2.typing import MatLike

from detect.contrast import blurred, local_contrast
from detect.incident import Box

WIDTH, HEIGHT, TILE = 320, 240, 10  # what every picture is brought to, and the side of a tile, in pixels
PLAIN, MARKED = 0.8, 12.0  # grey levels that a tile deviates at most where it is plain, at least where it is marked
FINE, MIDDLE, COARSE = 1.0, 2.0, 6.0  # Gaussians, in pixels
BROAD, BROADEST = 3.0, 8.0
PART = 40  # side of what is compared by its detail, in pixels
TEXTURED, SHAPED = 0.05, 0.3  # power from which such a part has fine contrast, and broad one; FEWEST must have both
FEWEST = 6
SWAY = 8  # pixels by which a camera may sway from one picture to the next
SHAPE_WIDTH, SHAPE_HEIGHT = 160, 120
UNKNOWN = np.full((2, (HEIGHT // PART) * (WIDTH // PART)), math.nan, np.float32)  # a texture
FAINT = 1e-6  # keeps what has no contrast at all from being divided by


@dataclass(frozen=True, slots=True)
class View:
    """One picture as a whole; `at` in epoch seconds, shares from 0 to 1.

    `marked` is the share of the picture with any contrast, `plain` that without even noise, `commonest` that of the
    commonest of 4096 colours; `same_s` is for how long it has been the same to the last pixel. `likeness` is the share
    that shows what the camera usually shows, `detail` and `contrast` how much of fine and of coarse contrast there is
    beside the usual one; of the fine one only what was in the picture before, too, which noise never is: none of them
    is known (NaN) before it is known what is usual. `redactions` as in Picture.
    """

    at: float
    jpeg: bytes
    commonest: float
    plain: float
    marked: float
    same_s: float
    likeness: float = math.nan
    detail: float = math.nan
    contrast: float = math.nan
    redactions: list[Box] | None = None


def shrink(image: MatLike) -> MatLike:
    return cv2.resize(image, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)


def spread(grey: MatLike) -> MatLike:
    """The standard deviation within each tile, in grey levels: rows × columns."""
    tiles = grey.reshape(HEIGHT // TILE, TILE, WIDTH // TILE, TILE)
    return np.asarray(tiles.std(axis=(1, 3), dtype=np.float32))


def commonest(small: MatLike) -> float:
    """The share of the commonest colour, of sixteen levels of each of blue, green and red."""
    blue, green, red = np.asarray(small, np.uint16).transpose(2, 0, 1) >> 4
    codes = (blue << 8) | (green << 4) | red
    return float(np.bincount(codes.ravel()).max() / codes.size)


class Bands(NamedTuple):
    """A picture's contrast that a lens out of focus loses, and that which it keeps; HEIGHT × WIDTH, in grey levels."""

    fine: MatLike
    broad: MatLike


def bands(grey: MatLike) -> Bands:
    return Bands(blurred(grey, FINE) - blurred(grey, MIDDLE), blurred(grey, BROAD) - blurred(grey, BROADEST))


def texture(before: Bands, now: Bands) -> MatLike:
    """The power of each band that two pictures have in common, by part: 2 × parts. Noise, new in each, has none.

    What has swayed is brought back by whole pixels, found by phase correlation (Kuglin and Hines 1975), which what
    drives through a picture may mislead: so only where more fits then.
    """
    (right, down), _ = cv2.phaseCorrelate(before.broad, now.broad, _hann())
    sway = round(down), round(right)
    there = _in_common(before, now)
    if sway == (0, 0) or max(map(abs, sway)) > SWAY:
        return there
    back = _in_common(Bands(*(np.roll(band, sway, (0, 1)) for band in before)), now)
    return back if back.sum() > there.sum() else there


def _in_common(before: Bands, now: Bands) -> MatLike:
    return np.stack([_by_part(one * other) for one, other in zip(before, now, strict=True)])


def sharpness(seen: MatLike) -> float:
    """Of a texture: its fine contrast in units of the broad one. Light has no part in it."""
    fine, broad = seen.sum(axis=1)
    return float(fine / max(broad, FAINT))


def detail(usual: MatLike, now: MatLike) -> float:
    """How much of the usual fine contrast two pictures have, in units of the broad one: the median of the parts."""
    known = (usual[0] > TEXTURED) & (usual[1] > SHAPED)
    if np.count_nonzero(known) < FEWEST:
        return math.nan
    fine, broad = np.maximum(now[:, known], 0.0) / usual[:, known]
    return float(np.median(np.sqrt(fine / np.maximum(broad, FAINT))))


@cache
def _hann() -> MatLike:
    return cv2.createHanningWindow((WIDTH, HEIGHT), cv2.CV_32F)


def _by_part(plane: MatLike) -> MatLike:
    return np.asarray(plane.reshape(HEIGHT // PART, PART, WIDTH // PART, PART).mean(axis=(1, 3)).ravel())


def coarse(grey: MatLike) -> float:
    """How much contrast there is that noise has no part in, in grey levels."""
    return float(np.abs(blurred(grey, MIDDLE) - blurred(grey, COARSE)).mean())


def shape(grey: MatLike) -> MatLike:
    """SHAPE_HEIGHT × SHAPE_WIDTH of local contrast."""
    small = cv2.resize(blurred(grey, MIDDLE), (SHAPE_WIDTH, SHAPE_HEIGHT), interpolation=cv2.INTER_AREA)
    return local_contrast(small, COARSE)
