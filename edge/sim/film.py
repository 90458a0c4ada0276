"""A simulated camera: pictures of a living place, and the truth about each of them."""

import math
import random
import time
from collections.abc import Iterator, Sequence
from functools import cache

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

from edge.sim.actors import Actor, Car
from edge.sim.address import SimCamera
from edge.sim.backdrop import Backdrop, Screen, glow, paint_backdrop
from edge.sim.canvas import Image, Mask, Picture, fixed
from edge.sim.effects import headlight_cone, lamp_spots, rain_tiles
from edge.sim.lens import HEIGHT, NEAR, WIDTH, Lens
from edge.sim.light import HOURS, Light, light_of
from edge.sim.mesh import Shade
from edge.sim.place import Place, place_of
from edge.sim.script import script_of
from edge.sim.truth import Happening, Thing, Truth
from edge.sim.vehicles import mesh_of
from edge.sim.world import World

COARSE = 2  # shadows and headlights are worked out on a picture so many times smaller
UNIT = 64  # the gain that changes nothing
KNOCK = (7.0, 3.0, 9.0)  # yaw, pitch in degrees and roll of the picture when somebody has turned the camera
SMALL = 5  # pixels below which nothing is told of
NOISE_ROOM = 64


class Film:
    """One camera's endless film; `start` in seconds. Times may only grow."""

    def __init__(self, camera: SimCamera, start: float = 0.0) -> None:
        self._camera = camera
        place = place_of(camera.view, camera.seed)
        wet = camera.weather == "rain"
        self._world = World(place, script_of(camera), camera.seed, start, wet=wet)
        self._place = place
        self._backdrops: dict[tuple[float, bool], Backdrop] = {}
        self._frozen: Image | None = None
        self._at = start

    def picture(self, at: float) -> Image:
        """540 × 960 × 3, BGR."""
        self._world.live(at)
        self._at = at
        fault = self._world.fault()
        if fault == "camera_frozen" and self._frozen is not None:
            return self._frozen
        image = self._compose(moved=fault == "camera_moved")
        image = _spoil(image, fault)
        self._grain(image, at)
        _stamp(image, at, self._camera)
        self._frozen = image
        return image

    def truth(self) -> Truth:
        """Of the last picture; what hides behind something else is told of with how much of it is seen."""
        lens = self._lens(self._world.fault() == "camera_moved")
        return Truth(self._at, tuple(self._things(lens)), tuple(self.happenings()))

    def happenings(self) -> list[Happening]:
        """What of note holds at the last picture, and what held in the ten minutes before."""
        return self._world.happenings()

    def _lens(self, moved: bool) -> Lens:
        lens = self._place.lens
        if not moved:
            return lens
        return Lens(lens.x, lens.y, lens.height, lens.yaw + KNOCK[0], lens.pitch + KNOCK[1], lens.focal)

    def _backdrop(self, moved: bool) -> Backdrop:
        hour = _hour(self._camera, self._at)
        key = (hour, moved)
        if key not in self._backdrops:
            self._backdrops = {k: v for k, v in self._backdrops.items() if k[0] == hour}  # the light has changed
            place = self._place if not moved else _seen_through(self._place, self._lens(moved))
            self._backdrops[key] = paint_backdrop(place, light_of(hour, self._camera.weather), self._camera.seed)
        return self._backdrops[key]

    def _compose(self, *, moved: bool) -> Image:
        backdrop, lens = self._backdrop(moved), self._lens(moved)
        image = backdrop.picture.copy()
        actors = _far_to_near(self._world.actors(), lens)
        canvas = Picture(image)
        for actor in actors:
            if actor.label == "water":
                actor.draw(canvas, lens, backdrop.shade)
        _light_ground(image, actors, lens, backdrop)
        for actor in actors:
            if actor.label != "water":
                actor.draw(canvas, lens, _shade_at(actor, backdrop))
                _cover(image, actor, lens, backdrop)
                _shine(image, actor, lens, backdrop.light)
        return image

    def _grain(self, image: Image, at: float) -> None:
        """The lens's softness, the rain before it, the noise of its sensor."""
        light = light_of(_hour(self._camera, at), self._camera.weather)
        cv2.GaussianBlur(image, (3, 3), 0.55, dst=image)
        dice = random.Random(f"{self._camera.seed}/{at:.3f}")  # noqa: S311 - a simulation
        if light.wet:
            tile, top = dice.choice(rain_tiles()), dice.randrange(HEIGHT)
            cv2.add(image, tile[top : top + HEIGHT], dst=image)
        plus, minus = _noise(round(light.noise * 2))
        x, y = dice.randrange(NOISE_ROOM), dice.randrange(NOISE_ROOM)
        cv2.add(image, plus[y : y + HEIGHT, x : x + WIDTH], dst=image)
        cv2.subtract(image, minus[y : y + HEIGHT, x : x + WIDTH], dst=image)

    def _things(self, lens: Lens) -> list[Thing]:
        backdrop = self._backdrop(lens is not self._place.lens)
        order = _far_to_near(self._world.actors(), lens)
        owners = np.zeros((HEIGHT, WIDTH), np.uint16)
        wholes: list[tuple[Actor, int, int, tuple[int, int, int, int]]] = []
        for number, actor in enumerate(order, start=1):
            alone = np.zeros((HEIGHT, WIDTH), np.uint8)
            actor.draw(Mask(alone, 255), lens, backdrop.shade)
            box = cv2.boundingRect(alone)
            if min(box[2:]) < SMALL:
                continue
            wholes.append((actor, number, int(np.count_nonzero(alone)), (box[0], box[1], box[2], box[3])))
            owners[alone > 0] = number
            for screen in _before(actor, box, backdrop):
                left, top, right, bottom = screen.region
                part = owners[top:bottom, left:right]
                part[(screen.mask > 0) & (part == number)] = 0
        seen = np.bincount(owners.ravel(), minlength=len(order) + 1)
        return [
            Thing(actor.track, actor.label, _fractions(box), round(float(seen[number]) / whole, 3))
            for actor, number, whole, box in wholes
        ]


