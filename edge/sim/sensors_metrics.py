"""What each simulated sensor measures: its usual course, and what an event adds to it. A new metric is one more entry.

Times are epoch seconds; the hour of the day is this machine's, as the light in the simulated pictures is.
"""

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from edge.sim.address import Metric, View
from edge.sim.script import Event
from edge.sim.sensors_noise import between, chance, swell, wander, white

SKY = 1  # one weather over all sensors
DAY_S = 86_400.0
WEEKEND = 5
SLIP_S = 3.0  # a slope creeps, then gives way within so long

Course = Callable[[int, float], float]  # of a seed and a time


@dataclass(frozen=True, slots=True)
class Effect:
    """What an event does to a sensor: it adds `least` to `most` when full-grown, trembling by `flutter` of that.

    The sensor feels it `lead` seconds before the camera sees it, and until its end or for `lasts` seconds.
    """

    incident: str
    least: float
    most: float
    shape: Callable[["Effect", Event, float], float]
    flutter: float = 0.0
    lead: float = 0.0
    lasts: tuple[float, float] | None = None
    views: tuple[View, ...] = ()  # where it does so; none named: everywhere

    def span(self, event: Event) -> tuple[float, float]:
        end = event.end if self.lasts is None else event.begin + between(*self.lasts, event.seed, 1)
        return event.begin - self.lead, end

    def adds(self, event: Event, at: float) -> float:
        since, until = self.span(event)
        if not since <= at < until:
            return 0.0
        tremble = 1 + self.flutter * max(-2.0, min(2.0, wander(event.seed, at, 30, 2))) if self.flutter else 1.0
        return between(self.least, self.most, event.seed) * self.shape(self, event, at) * tremble


@dataclass(frozen=True, slots=True)
class Gauge:
    """A kind of sensor. `unit` is a SenML unit; none: a switch, on or off. `effects` go by the kind of event."""

    unit: str
    resolution: float
    usual: Course
    effects: Mapping[str, Effect]
    floor: float = -math.inf
    own: str | None = None  # the event that happens to it with no camera beside it

    @property
    def is_switch(self) -> bool:
        return not self.unit


def hour(at: float) -> float:
    moment = time.localtime(at)
    return moment.tm_hour + moment.tm_min / 60 + (moment.tm_sec + at % 1) / 3600


def bump(at_hour: float, centre: float, width: float) -> float:
    away = (at_hour - centre + 12) % 24 - 12
    return math.exp(-0.5 * (away / width) ** 2)


def plateau(at_hour: float, begin: float, end: float) -> float:
    """0 at night, 1 by day, over about two hours in between."""
    return 1 / ((1 + math.exp((begin - at_hour) / 0.6)) * (1 + math.exp((at_hour - end) / 0.6)))


def bustle(at: float) -> float:
    """How much goes on in the street, about 0 to 1: rush hours and noon, later and gentler at weekends."""
    now = hour(at)
    if time.localtime(at).tm_wday >= WEEKEND:
        return 0.06 + 0.4 * plateau(now, 8.5, 21.5) + 0.2 * bump(now, 11, 1.5) + 0.35 * bump(now, 17, 2.5)
    rush = 0.5 * bump(now, 8, 0.8) + 0.15 * bump(now, 12.3, 0.8) + 0.5 * bump(now, 18, 1.1)
    return 0.06 + 0.4 * plateau(now, 7, 21.5) + rush


def cloud(at: float) -> float:
    """-1 (clear) to 1 (overcast), changing from day to day."""
    return swell(SKY, at, DAY_S)


def rain(at: float) -> float:
    """0 (dry, four fifths of the time) to 1."""
    falls = 0.6 * cloud(at) + 0.7 * swell(SKY + 1, at, 2 * 3600) + 0.2 * swell(SKY + 2, at, 600)
    return max(0.0, min(1.0, (falls - 0.4) / 0.9))


def runoff(at: float) -> float:
    """The rain of the last two hours, the latest counting most: what stands in the gutter."""
    weights = [math.exp(-step / 3) for step in range(9)]
    return sum(weight * rain(at - 900 * step) for step, weight in enumerate(weights)) / sum(weights)


def warmth(at: float) -> float:
    """-1 before sunrise (half past five), 1 at three in the afternoon; cloud flattens it."""
    since = (hour(at) - 5.5) % 24
    course = -math.cos(math.pi * since / 9.5) if since < 9.5 else math.cos(math.pi * (since - 9.5) / 14.5)
    return course * (0.7 - 0.3 * cloud(at))


