"""What has no solid shape: flames, smoke, standing water, rain."""

import math
from dataclasses import dataclass
from functools import cache, lru_cache

import cv2
import numpy as np

from edge.sim.canvas import Canvas, Image, Points
from edge.sim.lens import HEIGHT, WIDTH, Floats, Lens
from edge.sim.mesh import Shade
from edge.sim.texture import Texture, noise_at
from edge.sim.truth import Label

GRID = (48, 72)  # columns and rows on which a cloud is worked out before it is scaled to its size


@dataclass(frozen=True, slots=True)
class Flames:
    """`level` 0 to 1 is how far it burns."""

    track: int
    x: float
    y: float
    at: float
    level: float
    label: Label = "fire"

    def draw(self, canvas: Canvas, lens: Lens, shade: Shade) -> None:  # noqa: ARG002 - it shines by itself
        size = 0.5 + 0.5 * self.level
        heat = _plume(self.track, self.at * 1.9, 34, spread=0.30, rise=0.85, swell=(0.17, 0.05), sway=0.05)
        heat = np.clip(heat * 1.5 - 0.12, 0, 1)
        core = np.clip(heat * 1.25, 0, 1)[..., None]
        colour = np.array((10, 70, 235)) * (1 - core) + np.array((120, 225, 255)) * core
        canvas.cloud(*_upright(lens, self.x, self.y, 1.9 * size, 2.6 * size), np.clip(heat * 2.2, 0, 0.96), colour)

    def solid(self) -> None:
        return None


@dataclass(frozen=True, slots=True)
class Smoke:
    track: int
    x: float
    y: float
    at: float
    level: float
    wind: float
    label: Label = "smoke"

    def draw(self, canvas: Canvas, lens: Lens, shade: Shade) -> None:
        size = 0.45 + 0.55 * self.level
        thick = _plume(
            self.track + 7, self.at * 0.3, 44, spread=0.5, rise=0.95, swell=(0.06, 0.17), sway=0.22 * self.wind
        )
        v, u = np.mgrid[0 : GRID[1], 0 : GRID[0]].astype(np.float32)
        tone = (np.linspace(1.0, 0.7, GRID[1])[:, None] * (0.92 + 0.22 * noise_at(u, v + self.at * 9, 110.0)))[
            ..., None
        ]
        light = np.minimum(1.3, shade.skylight + shade.sunlight * 0.5)
        colour = tone * 150.0 * light
        canvas.cloud(
            *_upright(lens, self.x, self.y, 4.6 * size, 7.0 * size),
            np.clip(thick * 1.5 * (0.35 + 0.65 * self.level), 0, 0.9),
            colour,
        )

    def solid(self) -> None:
        return None


def _plume(
    seed: int, clock: float, count: int, spread: float, rise: float, swell: tuple[float, float], sway: float
) -> Texture:
    """Puffs that rise from the middle of the lower edge, grow or shrink and fade: GRID of 0 to about 1."""
    columns, rows = GRID
    generator = np.random.default_rng(seed)
    phase, side, pace = generator.random(count), generator.normal(0, 1, count), generator.uniform(0.7, 1.3, count)
    age = np.mod(phase + clock * pace * 0.5, 1.0)
    x = 0.5 + side * spread * (0.4 + 0.6 * age) * 0.5 + sway * age + 0.03 * np.sin(age * 9 + phase * 40)
    y = 1.0 - 0.06 - age * rise * 0.92
    radius = swell[0] + (swell[1] - swell[0]) * age
    weight = np.minimum(1.0, age * 8) * (1 - age) ** 0.8
    v, u = np.mgrid[0:rows, 0:columns].astype(np.float32)
    u, v = u / columns, v / rows
    total = np.zeros((rows, columns), np.float32)
    for cx, cy, r, w in zip(x, y, radius, weight, strict=True):
        total += w * np.exp(-(((u - cx) / r) ** 2 + ((v - cy) / (r * columns / rows * 1.3)) ** 2) * 1.6)
    edge = np.clip(np.minimum(u, 1 - u) * 10, 0, 1) * np.clip(v * 10, 0, 1)
    return np.asarray((1 - np.exp(-total)) * edge, np.float32)


def _upright(lens: Lens, x: float, y: float, width: float, height: float) -> tuple[float, float, float, float]:
    """Left, top, right, bottom in pixels of something that faces the camera."""
    pixels, depth = lens.project(np.array([(x, y, 0.0), (x, y, height)]))
    half = width / 2 * lens.pixels / max(float(depth[0]), 1.0)
    return float(pixels[0, 0]) - half, float(pixels[1, 1]), float(pixels[0, 0]) + half, float(pixels[0, 1])