def _hour(camera: SimCamera, at: float) -> float:
    """The hour whose light falls, to the quarter: the backdrop is painted anew for each."""
    fixed_hour = HOURS.get(camera.light)
    if fixed_hour is not None:
        return fixed_hour
    local = time.localtime(at)
    return local.tm_hour + local.tm_min // 15 / 4


def _seen_through(place: Place, lens: Lens) -> Place:
    return Place(**{**{name: getattr(place, name) for name in Place.__slots__}, "lens": lens})


def _far_to_near(actors: list[Actor], lens: Lens) -> list[Actor]:
    return sorted(actors, key=lambda actor: -math.hypot(actor.x - lens.x, actor.y - lens.y))


def _fractions(box: tuple[int, int, int, int]) -> tuple[float, float, float, float]:
    left, top, width, height = box
    return left / WIDTH, top / HEIGHT, (left + width) / WIDTH, (top + height) / HEIGHT


def _shade_at(actor: Actor, backdrop: Backdrop) -> Shade:
    shade = backdrop.shade
    if not backdrop.light.lamps:
        return shade
    lit = backdrop.lamplight(actor.x, actor.y) * 0.95
    return Shade(shade.sun, shade.sunlight, shade.skylight + np.array([0.41, 0.67, 0.84]) * lit)


# -- shadows and headlights


def _light_ground(image: Image, actors: list[Actor], lens: Lens, backdrop: Backdrop) -> None:
    """Darken the ground where actors keep the light off, brighten it where their headlights fall."""
    coarse = lens.scaled(1 / COARSE)
    width, height = coarse.size
    dark: MatLike = np.zeros((height, width), np.uint8)
    bright = np.zeros((height, width), np.uint8)
    for actor in actors:
        solid = actor.solid()
        if solid is not None:
            _throw(dark, solid, coarse, backdrop.light)
        if backdrop.light.dark and isinstance(actor, Car) and actor.lit:
            half = mesh_of(actor.look).length / 2
            outline = coarse.outline(headlight_cone(actor.x, actor.y, actor.heading, half))
            if len(outline):
                cv2.fillConvexPoly(bright, fixed(outline), 255, cv2.LINE_8, 4)
    gain: MatLike = np.full((height, width), UNIT, np.uint8)
    depth = 0.28 + 0.26 * min(1.0, sum(backdrop.light.sunlight) / 2)
    gain = cv2.subtract(gain, cv2.convertScaleAbs(cv2.GaussianBlur(dark, (5, 5), 1.2), alpha=UNIT * depth / 255))
    if backdrop.light.dark:
        gain = cv2.add(gain, cv2.convertScaleAbs(cv2.GaussianBlur(bright, (0, 0), 5), alpha=0.42))
    large = cv2.resize(gain, (WIDTH, HEIGHT), interpolation=cv2.INTER_LINEAR)
    large[backdrop.ground < 128] = UNIT
    cv2.multiply(image, cv2.merge([large] * 3), dst=image, scale=1 / UNIT)


