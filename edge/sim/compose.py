"""Draws actors into a backdrop: the light they take and give, their strokes, and what stands before them."""

import math
from collections.abc import Iterator, Sequence

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

from edge.sim.actors import Actor, Car
from edge.sim.backdrop import Backdrop, Screen, glow
from edge.sim.canvas import Image, Picture, fixed
from edge.sim.effects import headlight_cone, lamp_spots
from edge.sim.lens import HEIGHT, NEAR, WIDTH, Lens
from edge.sim.light import Light
from edge.sim.mesh import Shade
from edge.sim.vehicles import mesh_of

COARSE = 2  # shadows and headlights are worked out on a picture so many times smaller
UNIT = 64  # the gain that changes nothing
UNCHANGED = np.full((HEIGHT, WIDTH), UNIT, np.uint8)
MARGIN = 4  # pixels round an actor that its strokes may touch


def compose(actors: Sequence[Actor], lens: Lens, backdrop: Backdrop) -> Image:
    """A new picture with these actors in it."""
    image = backdrop.picture.copy()
    order = far_to_near(actors, lens)
    pools = [actor for actor in order if actor.label == "water"]
    draw(image, pools, lens, backdrop)
    light_ground(image, order, lens, backdrop)
    draw(image, [actor for actor in order if actor.label != "water"], lens, backdrop)
    return image


def far_to_near(actors: Sequence[Actor], lens: Lens) -> list[Actor]:
    return sorted(actors, key=lambda actor: -math.hypot(actor.x - lens.x, actor.y - lens.y))


def draw(image: Image, order: Sequence[Actor], lens: Lens, backdrop: Backdrop) -> None:
    """Actors from far to near, each behind what stands before it."""
    canvas = Picture(image)
    for actor in order:
        actor.draw(canvas, lens, _shade_at(actor, backdrop))
        _cover(image, actor, lens, backdrop)
        _shine(image, actor, lens, backdrop.light)


def _shade_at(actor: Actor, backdrop: Backdrop) -> Shade:
    shade = backdrop.shade
    if not backdrop.light.lamps:
        return shade
    lit = backdrop.lamplight(actor.x, actor.y) * 0.95
    return Shade(shade.sun, shade.sunlight, shade.skylight + np.array([0.41, 0.67, 0.84]) * lit)


def light_ground(image: Image, actors: Sequence[Actor], lens: Lens, backdrop: Backdrop) -> None:
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
    cv2.copyTo(UNCHANGED, backdrop.upright, large)
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


def before(actor: Actor, box: Sequence[int], backdrop: Backdrop) -> Iterator[Screen]:
    """What hides a part of the actor in this box: left, top, width, height in pixels."""
    left, top, right, bottom = box[0], box[1], box[0] + box[2], box[1] + box[3]
    for screen in backdrop.screens:
        a, b, c, d = screen.region
        if a < right and left < c and b < bottom and top < d and screen.hides(actor.x, actor.y):
            yield screen


def _cover(image: Image, actor: Actor, lens: Lens, backdrop: Backdrop) -> None:
    """Put back what stands before the actor."""
    box = _touched(actor, lens)
    for screen in before(actor, box, backdrop):
        left, top = max(screen.region[0], box[0]), max(screen.region[1], box[1])
        right, bottom = min(screen.region[2], box[0] + box[2]), min(screen.region[3], box[1] + box[3])
        if right > left and bottom > top:
            mask = screen.mask[
                top - screen.region[1] : bottom - screen.region[1], left - screen.region[0] : right - screen.region[0]
            ]
            cv2.copyTo(backdrop.picture[top:bottom, left:right], mask, image[top:bottom, left:right])


def _touched(actor: Actor, lens: Lens) -> tuple[int, int, int, int]:
    """The part of the picture that an actor's strokes may touch: left, top, width, height in pixels."""
    solid = actor.solid()
    points = (
        solid
        if solid is not None
        else np.array([(actor.x, actor.y, 0.0), (actor.x - 3, actor.y, 7.0), (actor.x + 3, actor.y, 7.0)])
    )
    columns, rows = lens.project(points)[0].T.tolist()  # plain numbers: NumPy is slow on so few
    left, right = _within(min(columns) - MARGIN, WIDTH), _within(max(columns) + MARGIN, WIDTH)
    top, bottom = _within(min(rows) - MARGIN, HEIGHT), _within(max(rows) + MARGIN, HEIGHT)
    return int(left), int(top), int(right - left), int(bottom - top)


def _within(pixel: float, end: float) -> float:
    return max(0.0, min(end, pixel))