@dataclass(frozen=True, slots=True)
class Water:
    """A pool on the ground round (x, y), `level` 0 to 1 of its full size."""

    track: int
    x: float
    y: float
    at: float
    level: float
    label: Label = "water"

    def draw(self, canvas: Canvas, lens: Lens, shade: Shade) -> None:
        left, top, right, bottom = self._frame(lens)
        if right <= left or bottom <= top:
            return
        x, y, reach = _ground(lens)
        part = np.s_[top:bottom, left:right]
        depth = self._depth(x[part], y[part])
        alpha = np.clip(depth * 7.0, 0, 1) * 0.88
        canvas.pool((left, top, right, bottom), alpha, self._surface(x[part], y[part], reach[part], shade))

    def solid(self) -> None:
        return None

    def _depth(self, x: Texture, y: Texture) -> Texture:
        rx, ry = 3.6 * self.level**0.5, 7.5 * self.level**0.5
        bumps = noise_at(x + self.track, y, 26.0) * 0.22
        depth = 1.0 - ((x - self.x) / max(rx, 0.1)) ** 2 - ((y - self.y) / max(ry, 0.1)) ** 2 + bumps
        return np.asarray(depth, np.float32)

    def _surface(self, x: Texture, y: Texture, reach: Texture, shade: Shade) -> Texture:
        """Muddy, with the sky in it; ripples run over it."""
        ripple = (
            np.sin(y * 5.1 + np.sin(x * 2.3 + self.at) * 1.5 + self.at * 3.0) * 0.5
            + np.sin(x * 3.7 - y * 2.2 - self.at * 2.2) * 0.5
        )
        sky = np.clip(reach / 42.0, 0.15, 0.75)[..., None]
        light = np.minimum(1.2, shade.skylight + shade.sunlight * 0.35)
        mud, sheen = np.array((70, 98, 118)) * light, np.array((228, 218, 202)) * light
        return np.asarray(mud + (sheen - mud) * np.clip(sky + ripple[..., None] * 0.1, 0, 1), np.float32)

    def _frame(self, lens: Lens) -> tuple[int, int, int, int]:
        rx, ry = 4.6 * self.level**0.5, 9.4 * self.level**0.5
        ring = [
            (self.x + rx * math.cos(t), self.y + ry * math.sin(t), 0.0) for t in (math.pi * k / 8 for k in range(16))
        ]
        points = lens.outline(np.array(ring))
        if not len(points):
            return (0, 0, 0, 0)
        low, high = points.min(axis=0), points.max(axis=0)
        width, height = lens.size
        return max(0, int(low[0])), max(0, int(low[1])), min(width, int(high[0])), min(height, int(high[1]))


@lru_cache(2)  # a camera and, when it was knocked, the camera as it stands then
def _ground(lens: Lens) -> tuple[Texture, Texture, Texture]:
    x, y, reach = lens.ground()
    return (
        np.nan_to_num(x, posinf=0, neginf=0).astype(np.float32),
        np.nan_to_num(y, posinf=0, neginf=0).astype(np.float32),
        reach.astype(np.float32),
    )


@cache
def rain_tiles(count: int = 5) -> list[Image]:
    """Streaks of rain, to be added to a picture; twice as high as it, so that they can be shifted."""
    tiles = []
    for seed in range(count):
        generator = np.random.default_rng(seed)
        tile = np.zeros((HEIGHT * 2, WIDTH), np.uint8)
        for x, y, length, tone in zip(
            generator.integers(0, WIDTH, 900), generator.integers(0, HEIGHT * 2, 900), generator.integers(10, 34, 900),
            generator.integers(18, 52, 900), strict=True,
        ):  # fmt: skip
            cv2.line(tile, (int(x), int(y)), (int(x - length * 0.12), int(y + length)), int(tone), 1, cv2.LINE_AA)
        tiles.append(cv2.merge([cv2.GaussianBlur(tile, (0, 0), 0.7)] * 3))
    return tiles


def headlight_cone(x: float, y: float, heading: float, half: float) -> Floats:
    """The ground that a vehicle's headlights reach, 4 × 3."""
    ahead, left = (
        np.array([math.cos(heading), math.sin(heading), 0.0]),
        np.array([-math.sin(heading), math.cos(heading), 0.0]),
    )
    foot = np.array([x, y, 0.0])
    return np.array(
        [foot + ahead * (half + a) + left * b for a, b in ((0.4, 0.7), (15.0, 3.0), (15.0, -3.0), (0.4, -0.7))]
    )


def lamp_spots(x: float, y: float, heading: float, half: float, width: float, ahead: int) -> Points:
    """Where a vehicle's two front (`ahead` = 1) or rear (-1) lamps are, 2 × 3."""
    along, left = (
        np.array([math.cos(heading), math.sin(heading), 0.0]),
        np.array([-math.sin(heading), math.cos(heading), 0.0]),
    )
    base = np.array([x, y, 0.68]) + along * half * ahead
    return np.array([base + left * (width / 2 - 0.25), base - left * (width / 2 - 0.25)])