def _throw(dark: MatLike, solid: NDArray[np.float64], lens: Lens, light: Light) -> None:
    sun_x, sun_y, sun_z = light.sun
    drift = np.array([-sun_x, -sun_y]) / max(sun_z, 0.25) if sum(light.sunlight) > 0.3 else np.zeros(2)
    ground = np.column_stack([solid[:, :2] + solid[:, 2:] * drift, np.zeros(len(solid))])
    pixels, depth = lens.project(ground)
    if depth.min() > NEAR:
        hull = cv2.convexHull(fixed(pixels))
        cv2.fillConvexPoly(dark, hull, 255, cv2.LINE_8, 4)


def _shine(image: Image, actor: Actor, lens: Lens, light: Light) -> None:
    """The lamps of a vehicle that look this way: white ahead, red behind, brighter when it brakes."""
    if not isinstance(actor, Car) or not actor.lit:
        return
    mesh = mesh_of(actor.look)
    to_camera = (lens.x - actor.x) * math.cos(actor.heading) + (lens.y - actor.y) * math.sin(actor.heading)
    ahead = 1 if to_camera > 0 else -1
    if not light.dark and (ahead == 1 or not actor.slowing):
        return
    spots = lamp_spots(actor.x, actor.y, actor.heading, mesh.length / 2, mesh.width, ahead)
    pixels, depth = lens.project(spots)
    power = (1.0 if ahead == 1 else 0.75 if actor.slowing else 0.4) * (1.0 if light.dark else 0.5)
    colour = np.array((215, 235, 255) if ahead == 1 else (30, 30, 255)) * power
    for spot, away in zip(pixels, depth, strict=True):
        if away > 2.0:
            glow(image, spot, max(4.0, (2.0 if ahead == 1 else 1.1) * lens.pixels / float(away) * 0.55), colour)


# -- what hides whom


def _before(actor: Actor, box: Sequence[int], backdrop: Backdrop) -> Iterator[Screen]:
    left, top, right, bottom = box[0], box[1], box[0] + box[2], box[1] + box[3]
    for screen in backdrop.screens:
        a, b, c, d = screen.region
        if a < right and left < c and b < bottom and top < d and screen.hides(actor.x, actor.y):
            yield screen


def _cover(image: Image, actor: Actor, lens: Lens, backdrop: Backdrop) -> None:
    """Put back what stands before the actor."""
    solid = actor.solid()
    points = (
        solid
        if solid is not None
        else np.array([(actor.x, actor.y, 0.0), (actor.x - 3, actor.y, 7.0), (actor.x + 3, actor.y, 7.0)])
    )
    pixels, _ = lens.project(points)
    low, high = np.clip(pixels.min(axis=0) - 4, 0, (WIDTH, HEIGHT)), np.clip(pixels.max(axis=0) + 4, 0, (WIDTH, HEIGHT))
    box = (int(low[0]), int(low[1]), int(high[0] - low[0]), int(high[1] - low[1]))
    for screen in _before(actor, box, backdrop):
        left, top = max(screen.region[0], box[0]), max(screen.region[1], box[1])
        right, bottom = min(screen.region[2], box[0] + box[2]), min(screen.region[3], box[1] + box[3])
        if right > left and bottom > top:
            mask = screen.mask[
                top - screen.region[1] : bottom - screen.region[1], left - screen.region[0] : right - screen.region[0]
            ]
            cv2.copyTo(backdrop.picture[top:bottom, left:right], mask, image[top:bottom, left:right])


# -- the camera itself


def _spoil(image: Image, fault: str | None) -> Image:
    if fault == "camera_blurred":
        return cv2.GaussianBlur(image, (0, 0), 8)
    if fault == "camera_covered":
        soft = cv2.resize(
            cv2.resize(image, (8, 5), interpolation=cv2.INTER_AREA), (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC
        )
        return cv2.convertScaleAbs(soft, alpha=0.16, beta=6)
    return image


@cache
def _noise(sigma2: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Noise to add and to take away; a little of it is the same in all three colours."""
    generator = np.random.default_rng(7)
    rows, columns = HEIGHT + NOISE_ROOM, WIDTH + NOISE_ROOM
    grain = (
        generator.normal(0, sigma2 / 2, (rows, columns, 1)) * 0.8
        + generator.normal(0, sigma2 / 2, (rows, columns, 3)) * 0.6
    )
    return np.clip(grain, 0, 255).astype(np.uint8), np.clip(-grain, 0, 255).astype(np.uint8)


def _stamp(image: Image, at: float, camera: SimCamera) -> None:
    text = f"{time.strftime('%Y-%m-%d %H:%M:%S', time.localtime(at))}  SIM {camera.view.upper()} {camera.seed}"
    for colour, width in (((0, 0, 0), 3), ((255, 255, 255), 1)):
        cv2.putText(image, text, (14, 26), cv2.FONT_HERSHEY_SIMPLEX, 0.5, colour, width, cv2.LINE_AA)
