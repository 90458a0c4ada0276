"""The picture of a place without anybody in it, and which of its parts hide whom."""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

from edge.sim.canvas import Image, Points
from edge.sim.ground import paint_ground, paint_sky, wet_ground
from edge.sim.lens import HEIGHT, WIDTH
from edge.sim.light import Light
from edge.sim.mesh import Shade
from edge.sim.place import Place, Spot
from edge.sim.sheet import LAMPLIGHT, Sheet, blank_sheet, lamp_head, lamplight
from edge.sim.texture import Texture
from edge.sim.upright import Region, Upright, hides, paint_upright, uprights


@dataclass(frozen=True, slots=True)
class Screen:
    """A part of the backdrop that hides whoever is behind it; `mask` covers `region`."""

    region: Region
    mask: MatLike
    hides: Callable[[float, float], bool]


@dataclass(frozen=True, slots=True)
class Backdrop:
    """`upright` is 255 where no ground is in sight; `lamps` are their heads over the ground."""

    picture: Image
    upright: MatLike
    screens: list[Screen]
    shade: Shade
    lamps: list[Spot]
    light: Light

    def lamplight(self, x: float, y: float) -> float:
        """How brightly the lamps light this spot, 0 to about 1."""
        return self.light.lamps * float(lamplight(np.array([x]), np.array([y]), self.lamps)[0])


def paint_backdrop(place: Place, light: Light, seed: int) -> Backdrop:
    sheet = blank_sheet(place, light, seed)
    paint_sky(sheet)
    paint_ground(sheet, place)
    ground = np.isfinite(sheet.reach)
    screens: list[Screen] = []
    for thing in uprights(place):
        mask = paint_upright(sheet, thing)
        ground &= mask == 0
        screens += _screen(place, thing, mask)
    if light.wet:
        wet_ground(sheet, ground)
    _light_lamps(sheet, place)
    picture = cv2.resize(np.clip(sheet.image, 0, 255), (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
    seen = cv2.resize(ground.astype(np.uint8) * 255, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
    upright = np.where(seen < 128, np.uint8(255), np.uint8(0))
    return Backdrop(picture.astype(np.uint8), upright, screens, sheet.shade, sheet.lamps, light)


def _screen(place: Place, thing: Upright, mask: NDArray[np.uint8]) -> list[Screen]:
    """What hides others, if it is in sight at all."""
    small = cv2.resize(mask, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
    small = (small > 127).astype(np.uint8) * 255
    left, top, width, height = cv2.boundingRect(small)
    part = small[top : top + height, left : left + width].copy()
    return [Screen((left, top, left + width, top + height), part, hides(place.lens, thing))] if part.size else []


def _light_lamps(sheet: Sheet, place: Place) -> None:
    if not sheet.light.lamps:
        return
    for lamp in place.lamps:
        pixels, depth = sheet.lens.project(np.array([(*lamp_head(lamp), lamp.height)]))
        if depth[0] > 3.0:
            glow(sheet.image, pixels[0], 22.0 + 500.0 / float(depth[0]), LAMPLIGHT * sheet.light.lamps)


def glow(image: Texture | Image, centre: Points, radius: float, colour: Points | Texture) -> None:
    """Add a soft round light to a float or 8-bit picture."""
    reach = int(radius)
    x, y = int(centre[0]), int(centre[1])
    rows, columns = image.shape[:2]
    left, top, right, bottom = (
        max(0, x - reach),
        max(0, y - reach),
        min(columns, x + reach + 1),
        min(rows, y + reach + 1),
    )
    if right <= left or bottom <= top:
        return
    v, u = np.mgrid[top - y : bottom - y, left - x : right - x].astype(np.float32) / radius
    fall = np.clip(1.0 - np.sqrt(u * u + v * v), 0, 1)[..., None] ** 2.6
    part = image[top:bottom, left:right]
    part[:] = np.clip(part + fall * np.asarray(colour, np.float32), 0, 255).astype(image.dtype)
