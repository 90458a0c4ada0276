"""A simulated camera: pictures of a living place, and the truth about each of them."""

import dataclasses
import random
import time
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.sim.actors import Actor
from edge.sim.address import SimCamera
from edge.sim.backdrop import Backdrop, paint_backdrop
from edge.sim.canvas import Image
from edge.sim.compose import compose
from edge.sim.effects import rain_tiles
from edge.sim.lens import HEIGHT, WIDTH
from edge.sim.light import Light, hour_of, light_of
from edge.sim.place import Place, place_of
from edge.sim.script import Script, script_of
from edge.sim.sight import things_in_sight
from edge.sim.truth import Happening, Truth
from edge.sim.world import World

KNOCK = (7.0, 3.0)  # degrees of yaw and pitch by which somebody has turned the camera
NOISE_ROOM = 64


class Film:
    """One camera's endless film; `start` in seconds. Times may only grow. `script`: another than the camera's own."""

    def __init__(self, camera: SimCamera, start: float = 0.0, script: Script | None = None) -> None:
        self._camera = camera
        place = place_of(camera.view, camera.seed)
        self._places = {False: place, True: _knocked(place)}
        self._world = World(place, script or script_of(camera), camera.seed, start, wet=camera.weather == "rain")
        self._backdrops: dict[tuple[float, bool], Backdrop] = {}
        self._last: Image | None = None
        self._shown: list[Actor] = []
        self._at = start

    def picture(self, at: float) -> Image:
        """540 × 960 × 3, BGR."""
        self._world.live(at)
        self._at = at
        fault = self._world.fault()
        if fault == "camera_frozen" and self._last is not None:
            return self._last
        place, backdrop = self._setting()
        self._shown = self._world.actors()
        image = _spoil(compose(self._shown, place.lens, backdrop), fault)
        _grain(image, backdrop.light, random.Random(f"{self._camera.seed}/{at:.3f}"))  # noqa: S311 - a simulation
        _stamp(image, at, self._camera)
        self._last = image
        return image

    def truth(self) -> Truth:
        """Of the last picture; what hides behind something else is told of with how much of it is seen."""
        place, backdrop = self._setting()
        covered = self._world.fault() == "camera_covered"
        things = [] if covered else things_in_sight(self._shown, place.lens, backdrop)
        return Truth(self._at, tuple(things), tuple(self.happenings()))

    def happenings(self) -> list[Happening]:
        """What of note holds at the last picture, and what held in the ten minutes before."""
        return self._world.happenings()

    def _setting(self) -> tuple[Place, Backdrop]:
        """The place as the camera stands now, in the light of this hour."""
        moved, hour = self._world.fault() == "camera_moved", hour_of(self._camera, self._at)
        if (hour, moved) not in self._backdrops:
            self._backdrops = {key: kept for key, kept in self._backdrops.items() if key[0] == hour}
            light = light_of(hour, self._camera.weather)
            self._backdrops[hour, moved] = paint_backdrop(self._places[moved], light, self._camera.seed)
        return self._places[moved], self._backdrops[hour, moved]


def _knocked(place: Place) -> Place:
    lens = dataclasses.replace(place.lens, yaw=place.lens.yaw + KNOCK[0], pitch=place.lens.pitch + KNOCK[1])
    return dataclasses.replace(place, lens=lens)


def _grain(image: Image, light: Light, dice: random.Random) -> None:
    """The lens's softness, the rain before it, the noise of its sensor."""
    cv2.GaussianBlur(image, (3, 3), 0.55, dst=image)
    if light.wet:
        tile, top = dice.choice(rain_tiles()), dice.randrange(HEIGHT)
        cv2.add(image, tile[top : top + HEIGHT], dst=image)
    plus, minus = _noise(round(light.noise * 2))
    x, y = dice.randrange(NOISE_ROOM), dice.randrange(NOISE_ROOM)
    cv2.add(image, plus[y : y + HEIGHT, x : x + WIDTH], dst=image)
    cv2.subtract(image, minus[y : y + HEIGHT, x : x + WIDTH], dst=image)


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
    clock = time.localtime if camera.light == "auto" else time.gmtime  # a film of fixed light is the same everywhere
    text = f"{time.strftime('%Y-%m-%d %H:%M:%S', clock(at))}  SIM {camera.view.upper()} {camera.seed}"
    for colour, width in (((0, 0, 0), 3), ((255, 255, 255), 1)):
        cv2.putText(image, text, (14, 26), cv2.FONT_HERSHEY_SIMPLEX, 0.5, colour, width, cv2.LINE_AA)
