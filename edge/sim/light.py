"""The light of a place: the sun, the sky, the lamps, by the hour and the weather."""

import math
import random
import time
from dataclasses import dataclass
from typing import get_args

from edge.sim.address import Light as Mode
from edge.sim.address import SimCamera, View, Weather

Colour = tuple[float, float, float]  # blue, green, red

HOURS: dict[Mode, tuple[float, float]] = {"day": (9.0, 16.5), "dusk": (17.9, 18.5), "night": (20.0, 23.5)}
SUNRISE, SUNSET, MIDNIGHT = 6.0, 19.0, 0.0
QUARTER_S = 900.0
VIEWS: tuple[View, ...] = get_args(View)


@dataclass(frozen=True, slots=True)
class Light:
    """What falls on a white surface; `sun` points towards it; `lamps` is how far the street is lit, 0 to 1."""

    sun: tuple[float, float, float]
    sunlight: Colour
    skylight: Colour
    sky_top: Colour
    sky_low: Colour
    lamps: float
    wet: bool
    noise: float

    @property
    def dark(self) -> bool:
        return self.lamps > 0.5


DAY_SKY = ((214, 168, 118), (236, 222, 205))
DUSK_SKY = ((120, 84, 70), (110, 140, 225))
NIGHT_SKY = ((34, 22, 16), (58, 44, 38))
GREY_SKY = ((176, 170, 164), (200, 196, 192))


def hour_of(camera: SimCamera, at: float) -> float:
    """The hour whose light falls on a camera at `at`, epoch seconds. Where its light is fixed, the seed chooses.

    By the clock it is a quarter of an hour, or midnight for all of the night, since a backdrop takes seconds to paint.
    Each camera has its own lag behind the clock, and each view a time for it, lest all paint at once and look stalled.
    """
    if camera.light != "auto":
        return random.Random(f"hour/{camera.seed}").uniform(*HOURS[camera.light])  # noqa: S311 - a simulation
    share = VIEWS.index(camera.view) + random.Random(f"lag/{camera.seed}").uniform(0, 0.5)  # noqa: S311 - a simulation
    local = time.localtime(at - share / len(VIEWS) * QUARTER_S)
    hour = local.tm_hour + local.tm_min // 15 / 4
    return hour if SUNRISE < hour < SUNSET else MIDNIGHT


def light_of(hour: float, weather: Weather) -> Light:
    """The light at an hour of the day, 0 to 24."""
    elevation = math.sin(math.pi * (hour - SUNRISE) / (SUNSET - SUNRISE)) if SUNRISE < hour < SUNSET else -0.2
    day = min(1.0, max(0.0, elevation * 3.0))
    night = min(1.0, max(0.0, 1.0 - elevation * 6.0)) if elevation < 0.17 else 0.0
    low = 1.0 - min(1.0, elevation * 1.6) if elevation > 0 else 1.0
    azimuth = math.radians(130.0 + 20.0 * (hour - 12.5))
    tilt = 0.35 + 0.75 * max(0.0, elevation)
    sun = (math.cos(tilt) * math.sin(azimuth), -math.cos(tilt) * math.cos(azimuth) * 0.6, math.sin(tilt))
    wet = weather == "rain"
    strength = day * (0.14 if wet else 0.74)
    sunlight = (strength * (1 - 0.45 * low), strength * (1 - 0.2 * low), strength)
    base = 0.17 + 0.48 * day + (0.12 * day if wet else 0.0)
    skylight = (base * (1.12 + 0.1 * night), base * 1.0, base * (0.96 - 0.1 * night))
    top, bottom = _sky(day, night, low, wet)
    return Light(sun, sunlight, skylight, top, bottom, night, wet, 2.0 + 5.0 * night + (1.0 if wet else 0.0))


def _sky(day: float, night: float, low: float, wet: bool) -> tuple[Colour, Colour]:
    clear = tuple(_mix(d, u, low * 0.8) for d, u in zip(DAY_SKY, DUSK_SKY, strict=True))
    cloudy = tuple(_mix(c, g, 0.95 if wet else 0.0) for c, g in zip(clear, GREY_SKY, strict=True))
    dim = tuple(
        _mix(c, n, max(night * 0.95, 1.0 - day if night else 0.0)) for c, n in zip(cloudy, NIGHT_SKY, strict=True)
    )
    return dim[0], dim[1]


def _mix(a: Colour, b: Colour, share: float) -> Colour:
    return (a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share)