def season(at: float) -> float:
    """-1 in mid-January, 1 in mid-July."""
    return -math.cos(2 * math.pi * (time.localtime(at).tm_yday - 15) / 365)


def water(seed: int, at: float) -> float:
    still = 0.04 + 0.04 * chance(seed, 0) + 0.1 * runoff(at)
    return still + 0.003 * wander(seed, at, 6 * 3600, 300) + 0.0012 * white(seed, at)


def inclination(seed: int, at: float) -> float:
    mounted = 0.002 + 0.002 * chance(seed, 0)
    swing = 0.0006 * warmth(at - 3600)  # the mast follows the sun
    return mounted + swing + 0.0003 * wander(seed, at, DAY_S, 60) + 0.00012 * white(seed, at)


def gas(seed: int, at: float) -> float:
    return 1.0 + chance(seed, 0) + 0.5 * wander(seed, at, 8 * 3600, 30) + 0.12 * white(seed, at)


def particles(seed: int, at: float) -> float:
    haze = 30 + 20 * chance(seed, 0) + 14 * bustle(at - 1800) + 12 * wander(SKY + 3, at, DAY_S, 3600)
    return haze * (1 - 0.6 * runoff(at)) + 3 * wander(seed, at, 900, 15) + 1.5 * white(seed, at)


def air(seed: int, at: float) -> float:
    outlook = 17 + 10 * season(at) + 3 * swell(SKY + 4, at, 4 * DAY_S) - 1.5 * runoff(at)
    place = 1.5 * chance(seed, 0) + 0.25 * wander(seed, at, 3600, 60)
    return outlook + 5.5 * warmth(at) + place + 0.04 * white(seed, at)


def sound(seed: int, at: float) -> float:
    goes_on = bustle(at)
    passing = (0.8 + 2.2 * goes_on) * wander(seed, at, 240, 4)
    return 41 + 4 * chance(seed, 0) + 22 * math.pow(goes_on, 0.7) + 5 * rain(at) + passing + 0.5 * white(seed, at)


def passers(seed: int, at: float) -> float:
    mean = 13 * bustle(at) * between(0.6, 1.4, seed) * (1 - 0.5 * rain(at))
    return mean + math.sqrt(mean) * wander(seed, at, 1800, 20)


def nothing(_seed: int, _at: float) -> float:
    return 0.0


def grown(_effect: Effect, event: Event, at: float) -> float:
    return event.level(at)


def held(_effect: Effect, _event: Event, _at: float) -> float:
    return 1.0


def slipped(effect: Effect, event: Event, at: float) -> float:
    """Creeps to a tenth before it gives way, then stays so until somebody has set it right."""
    creep = 0.1 * min(1.0, (at - event.begin + effect.lead) / effect.lead)
    return creep + 0.9 * max(0.0, min(1.0, (at - event.begin) / SLIP_S))


ROCKFALL = Effect("slope_movement", 0.058, 0.09, slipped, flutter=0.01, lead=10, views=("slope",))

GAUGES: dict[Metric, Gauge] = {
    "water_level": Gauge("m", 0.001, water, {"flood": Effect("flood", 0.36, 0.52, grown, flutter=0.01)}, floor=0),
    "tilt": Gauge("rad", 0.0001, inclination, {"debris": ROCKFALL, "slope_movement": ROCKFALL}, own="slope_movement"),
    "gas": Gauge("/100", 0.1, gas, {"gas_leak": Effect("gas_leak", 32, 60, grown, flutter=0.12)}, 0, "gas_leak"),
    # particles, as optical smoke heads report them; obscuration per metre is no SenML unit, ug/m3 is (RFC 8798)
    "smoke": Gauge(
        "ug/m3",
        1,
        particles,
        {
            "smoke": Effect("smoke", 450, 900, grown, flutter=0.15),
            "fire": Effect("smoke", 300, 600, grown, flutter=0.15),
        },
        floor=2,
    ),
    "temperature": Gauge("Cel", 0.1, air, {"fire": Effect("fire", 16, 30, grown, flutter=0.08)}),
    "noise": Gauge(
        "dB",
        0.1,
        sound,
        {"crowd": Effect("crowd", 7, 11, grown), "congestion": Effect("congestion", 7, 11, grown)},
        floor=30,
    ),
    "manhole_open": Gauge("", 1, nothing, {"manhole_open": Effect("manhole_open", 1, 1, held)}, own="manhole_open"),
    "sos": Gauge("", 1, nothing, {"sos": Effect("sos", 1, 1, held, lasts=(3, 8))}, own="sos"),
    "people": Gauge("count", 1, passers, {"crowd": Effect("crowd", 25, 60, grown, flutter=0.05)}, floor=0),
}
