"""What a backdrop is painted on: a large picture, the light on it, and where in the world each pixel lies."""

import random
from dataclasses import dataclass

import numpy as np

from edge.sim.canvas import Points
from edge.sim.lens import Lens
from edge.sim.light import Light
from edge.sim.mesh import Shade
from edge.sim.place import Lamp, Place, Spot
from edge.sim.texture import Texture

FINER = 2  # a backdrop is painted this much larger than the picture, then shrunk: smooth edges, once
HAZE_M = 320.0
LAMPLIGHT = np.array((105, 170, 215), np.float32)  # warm white
LAMP_REACH_M = 6.5


@dataclass(frozen=True, slots=True)
class Sheet:
    """`image` is rows × columns × 3, painted in place; `x`, `y`, `reach` in metres say what ground a pixel shows."""

    lens: Lens
    light: Light
    shade: Shade
    lamps: list[Spot]
    dice: random.Random
    image: Texture
    x: Texture
    y: Texture
    reach: Texture

    @property
    def horizon(self) -> int:
        """The first row that shows ground."""
        columns = self.reach.shape[1]
        return max(1, int(np.argmax(np.isfinite(self.reach[:, columns // 2]))))

    def outline(self, outline: list[Spot], z: float = 0.0) -> Points:
        """Pixels of an outline in the world, at height `z`."""
        return self.lens.outline(np.array([(x, y, z) for x, y in outline]))

    def grey(self, colour: tuple[float, float, float], sunny: float) -> tuple[float, float, float]:
        """A colour in this light, with that share of the sun."""
        b, g, r = (np.array(colour) * (self.shade.skylight + self.shade.sunlight * sunny)).tolist()
        return b, g, r


def blank_sheet(place: Place, light: Light, seed: int) -> Sheet:
    lens = place.lens.scaled(FINER)
    shade = Shade(np.array(light.sun), np.array(light.sunlight), np.array(light.skylight))
    x, y, reach = (values.astype(np.float32) for values in lens.ground())
    dice = random.Random(seed)  # noqa: S311 - a simulation
    lamps = [lamp_head(lamp) for lamp in place.lamps]
    return Sheet(lens, light, shade, lamps, dice, np.zeros((*reach.shape, 3), np.float32), x, y, reach)


def lamp_head(lamp: Lamp) -> Spot:
    return (lamp.x + lamp.arm[0], lamp.y + lamp.arm[1])


def lamplight(x: Points | Texture, y: Points | Texture, lamps: list[Spot]) -> Points | Texture:
    """How brightly lamps light the ground: each about 1 below it, a third at LAMP_REACH_M."""
    total = np.zeros_like(x)
    for lamp_x, lamp_y in lamps:
        total += (1.0 + ((x - lamp_x) ** 2 + (y - lamp_y) ** 2) / LAMP_REACH_M**2) ** -1.6
    return total
