"""Sky and ground of a backdrop: what the ground is made of, what is painted on it, where the light falls."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.sim.canvas import fixed
from edge.sim.light import Colour
from edge.sim.place import Paint, Place, Solid, Spot
from edge.sim.sheet import HAZE_M, LAMPLIGHT, Sheet, lamplight
from edge.sim.texture import GROUNDS, Texture, ground_colour, noise_at

PAINTS: dict[Paint, Colour] = {
    "white": (222, 224, 224),
    "yellow": (48, 176, 222),
    "red": (60, 60, 190),
    "tactile": (70, 170, 206),
    "kerb": (190, 192, 192),
}


def paint_sky(sheet: Sheet) -> None:
    rows, columns = sheet.reach.shape
    share = np.clip(np.arange(rows, dtype=np.float32) / sheet.horizon, 0, 1)[:, None, None]
    sky = np.array(sheet.light.sky_top, np.float32) * (1 - share) + np.array(sheet.light.sky_low, np.float32) * share
    y, x = np.mgrid[0:rows, 0:columns].astype(np.float32)
    clouds = np.clip(noise_at(x / 40 + sheet.dice.uniform(0, 90), y / 10, 60.0) - 0.3, 0, 1)[..., None]
    white = np.array(sheet.light.sky_low, np.float32) * 1.08
    sheet.image[:] = sky + (white - sky) * clouds * 0.6


def paint_ground(sheet: Sheet, place: Place) -> None:
    albedo = np.zeros_like(sheet.image)
    kinds = _materials(sheet, place)
    for number, material in enumerate(GROUNDS):
        there = kinds == number
        if there.any():
            albedo[there] = ground_colour(material, sheet.x[there], sheet.y[there], sheet.reach[there])
    _paint_marks(sheet, place, albedo)
    below = np.isfinite(sheet.reach)
    light = _light(sheet, place)
    haze = (1.0 - np.exp(-sheet.reach / HAZE_M))[..., None]
    lit = albedo * light
    far = np.array(sheet.light.sky_low, np.float32)
    sheet.image[below] = (lit + (far - lit) * haze)[below]


def _materials(sheet: Sheet, place: Place) -> NDArray[np.int8]:
    numbers = {material: number for number, material in enumerate(GROUNDS)}
    kinds = np.full(sheet.reach.shape, numbers["concrete"], np.uint8)
    for surface in place.surfaces:
        outline = sheet.outline(surface.outline)
        if len(outline):
            cv2.fillPoly(kinds, [fixed(outline)], numbers[surface.material], cv2.LINE_8, 4)
    kinds[~np.isfinite(sheet.reach)] = 99
    return kinds.astype(np.int8)


def _paint_marks(sheet: Sheet, place: Place, albedo: Texture) -> None:
    below = np.isfinite(sheet.reach)
    wear = np.zeros(sheet.reach.shape, np.float32)
    wear[below] = np.clip(0.82 + 0.16 * noise_at(sheet.x[below], sheet.y[below], 9.0).ravel(), 0.3, 1.0)
    for paint, colour in PAINTS.items():
        mask = np.zeros(sheet.reach.shape, np.uint8)
        for mark in place.marks:
            outline = sheet.outline(mark.outline) if mark.paint == paint else ()
            if len(outline):
                cv2.fillPoly(mask, [fixed(np.asarray(outline))], 255, cv2.LINE_AA, 4)
        share = (mask.astype(np.float32) / 255 * wear)[..., None]
        albedo += (np.array(colour, np.float32) - albedo) * share


def _light(sheet: Sheet, place: Place) -> Texture:
    sun = np.array(sheet.light.sunlight, np.float32) * max(0.0, sheet.light.sun[2])
    clear = 1.0 - _shadows(sheet, place)[..., None]
    light = np.asarray(np.array(sheet.light.skylight) + sun * clear, np.float32)
    if sheet.light.lamps:
        x, y = np.clip(sheet.x, -500, 500), np.clip(sheet.y, -500, 500)
        pools = np.asarray(lamplight(x, y, sheet.lamps), np.float32)[..., None]
        light += pools * (LAMPLIGHT / 255 * np.float32(0.75 * sheet.light.lamps))
    return light


def _shadows(sheet: Sheet, place: Place) -> Texture:
    """What buildings and trees keep the sun from, 0 to 1."""
    mask = np.zeros(sheet.reach.shape, np.uint8)
    sun_x, sun_y, sun_z = sheet.light.sun
    drift = (-sun_x / max(sun_z, 0.15), -sun_y / max(sun_z, 0.15))
    for facade in place.facades:
        top = facade.height + facade.foot
        a, b = facade.a, facade.b
        thrown = [
            a,
            b,
            (b[0] + drift[0] * top, b[1] + drift[1] * top),
            (a[0] + drift[0] * top, a[1] + drift[1] * top),
        ]
        _darken(sheet, mask, thrown)
    for tree in place.trees:
        for _ in range(9):
            r = tree.height * 0.3
            x = tree.x + drift[0] * tree.height * 0.7 + sheet.dice.uniform(-r, r)
            y = tree.y + drift[1] * tree.height * 0.7 + sheet.dice.uniform(-r, r)
            ring = [(x + r * 0.7 * math.cos(t), y + r * 0.7 * math.sin(t)) for t in (math.pi * j / 4 for j in range(8))]
            _darken(sheet, mask, ring)
    for solid in place.solids:
        _darken(sheet, mask, _thrown(solid, drift))
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), 2.0) / np.float32(255), np.float32)


def _darken(sheet: Sheet, mask: NDArray[np.uint8], outline: list[Spot]) -> None:
    points = sheet.outline(outline)
    if len(points):
        cv2.fillPoly(mask, [fixed(points)], 255, cv2.LINE_8, 4)


def _thrown(solid: Solid, drift: Spot) -> list[Spot]:
    points, _ = solid.mesh.placed(solid.x, solid.y, solid.heading, solid.z)
    ground = points[:, :2] + points[:, 2:] * np.array(drift)
    hull = cv2.convexHull(ground.astype(np.float32))[:, 0]
    return [(float(x), float(y)) for x, y in hull]


def wet_ground(sheet: Sheet, ground: NDArray[np.bool_]) -> None:
    """A wet street is darker and mirrors, blurred, what stands behind it."""
    rows = len(ground)
    turned = np.clip(2 * sheet.horizon - np.arange(rows) + 40, 0, rows - 1)
    small = cv2.resize(sheet.image[turned], None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(small, (0, 0), sigmaX=1.25, sigmaY=7)
    mirror = cv2.resize(soft, sheet.image.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    puddles = np.zeros(ground.shape, np.float32)
    puddles[ground] = np.clip(0.25 + 0.18 * noise_at(sheet.x[ground], sheet.y[ground], 22.0).ravel(), 0.08, 0.6)
    share = puddles[..., None]
    sheet.image[:] = np.where(ground[..., None], sheet.image * 0.74 * (1 - share) + mirror * share, sheet.image)
