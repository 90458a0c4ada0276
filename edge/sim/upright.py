"""What stands on the ground of a backdrop: walls, trees, lamps, fences, solids; and whom each of them hides."""

import math
from collections.abc import Callable
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.sim.canvas import Picture, Points, stroke
from edge.sim.lens import Lens
from edge.sim.light import Colour
from edge.sim.place import Facade, Fence, Lamp, Place, Solid, Spot, Tree
from edge.sim.sheet import HAZE_M, Sheet, lamp_head, lamplight
from edge.sim.texture import wall_of

Upright = Facade | Tree | Lamp | Fence | Solid
Region = tuple[int, int, int, int]  # left, top, right, bottom in pixels


def uprights(place: Place) -> list[Upright]:
    """From far to near, as they are to be painted."""
    things: list[Upright] = [*place.facades, *place.trees, *place.lamps, *place.fences, *place.solids]
    return sorted(things, key=lambda thing: -_distance(place.lens, thing))


def paint_upright(sheet: Sheet, thing: Upright) -> NDArray[np.uint8]:
    """Paint it; return the mask of where it is."""
    mask = np.zeros(sheet.reach.shape, np.uint8)
    match thing:
        case Facade():
            _facade(sheet, thing, mask)
        case Tree():
            _tree(sheet, thing, mask)
        case Lamp():
            _lamp(sheet, thing, mask)
        case Fence():
            _fence(sheet, thing, mask)
        case Solid():
            _solid(sheet, thing, mask)
    return mask


def hides(lens: Lens, thing: Upright) -> Callable[[float, float], bool]:
    """Tells of a spot on the ground whether it lies behind."""
    if isinstance(thing, Facade | Fence):
        ours = _side((lens.x, lens.y), thing.a, thing.b)
        return lambda x, y: _side((x, y), thing.a, thing.b) * ours < 0
    own = _distance(lens, thing)
    return lambda x, y: math.hypot(x - lens.x, y - lens.y) > own


def _distance(lens: Lens, thing: Upright) -> float:
    if isinstance(thing, Facade | Fence):
        return _to_segment((lens.x, lens.y), thing.a, thing.b)
    return math.hypot(thing.x - lens.x, thing.y - lens.y)


