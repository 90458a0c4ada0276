"""A pinhole camera over flat ground. World: metres, x to the right, y ahead, z up; picture: pixels, y downwards."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

WIDTH, HEIGHT = 960, 540
NEAR = 0.8  # metres before the lens where the world is cut off


@dataclass(frozen=True)
class Lens:
    """Stands at (x, y, height); `yaw` turns right, `pitch` down, in degrees; `focal` in widths of the picture."""

    x: float
    y: float
    height: float
    yaw: float
    pitch: float
    focal: float = 0.9
    scale: float = 1.0

    def scaled(self, scale: float) -> "Lens":
        """The same view on a picture that many times as large."""
        return Lens(self.x, self.y, self.height, self.yaw, self.pitch, self.focal, scale)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return round(WIDTH * self.scale), round(HEIGHT * self.scale)

    @cached_property
    def pixels(self) -> float:
        """The focal length in pixels."""
        return self.focal * self.size[0]

    @cached_property
    def origin(self) -> Floats:
        return np.array([self.x, self.y, self.height])

    @cached_property
    def axes(self) -> Floats:
        """3 × 3: right, down and ahead of the camera, in world coordinates."""
        yaw, pitch = math.radians(self.yaw), math.radians(self.pitch)
        ahead = (math.sin(yaw) * math.cos(pitch), math.cos(yaw) * math.cos(pitch), -math.sin(pitch))
        right = (math.cos(yaw), -math.sin(yaw), 0.0)
        return np.array([right, np.cross(ahead, right), ahead])

    @cached_property
    def _middle(self) -> Floats:
        return np.array(self.size) / 2

    def project(self, points: Floats) -> tuple[Floats, Floats]:
        """N × 3 points to N × 2 pixels and N depths in metres; what lies behind comes out at depth NEAR."""
        seen = (points - self.origin) @ self.axes.T
        depth = np.maximum(seen[:, 2], NEAR)
        return seen[:, :2] / depth[:, None] * self.pixels + self._middle, seen[:, 2]

    def clip(self, polygon: Floats) -> Floats:
        """The part of an N × 3 polygon that lies before the camera (Sutherland and Hodgman's cut, one plane)."""
        depth = (polygon - self.origin) @ self.axes[2] - NEAR
        kept: list[Floats] = []
        for here, there, a, b in zip(polygon, np.roll(polygon, -1, 0), depth, np.roll(depth, -1), strict=True):
            if a >= 0:
                kept.append(here)
            if (a >= 0) != (b >= 0):
                kept.append(here + (there - here) * (a / (a - b)))
        return np.array(kept).reshape(-1, 3)

    def outline(self, polygon: Floats) -> Floats:
        """An N × 3 polygon as M × 2 pixels, cut off before the camera; empty when nothing of it is ahead."""
        return self.project(self.clip(polygon))[0]

    def ground(self) -> tuple[Floats, Floats, Floats]:
        """For each pixel the x and y where it meets the ground, and its distance (infinite above the horizon)."""
        width, height = self.size
        columns = (np.arange(width) + 0.5 - width / 2) / self.pixels
        rows = (np.arange(height) + 0.5 - height / 2) / self.pixels
        right, down, ahead = self.axes
        rays = ahead + columns[None, :, None] * right + rows[:, None, None] * down
        with np.errstate(divide="ignore", invalid="ignore"):
            reach = np.where(rays[..., 2] < -1e-3, -self.height / rays[..., 2], np.inf)
            x, y = self.x + rays[..., 0] * reach, self.y + rays[..., 1] * reach
        return x, y, reach
