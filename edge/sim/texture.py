"""Noise and surfaces: what the ground and the walls of a place look like from close by."""

import random
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.sim.lens import Floats
from edge.sim.light import Colour
from edge.sim.place import Material, Style

Texture = NDArray[np.float32]

TILE = 512  # pixels of the noise tile, which repeats
BEYOND = np.float32(2**31)  # of the integers that count its pixels

# colour, share of coarse and of fine noise, size of a slab in metres (0: none) and how dark its joints are
GROUNDS: dict[Material, tuple[Colour, float, float, float, float]] = {
    "asphalt": ((104, 102, 100), 0.10, 0.10, 0.0, 0.0),
    "concrete": ((144, 148, 150), 0.10, 0.05, 2.5, 0.12),
    "brick": ((128, 138, 160), 0.08, 0.06, 0.5, 0.14),
    "granite": ((148, 152, 154), 0.07, 0.05, 1.0, 0.13),
    "grass": ((58, 116, 84), 0.22, 0.25, 0.0, 0.0),
    "dirt": ((104, 130, 150), 0.20, 0.14, 0.0, 0.0),
}


@cache
def noise_tile() -> Texture:
    """Noise of mean 0 and about unit size that repeats without a seam: octaves, halved in size and weight."""
    generator = np.random.default_rng(1)
    total = np.zeros((TILE, TILE), np.float32)
    for octave in range(6):
        size = 8 << octave
        coarse = generator.standard_normal((size, size)).astype(np.float32)
        wrapped = np.pad(coarse, 1, mode="wrap")
        scale = TILE // size
        large = cv2.resize(wrapped, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
        total += large[scale:-scale, scale:-scale] * 0.6**octave
    return np.asarray(total / float(total.std()), np.float32)


def noise_at(x: Floats | Texture, y: Floats | Texture, size: float) -> Texture:
    """The noise at world coordinates; the tile is `size` metres wide."""
    scale = np.float32(TILE / size)
    noise: Texture = noise_tile()[_on_tile(y * scale), _on_tile(x * scale)]
    return noise


def _on_tile(along: Floats | Texture) -> NDArray[np.int32]:
    """Rows or columns of the tile; its first, where an integer would overflow: smoke drifts by seconds since 1970."""
    shifted = along + np.float32(1024 * TILE)
    return np.where(np.abs(shifted) < BEYOND, shifted, np.float32(0)).astype(np.int32) & (TILE - 1)


def ground_colour(material: Material, x: Texture, y: Texture, reach: Texture) -> Texture:
    """N × 3 colours of N spots on the ground; detail fades with distance, where it could only flicker."""
    colour, coarse, fine, slab, joint = GROUNDS[material]
    near = np.clip(18.0 / reach, 0.0, 1.0)
    value = 1.0 + coarse * noise_at(x, y, 60.0) * 0.7 + fine * noise_at(x, y, 4.0) * near * 0.5
    if slab:
        seam = 0.035 + 0.0012 * reach
        gap = (np.mod(x / slab, 1.0) < seam / slab) | (np.mod(y / slab, 1.0) < seam / slab)
        value -= joint * gap * np.clip(14.0 / reach, 0.0, 1.0)
        value += 0.05 * (np.mod(np.floor(x / slab) * 7.0 + np.floor(y / slab) * 13.0, 5.0) / 2.5 - 1.0) * near
    return np.asarray(value[:, None] * np.array(colour), np.float32)


WALLS: dict[Style, tuple[Colour, ...]] = {
    "flats": ((176, 196, 210), (150, 172, 196), (196, 204, 208), (140, 158, 178)),
    "shops": ((186, 194, 198), (160, 178, 200), (170, 176, 182)),
    "office": ((176, 168, 156), (150, 144, 138)),
    "wall": ((168, 172, 174), (156, 160, 162)),
    "rock": ((96, 112, 118),),
    "hoarding": ((170, 120, 54),),
}
SIGNS: tuple[Colour, ...] = ((40, 40, 190), (40, 140, 220), (140, 80, 30), (60, 130, 50), (210, 210, 214), (50, 50, 52))
FLOOR, BAY = 3.1, 3.3  # metres


class Wall:
    """The two pictures of a wall: what light falls on, and what shines by itself at night."""

    def __init__(self, width: float, height: float, scale: float, colour: Colour) -> None:
        size = (max(2, round(height * scale)), max(2, round(width * scale)), 3)
        self.scale, self.width, self.height = scale, width, height
        self.albedo = np.full(size, colour, np.float32)
        self.shine = np.zeros(size, np.float32)

    def fill(self, x: tuple[float, float], z: tuple[float, float], colour: Colour, shine: Colour | None = None) -> None:
        """A rectangle in metres, `z` from the foot up."""
        rows = self.albedo.shape[0]
        left, right = round(x[0] * self.scale), max(round(x[0] * self.scale) + 1, round(x[1] * self.scale))
        top, bottom = rows - round(z[1] * self.scale), rows - round(z[0] * self.scale)
        bottom = max(bottom, top + 1)
        top = max(top, 0)
        self.albedo[top:bottom, max(left, 0) : right] = colour
        if shine:
            self.shine[top:bottom, max(left, 0) : right] = shine


def wall_of(style: Style, width: float, height: float, scale: float, dice: random.Random) -> Wall:
    wall = Wall(width, height, scale, dice.choice(WALLS[style]))
    _weather(wall, dice)
    if style in ("flats", "shops", "office"):
        _storeys(wall, style, dice)
    elif style == "rock":
        _lattice(wall)
    elif style == "hoarding":
        for k in range(int(width / 2.4)):
            wall.fill((k * 2.4, k * 2.4 + 0.06), (0, height), (120, 84, 40))
        wall.fill((0, width), (height - 0.3, height), (220, 222, 224))
    return wall


def _weather(wall: Wall, dice: random.Random) -> None:
    rows, columns = wall.albedo.shape[:2]
    y, x = np.mgrid[0:rows, 0:columns].astype(np.float32) / wall.scale
    shift = dice.uniform(0, 50)
    wall.albedo *= (1.0 + 0.05 * noise_at(x + shift, y, 24.0) + 0.03 * noise_at(x, y + shift, 3.0))[..., None]


def _storeys(wall: Wall, style: Style, dice: random.Random) -> None:
    shops = style == "shops"
    ground = 4.0 if shops else 0.6
    if shops:
        _shop_fronts(wall, dice)
    columns, floors = max(1, int(wall.width / BAY)), max(1, int((wall.height - ground - 0.8) / FLOOR))
    margin = (wall.width - columns * BAY) / 2
    for floor in range(floors):
        z = ground + floor * FLOOR
        if style != "office":
            wall.fill((0, wall.width), (z - 0.08, z + 0.05), (136, 142, 146))
        for column in range(columns):
            x = margin + column * BAY
            _office_glass(wall, x, z, dice) if style == "office" else _window(wall, x, z, dice, column)
    wall.fill((0, wall.width), (wall.height - 0.6, wall.height), (130, 134, 138))


def _shine(dice: random.Random, share: float) -> Colour | None:
    if dice.random() > share:
        return None
    warm = dice.random()
    power = dice.uniform(0.5, 1.0)
    return ((90 + 110 * (1 - warm)) * power, 175 * power, 225 * power)


def _window(wall: Wall, x: float, z: float, dice: random.Random, column: int) -> None:
    balcony = column % 3 == 1
    shine = _shine(dice, 0.42)
    left, right, low, high = (
        (x + 0.25, x + BAY - 0.25, z + 0.3, z + 2.6) if balcony else (x + 0.8, x + 2.4, z + 0.9, z + 2.4)
    )
    wall.fill((left - 0.08, right + 0.08), (low - 0.1, high + 0.08), (196, 200, 202))
    glass = dice.choice(((96, 84, 70), (112, 98, 84), (84, 76, 66), (130, 118, 104)))
    wall.fill((left, right), (low, high), glass, shine)
    if dice.random() < 0.45:
        edge = left + (right - left) * dice.uniform(0.3, 0.7)
        wall.fill((left, edge), (low, high), dice.choice(((180, 190, 200), (150, 160, 190), (170, 176, 160))), shine)
    wall.fill(((left + right) / 2 - 0.03, (left + right) / 2 + 0.03), (low, high), (170, 172, 174))
    if balcony:
        wall.fill((left - 0.1, right + 0.1), (z + 0.1, z + 1.1), (188, 196, 202))
    elif dice.random() < 0.6:
        wall.fill((x + 0.1, x + 0.7), (z + 0.25, z + 0.85), (206, 208, 208))
        wall.fill((x + 0.2, x + 0.5), (z + 0.33, z + 0.75), (120, 122, 124))


def _office_glass(wall: Wall, x: float, z: float, dice: random.Random) -> None:
    tone = dice.uniform(0.8, 1.15)
    wall.fill(
        (x + 0.06, x + BAY - 0.06), (z + 0.55, z + FLOOR - 0.1), (138 * tone, 112 * tone, 84 * tone), _shine(dice, 0.3)
    )


def _shop_fronts(wall: Wall, dice: random.Random) -> None:
    x = 0.2
    while x < wall.width - 2.5:
        wide = min(dice.uniform(4.0, 7.5), wall.width - x - 0.2)
        sign = dice.choice(SIGNS)
        lit = (90.0, 150.0, 190.0) if dice.random() < 0.75 else None
        shut = dice.random() < 0.15
        front = (150.0, 152.0, 152.0) if shut else (92.0, 84.0, 78.0)
        wall.fill((x, x + wide - 0.3), (0.15, 2.75), front, None if shut else lit)
        wall.fill((x, x + wide - 0.3), (2.85, 3.75), sign, (sign[0] * 0.9 + 20, sign[1] * 0.9 + 20, sign[2] * 0.9 + 20))
        _lettering(wall, x, wide, dice, sign)
        for pane in np.arange(x + 1.2, x + wide - 0.6, 1.2):
            wall.fill((float(pane), float(pane) + 0.06), (0.15, 2.75), (170, 172, 174))
        x += wide


def _lettering(wall: Wall, x: float, wide: float, dice: random.Random, sign: Colour) -> None:
    """Blocks of strokes as large as characters: at this distance nobody reads them."""
    ink: Colour = (238, 240, 242) if sum(sign) < 500 else (40, 40, 180)
    count = int((wide - 1.0) / 0.75)
    for k in range(dice.randint(max(1, count - 2), max(1, count))):
        left = x + 0.4 + k * 0.75
        for _ in range(4):
            a, z = left + dice.uniform(0, 0.25), 3.0 + dice.uniform(0, 0.45)
            across = dice.random() < 0.5
            wall.fill(
                (a, a + (0.4 if across else 0.1)), (z, z + (0.1 if across else 0.35)), ink, (ink[0], ink[1], ink[2])
            )


def _lattice(wall: Wall) -> None:
    """A slope held by concrete beams, with green between."""
    rows, columns = wall.albedo.shape[:2]
    y, x = np.mgrid[0:rows, 0:columns].astype(np.float32) / wall.scale
    green = noise_at(x, y, 14.0) > -0.1
    wall.albedo[green] = np.array((52, 104, 78), np.float32)
    wall.albedo *= (1.0 + 0.16 * noise_at(x, y, 3.0))[..., None]
    for k in range(int(wall.width / 3.2) + 1):
        wall.fill((k * 3.2, k * 3.2 + 0.32), (0, wall.height), (150, 156, 158))
    for k in range(int(wall.height / 2.8) + 1):
        wall.fill((0, wall.width), (k * 2.8, k * 2.8 + 0.32), (150, 156, 158))
