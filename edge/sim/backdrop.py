"""The picture of a place without anybody in it, and which of its parts hide whom."""

import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

from edge.sim.canvas import Image, Picture, Points, fixed, stroke
from edge.sim.lens import HEIGHT, WIDTH, Lens
from edge.sim.light import Colour, Light
from edge.sim.mesh import Shade
from edge.sim.place import Facade, Fence, Lamp, Paint, Place, Solid, Spot, Tree
from edge.sim.texture import GROUNDS, Texture, ground_colour, noise_at, wall_of

FINER = 2  # the backdrop is painted this much larger, then shrunk: smooth edges, once
HAZE_M = 320.0
PAINTS: dict[Paint, Colour] = {
    "white": (222, 224, 224),
    "yellow": (48, 176, 222),
    "red": (60, 60, 190),
    "tactile": (70, 170, 206),
    "kerb": (190, 192, 192),
}
LAMPLIGHT = np.array((105, 170, 215), np.float32)  # warm white
LAMP_REACH = 5.5  # metres at which a lamp's light has fallen to about a third

Region = tuple[int, int, int, int]  # left, top, right, bottom in pixels


@dataclass(frozen=True, slots=True)
class Screen:
    """A part of the backdrop that hides whoever is behind it; `mask` covers `region`."""

    region: Region
    mask: MatLike
    hides: Callable[[float, float], bool]


@dataclass(frozen=True, slots=True)
class Backdrop:
    """`ground` is 255 where the ground is in sight; `lamps` are their heads over the ground."""

    picture: Image
    ground: MatLike
    screens: list[Screen]
    shade: Shade
    lamps: list[Spot]
    light: Light

    def lamplight(self, x: float, y: float) -> float:
        """How brightly the lamps light this spot, 0 to about 1."""
        return self.light.lamps * float(_pools(np.array([x]), np.array([y]), self.lamps)[0])


def paint_backdrop(place: Place, light: Light, seed: int) -> Backdrop:
    return _Painter(place, light, seed).paint()


def lamp_head(lamp: Lamp) -> Spot:
    return (lamp.x + lamp.arm[0], lamp.y + lamp.arm[1])


def _pools(x: Points | Texture, y: Points | Texture, lamps: list[Spot]) -> Points | Texture:
    total = np.zeros_like(x)
    for lamp_x, lamp_y in lamps:
        total += (1.0 + ((x - lamp_x) ** 2 + (y - lamp_y) ** 2) / LAMP_REACH**2) ** -1.6
    return total