def _facade(sheet: Sheet, facade: Facade, mask: NDArray[np.uint8]) -> None:
    along = np.array(facade.b, float) - np.array(facade.a, float)
    length = float(np.hypot(*along))
    along /= length
    normal = np.array([along[1], -along[0], 0.0])
    z0, z1 = facade.foot, facade.foot + facade.height
    left, top, right, bottom = _frame(sheet, facade)
    if right <= left or bottom <= top:
        return
    rays = _rays(sheet.lens, left, top, right, bottom)
    offset = np.array([*facade.a, 0.0]) - sheet.lens.origin
    with np.errstate(divide="ignore", invalid="ignore"):
        reach = (offset @ normal) / (rays @ normal)
    hit = sheet.lens.origin + rays * reach[..., None]
    u, z = (hit[..., :2] - np.array(facade.a)) @ along, hit[..., 2]
    there = (reach > 0) & (u >= 0) & (u <= length) & (z >= z0) & (z <= z1)
    if not there.any():
        return
    scale = min(26.0, sheet.lens.pixels / float(np.percentile(reach[there], 20)) * 1.1)
    wall = wall_of(facade.style, length, facade.height, scale, sheet.dice)
    ours = -1.0 if (sheet.lens.origin - np.array([*facade.a, 0.0])) @ normal < 0 else 1.0
    facing = max(0.0, float(normal @ np.array(sheet.light.sun)) * ours)
    light = np.array(sheet.light.skylight, np.float32) * 0.95 + np.array(sheet.light.sunlight, np.float32) * facing
    lit = wall.albedo * light + wall.shine * sheet.light.lamps
    sample_u = np.where(there, u * scale, 0).astype(np.float32)
    sample_v = np.where(there, (z1 - z) * scale, 0).astype(np.float32)
    drawn = cv2.remap(lit.astype(np.float32), sample_u, sample_v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    drawn = drawn * (0.75 + 0.25 * np.clip((z - z0) / 1.5, 0, 1))[..., None]  # dirt and shade at the foot
    haze = (1 - np.exp(-np.where(there, reach, 0) / HAZE_M))[..., None]
    drawn = drawn + (np.array(sheet.light.sky_low) - drawn) * haze
    sheet.image[top:bottom, left:right][there] = drawn[there]
    mask[top:bottom, left:right][there] = 255


def _frame(sheet: Sheet, facade: Facade) -> Region:
    """The part of the picture that the wall may be in."""
    (ax, ay), (bx, by), z0 = facade.a, facade.b, facade.foot
    z1 = z0 + facade.height
    points = sheet.lens.outline(np.array([(ax, ay, z0), (bx, by, z0), (bx, by, z1), (ax, ay, z1)]))
    width, height = sheet.lens.size
    if not len(points):
        return (0, 0, 0, 0)
    low, high = np.floor(points.min(axis=0)).astype(int), np.ceil(points.max(axis=0)).astype(int)
    return max(0, int(low[0])), max(0, int(low[1])), min(width, int(high[0]) + 1), min(height, int(high[1]) + 1)


def _tree(sheet: Sheet, tree: Tree, mask: NDArray[np.uint8]) -> None:
    pixels, depth = sheet.lens.project(np.array([(tree.x, tree.y, 0.0), (tree.x, tree.y, tree.height)]))
    if depth.min() < 2.0:
        return
    foot, top = pixels.tolist()
    size = math.dist(foot, top)
    sky, sun = np.array(sheet.light.skylight), np.array(sheet.light.sunlight)
    trunk = (np.array((58, 74, 92)) * (sky + sun * 0.4)).tolist()
    crown = (top[0] * 0.66 + foot[0] * 0.34, top[1] * 0.66 + foot[1] * 0.34)
    for target, ink, edge in ((sheet.image, trunk, cv2.LINE_AA), (mask, 255, cv2.LINE_8)):
        stroke(target, foot, crown, size * 0.045, ink, edge)
    lit = sheet.light.lamps * 0.4 * float(lamplight(np.array([tree.x]), np.array([tree.y]), sheet.lamps)[0])
    for k in range(170):
        angle, out = sheet.dice.uniform(0, 2 * math.pi), math.sqrt(sheet.dice.random())
        x, y = (
            crown[0] + math.cos(angle) * out * size * 0.34,
            crown[1] - size * 0.08 + math.sin(angle) * out * size * 0.3,
        )
        high = 0.5 - math.sin(angle) * out * 0.5
        tone = (0.62 + 0.5 * high + sheet.dice.uniform(-0.12, 0.12)) * (0.7 + 0.3 * k / 170)
        leaf = np.array((50, 104, 74)) * (sky + sun * 0.62 * high + lit) * tone
        centre = (round(x * 16), round(y * 16))
        radius = round(size * sheet.dice.uniform(0.03, 0.065) * 16)
        cv2.circle(sheet.image, centre, radius, leaf.tolist(), -1, cv2.LINE_AA, 4)
        cv2.circle(mask, centre, radius, 255, -1, cv2.LINE_8, 4)


def _lamp(sheet: Sheet, lamp: Lamp, mask: NDArray[np.uint8]) -> None:
    head = lamp_head(lamp)
    points = np.array([(lamp.x, lamp.y, 0.0), (lamp.x, lamp.y, lamp.height), (*head, lamp.height + 0.15)])
    pixels, depth = sheet.lens.project(points)
    if depth.min() < 2.0:
        return
    a, b, head_at = (tuple(pixel) for pixel in pixels.tolist())
    scale = sheet.lens.pixels / float(depth[0])
    grey = (
        np.array((118, 116, 112)) * (np.array(sheet.light.skylight) + np.array(sheet.light.sunlight) * 0.4)
    ).tolist()
    for target, ink, edge in ((sheet.image, grey, cv2.LINE_AA), (mask, 255, cv2.LINE_8)):
        stroke(target, a, b, 0.16 * scale, ink, edge)
        stroke(target, b, head_at, 0.1 * scale, ink, edge)
        stroke(
            target,
            (head_at[0] - 0.35 * scale, head_at[1]),
            (head_at[0] + 0.35 * scale, head_at[1]),
            0.16 * scale,
            ink,
            edge,
        )


def _fence(sheet: Sheet, fence: Fence, mask: NDArray[np.uint8]) -> None:
    a, b = np.array(fence.a), np.array(fence.b)
    length = float(np.hypot(*(b - a)))
    colour = (
        np.array((120, 140, 120)) * (np.array(sheet.light.skylight) + np.array(sheet.light.sunlight) * 0.5)
    ).tolist()
    posts = [a + (b - a) * share for share in np.linspace(0, 1, int(length / 1.25) + 1)]
    for k, (x, y) in enumerate(posts):
        _bar(sheet, (x, y, 0), (x, y, fence.height), 0.06 if k % 2 == 0 else 0.03, colour, mask)
    for z in (0.1, fence.height * 0.5, fence.height):
        for (x0, y0), (x1, y1) in pairwise(posts):
            _bar(sheet, (x0, y0, z), (x1, y1, z), 0.05, colour, mask)


def _bar(sheet: Sheet, a: tuple[float, float, float], b: tuple[float, float, float], width: float, colour: Colour,
         mask: NDArray[np.uint8]) -> None:  # fmt: skip
    pixels, depth = sheet.lens.project(np.array([a, b]))
    if depth.min() < 1.5:
        return
    wide = width * sheet.lens.pixels / float(depth.mean())
    start, end = pixels.tolist()
    stroke(sheet.image, start, end, wide, colour, cv2.LINE_AA)
    stroke(mask, start, end, wide, 255, cv2.LINE_8)


def _solid(sheet: Sheet, solid: Solid, mask: NDArray[np.uint8]) -> None:
    points, normals = solid.mesh.placed(solid.x, solid.y, solid.heading, solid.z)
    canvas = np.zeros((*mask.shape, 3), np.uint8)
    solid.mesh.draw(Picture(canvas), sheet.lens, sheet.shade, points, normals)
    silhouette = canvas.any(axis=2)
    lit = canvas.astype(np.float32)
    if sheet.light.lamps:
        near = float(lamplight(np.array([solid.x]), np.array([solid.y]), sheet.lamps)[0])
        lit *= 1.0 + near * 1.6 * sheet.light.lamps
    sheet.image[silhouette] = lit[silhouette]
    mask[silhouette] = 255


def _rays(lens: Lens, left: int, top: int, right: int, bottom: int) -> Points:
    width, height = lens.size
    columns = (np.arange(left, right) + 0.5 - width / 2) / lens.pixels
    rows = (np.arange(top, bottom) + 0.5 - height / 2) / lens.pixels
    across, down, ahead = lens.axes
    return np.asarray(ahead + columns[None, :, None] * across + rows[:, None, None] * down, float)


def _to_segment(spot: Spot, a: Spot, b: Spot) -> float:
    (px, py), (ax, ay), (bx, by) = spot, a, b
    dx, dy = bx - ax, by - ay
    share = max(0.0, min(1.0, ((px - ax) * dx + (py - ay) * dy) / (dx * dx + dy * dy)))
    return math.hypot(px - ax - share * dx, py - ay - share * dy)


def _side(spot: Spot, a: Spot, b: Spot) -> float:
    return (b[0] - a[0]) * (spot[1] - a[1]) - (b[1] - a[1]) * (spot[0] - a[0])