class _Painter:
    def __init__(self, place: Place, light: Light, seed: int) -> None:
        self._place, self._light = place, light
        self._dice = random.Random(seed)  # noqa: S311 - a simulation
        self._lens: Lens = place.lens.scaled(FINER)
        self._shade = Shade(np.array(light.sun), np.array(light.sunlight), np.array(light.skylight))
        self._lamps = [lamp_head(lamp) for lamp in place.lamps]
        x, y, reach = self._lens.ground()
        self._x, self._y, self._reach = x.astype(np.float32), y.astype(np.float32), reach.astype(np.float32)
        self._image: Texture = np.zeros((*reach.shape, 3), np.float32)
        self._covered = np.zeros(reach.shape, np.uint8)
        self._screens: list[Screen] = []

    def paint(self) -> Backdrop:
        self._sky()
        self._floor()
        ground = self._reach < np.inf
        for thing in sorted(self._upright(), key=self._distance, reverse=True):
            self._stand(thing)
        ground &= self._covered == 0
        if self._light.wet:
            self._wet(ground)
        self._glow()
        picture = cv2.resize(np.clip(self._image, 0, 255), (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
        seen = cv2.resize(ground.astype(np.uint8) * 255, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
        return Backdrop(picture.astype(np.uint8), seen, self._screens, self._shade, self._lamps, self._light)

    def _sky(self) -> None:
        rows, columns = self._reach.shape
        horizon = max(1, int(np.argmax(np.isfinite(self._reach[:, columns // 2]))))
        share = np.clip(np.arange(rows, dtype=np.float32) / horizon, 0, 1)[:, None, None]
        sky = (
            np.array(self._light.sky_top, np.float32) * (1 - share) + np.array(self._light.sky_low, np.float32) * share
        )
        y, x = np.mgrid[0:rows, 0:columns].astype(np.float32)
        clouds = np.clip(noise_at(x / 40 + self._dice.uniform(0, 90), y / 10, 60.0) - 0.3, 0, 1)[..., None]
        white = np.array(self._light.sky_low, np.float32) * 1.08
        self._image[:] = sky + (white - sky) * clouds * 0.6

    # -- the ground

    def _floor(self) -> None:
        albedo = np.zeros_like(self._image)
        kinds = self._materials()
        for number, material in enumerate(GROUNDS):
            there = kinds == number
            if there.any():
                albedo[there] = ground_colour(material, self._x[there], self._y[there], self._reach[there])
        self._paint_marks(albedo)
        below = np.isfinite(self._reach)
        light = self._ground_light()
        haze = (1.0 - np.exp(-self._reach / HAZE_M))[..., None]
        lit = albedo * light
        far = np.array(self._light.sky_low, np.float32)
        self._image[below] = (lit + (far - lit) * haze)[below]

    def _materials(self) -> NDArray[np.int8]:
        numbers = {material: number for number, material in enumerate(GROUNDS)}
        kinds = np.full(self._reach.shape, numbers["concrete"], np.uint8)
        for surface in self._place.surfaces:
            outline = self._outline(surface.outline)
            if len(outline):
                cv2.fillPoly(kinds, [fixed(outline)], numbers[surface.material], cv2.LINE_8, 4)
        kinds[~np.isfinite(self._reach)] = 99
        return kinds.astype(np.int8)

    def _outline(self, outline: list[Spot], z: float = 0.0) -> Points:
        return self._lens.outline(np.array([(x, y, z) for x, y in outline]))

    def _paint_marks(self, albedo: Texture) -> None:
        below = np.isfinite(self._reach)
        wear = np.zeros(self._reach.shape, np.float32)
        wear[below] = np.clip(0.82 + 0.16 * noise_at(self._x[below], self._y[below], 9.0).ravel(), 0.3, 1.0)
        for paint, colour in PAINTS.items():
            mask = np.zeros(self._reach.shape, np.uint8)
            for mark in self._place.marks:
                outline = self._outline(mark.outline) if mark.paint == paint else ()
                if len(outline):
                    cv2.fillPoly(mask, [fixed(np.asarray(outline))], 255, cv2.LINE_AA, 4)
            share = (mask.astype(np.float32) / 255 * wear)[..., None]
            albedo += (np.array(colour, np.float32) - albedo) * share

    def _ground_light(self) -> Texture:
        sun = np.array(self._light.sunlight, np.float32) * max(0.0, self._light.sun[2])
        clear = 1.0 - self._shadows()[..., None]
        light = np.asarray(np.array(self._light.skylight) + sun * clear, np.float32)
        if self._light.lamps:
            x, y = np.clip(self._x, -500, 500), np.clip(self._y, -500, 500)
            pools = np.asarray(_pools(x, y, self._lamps), np.float32)[..., None]
            light += pools * (LAMPLIGHT / 255 * np.float32(0.75 * self._light.lamps))
        return light

    def _shadows(self) -> Texture:
        """What buildings and trees keep the sun from, 0 to 1."""
        mask = np.zeros(self._reach.shape, np.uint8)
        sun_x, sun_y, sun_z = self._light.sun
        drift = (-sun_x / max(sun_z, 0.15), -sun_y / max(sun_z, 0.15))
        for facade in self._place.facades:
            top = facade.height + facade.foot
            a, b = facade.a, facade.b
            thrown = [
                a,
                b,
                (b[0] + drift[0] * top, b[1] + drift[1] * top),
                (a[0] + drift[0] * top, a[1] + drift[1] * top),
            ]
            self._darken(mask, thrown)
        for tree in self._place.trees:
            for _ in range(9):
                r = tree.height * 0.3
                x = tree.x + drift[0] * tree.height * 0.7 + self._dice.uniform(-r, r)
                y = tree.y + drift[1] * tree.height * 0.7 + self._dice.uniform(-r, r)
                ring = [
                    (x + r * 0.7 * math.cos(t), y + r * 0.7 * math.sin(t)) for t in (math.pi * j / 4 for j in range(8))
                ]
                self._darken(mask, ring)
        for solid in self._place.solids:
            self._darken(mask, _thrown(solid, drift))
        return np.asarray(cv2.GaussianBlur(mask, (0, 0), 2.0) / np.float32(255), np.float32)

    def _darken(self, mask: NDArray[np.uint8], outline: list[Spot]) -> None:
        points = self._outline(outline)
        if len(points):
            cv2.fillPoly(mask, [fixed(points)], 255, cv2.LINE_8, 4)

    # -- what stands on it

    def _upright(self) -> list[Facade | Tree | Lamp | Fence | Solid]:
        place = self._place
        return [*place.facades, *place.trees, *place.lamps, *place.fences, *place.solids]

    def _distance(self, thing: Facade | Tree | Lamp | Fence | Solid) -> float:
        lens = self._lens
        if isinstance(thing, Facade | Fence):
            return _to_segment((lens.x, lens.y), thing.a, thing.b)
        return math.hypot(thing.x - lens.x, thing.y - lens.y)

    def _stand(self, thing: Facade | Tree | Lamp | Fence | Solid) -> None:
        mask = np.zeros(self._reach.shape, np.uint8)
        if isinstance(thing, Facade):
            self._facade(thing, mask)
        elif isinstance(thing, Tree):
            self._tree(thing, mask)
        elif isinstance(thing, Lamp):
            self._lamp(thing, mask)
        elif isinstance(thing, Fence):
            self._fence(thing, mask)
        else:
            self._solid(thing, mask)
        self._covered |= mask
        self._screen(thing, mask)

    def _screen(self, thing: Facade | Tree | Lamp | Fence | Solid, mask: NDArray[np.uint8]) -> None:
        small = cv2.resize(mask, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
        small = (small > 127).astype(np.uint8) * 255
        left, top, width, height = cv2.boundingRect(small)
        if width * height:
            part = small[top : top + height, left : left + width].copy()
            self._screens.append(Screen((left, top, left + width, top + height), part, self._hides(thing)))

    def _hides(self, thing: Facade | Tree | Lamp | Fence | Solid) -> Callable[[float, float], bool]:
        lens = self._lens
        if isinstance(thing, Facade | Fence):
            ours = _side((lens.x, lens.y), thing.a, thing.b)
            return lambda x, y: _side((x, y), thing.a, thing.b) * ours < 0
        own = self._distance(thing)
        return lambda x, y: math.hypot(x - lens.x, y - lens.y) > own

    def _facade(self, facade: Facade, mask: NDArray[np.uint8]) -> None:
        along = np.array(facade.b, float) - np.array(facade.a, float)
        length = float(np.hypot(*along))
        along /= length
        normal = np.array([along[1], -along[0], 0.0])
        z0, z1 = facade.foot, facade.foot + facade.height
        corners = self._outline([facade.a, facade.b], z0), self._outline([facade.a, facade.b], z1)
        edges = [part for part in corners if len(part)]
        if not edges:
            return
        left, top, right, bottom = self._frame(facade, z0, z1)
        if right <= left or bottom <= top:
            return
        rays = _rays(self._lens, left, top, right, bottom)
        offset = np.array([*facade.a, 0.0]) - self._lens.origin
        with np.errstate(divide="ignore", invalid="ignore"):
            reach = (offset @ normal) / (rays @ normal)
        hit = self._lens.origin + rays * reach[..., None]
        u, z = (hit[..., :2] - np.array(facade.a)) @ along, hit[..., 2]
        there = (reach > 0) & (u >= 0) & (u <= length) & (z >= z0) & (z <= z1)
        if not there.any():
            return
        scale = min(26.0, self._lens.pixels / float(np.percentile(reach[there], 20)) * 1.1)
        wall = wall_of(facade.style, length, facade.height, scale, self._dice)
        ours = -1.0 if (self._lens.origin - np.array([*facade.a, 0.0])) @ normal < 0 else 1.0
        facing = max(0.0, float(normal @ np.array(self._light.sun)) * ours)
        light = np.array(self._light.skylight, np.float32) * 0.95 + np.array(self._light.sunlight, np.float32) * facing
        lit = wall.albedo * light + wall.shine * self._light.lamps
        sample_u = np.where(there, u * scale, 0).astype(np.float32)
        sample_v = np.where(there, (z1 - z) * scale, 0).astype(np.float32)
        drawn = cv2.remap(lit.astype(np.float32), sample_u, sample_v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        drawn = drawn * (0.75 + 0.25 * np.clip((z - z0) / 1.5, 0, 1))[..., None]  # dirt and shade at the foot
        haze = (1 - np.exp(-np.where(there, reach, 0) / HAZE_M))[..., None]
        drawn = drawn + (np.array(self._light.sky_low) - drawn) * haze
        self._image[top:bottom, left:right][there] = drawn[there]
        mask[top:bottom, left:right][there] = 255

    def _frame(self, facade: Facade, z0: float, z1: float) -> Region:
        """The part of the picture that the wall may be in."""
        (ax, ay), (bx, by) = facade.a, facade.b
        points = self._lens.outline(np.array([(ax, ay, z0), (bx, by, z0), (bx, by, z1), (ax, ay, z1)]))
        width, height = self._lens.size
        if not len(points):
            return (0, 0, 0, 0)
        low, high = np.floor(points.min(axis=0)).astype(int), np.ceil(points.max(axis=0)).astype(int)
        return max(0, int(low[0])), max(0, int(low[1])), min(width, int(high[0]) + 1), min(height, int(high[1]) + 1)

    def _tree(self, tree: Tree, mask: NDArray[np.uint8]) -> None:
        pixels, depth = self._lens.project(np.array([(tree.x, tree.y, 0.0), (tree.x, tree.y, tree.height)]))
        if depth.min() < 2.0:
            return
        foot, top = pixels.tolist()
        size = math.dist(foot, top)
        sky, sun = np.array(self._light.skylight), np.array(self._light.sunlight)
        trunk = (np.array((58, 74, 92)) * (sky + sun * 0.4)).tolist()
        crown = (top[0] * 0.66 + foot[0] * 0.34, top[1] * 0.66 + foot[1] * 0.34)
        for target, ink, edge in ((self._image, trunk, cv2.LINE_AA), (mask, 255, cv2.LINE_8)):
            stroke(target, foot, crown, size * 0.045, ink, edge)
        lit = self._light.lamps * 0.4 * float(_pools(np.array([tree.x]), np.array([tree.y]), self._lamps)[0])
        for k in range(170):
            angle, out = self._dice.uniform(0, 2 * math.pi), math.sqrt(self._dice.random())
            x, y = (
                crown[0] + math.cos(angle) * out * size * 0.34,
                crown[1] - size * 0.08 + math.sin(angle) * out * size * 0.3,
            )
            high = 0.5 - math.sin(angle) * out * 0.5
            tone = (0.62 + 0.5 * high + self._dice.uniform(-0.12, 0.12)) * (0.7 + 0.3 * k / 170)
            leaf = np.array((50, 104, 74)) * (sky + sun * 0.62 * high + lit) * tone
            centre = (round(x * 16), round(y * 16))
            radius = round(size * self._dice.uniform(0.03, 0.065) * 16)
            cv2.circle(self._image, centre, radius, leaf.tolist(), -1, cv2.LINE_AA, 4)
            cv2.circle(mask, centre, radius, 255, -1, cv2.LINE_8, 4)

    def _lamp(self, lamp: Lamp, mask: NDArray[np.uint8]) -> None:
        head = lamp_head(lamp)
        points = np.array([(lamp.x, lamp.y, 0.0), (lamp.x, lamp.y, lamp.height), (*head, lamp.height + 0.15)])
        pixels, depth = self._lens.project(points)
        if depth.min() < 2.0:
            return
        a, b, head_at = (tuple(pixel) for pixel in pixels.tolist())
        scale = self._lens.pixels / float(depth[0])
        grey = (
            np.array((118, 116, 112)) * (np.array(self._light.skylight) + np.array(self._light.sunlight) * 0.4)
        ).tolist()
        for target, ink, edge in ((self._image, grey, cv2.LINE_AA), (mask, 255, cv2.LINE_8)):
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

    def _fence(self, fence: Fence, mask: NDArray[np.uint8]) -> None:
        a, b = np.array(fence.a), np.array(fence.b)
        length = float(np.hypot(*(b - a)))
        colour = (
            np.array((120, 140, 120)) * (np.array(self._light.skylight) + np.array(self._light.sunlight) * 0.5)
        ).tolist()
        posts = [a + (b - a) * share for share in np.linspace(0, 1, int(length / 1.25) + 1)]
        for k, (x, y) in enumerate(posts):
            self._bar((x, y, 0), (x, y, fence.height), 0.06 if k % 2 == 0 else 0.03, colour, mask)
        for z in (0.1, fence.height * 0.5, fence.height):
            for (x0, y0), (x1, y1) in pairwise(posts):
                self._bar((x0, y0, z), (x1, y1, z), 0.05, colour, mask)

    def _bar(self, a: tuple[float, float, float], b: tuple[float, float, float], width: float, colour: Colour,
             mask: NDArray[np.uint8]) -> None:  # fmt: skip
        pixels, depth = self._lens.project(np.array([a, b]))
        if depth.min() < 1.5:
            return
        wide = width * self._lens.pixels / float(depth.mean())
        start, end = pixels.tolist()
        stroke(self._image, start, end, wide, colour, cv2.LINE_AA)
        stroke(mask, start, end, wide, 255, cv2.LINE_8)

    def _solid(self, solid: Solid, mask: NDArray[np.uint8]) -> None:
        points, normals = solid.mesh.placed(solid.x, solid.y, solid.heading, solid.z)
        canvas = np.zeros((*mask.shape, 3), np.uint8)
        solid.mesh.draw(Picture(canvas), self._lens, self._shade, points, normals)
        silhouette = canvas.any(axis=2)
        lit = canvas.astype(np.float32)
        if self._light.lamps:
            near = float(_pools(np.array([solid.x]), np.array([solid.y]), self._lamps)[0])
            lit *= 1.0 + near * 1.6 * self._light.lamps
        self._image[silhouette] = lit[silhouette]
        mask[silhouette] = 255

    # -- rain and lamps

    def _wet(self, ground: NDArray[np.bool_]) -> None:
        """A wet street is darker and mirrors, blurred, what stands behind it."""
        rows, columns = ground.shape
        horizon = max(1, int(np.argmax(np.isfinite(self._reach[:, columns // 2]))))
        turned = np.clip(2 * horizon - np.arange(rows) + 40, 0, rows - 1)
        mirror = cv2.GaussianBlur(self._image[turned], (0, 0), sigmaX=5, sigmaY=28)
        puddles = np.zeros(ground.shape, np.float32)
        puddles[ground] = np.clip(0.25 + 0.18 * noise_at(self._x[ground], self._y[ground], 22.0).ravel(), 0.08, 0.6)
        share = puddles[..., None]
        self._image = np.where(ground[..., None], self._image * 0.74 * (1 - share) + mirror * share, self._image)

    def _glow(self) -> None:
        if not self._light.lamps:
            return
        for lamp in self._place.lamps:
            pixels, depth = self._lens.project(np.array([(*lamp_head(lamp), lamp.height)]))
            if depth[0] > 3.0:
                glow(self._image, pixels[0], 22.0 + 500.0 / float(depth[0]), LAMPLIGHT * self._light.lamps)


def _thrown(solid: Solid, drift: Spot) -> list[Spot]:
    points, _ = solid.mesh.placed(solid.x, solid.y, solid.heading, solid.z)
    ground = points[:, :2] + points[:, 2:] * np.array(drift)
    hull = cv2.convexHull(ground.astype(np.float32))[:, 0]
    return [(float(x), float(y)) for x, y in hull]


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
