"""`sim://` addresses: which simulated camera or sensor, and how it behaves.

A camera:  sim://kerb?seed=7&light=auto&weather=clear&events=all&every=160
A sensor:  sim://water_level?seed=3&with=underpass:7&every=160   (measures what that camera films)
"""

from typing import Annotated, Literal
from urllib.parse import urlsplit

from msgspec import Meta, Struct

from edge.address import Fields, asked_of, convert

SCHEME = "sim"

View = Literal["kerb", "junction", "fire-lane", "door", "square", "underpass", "yard", "slope"]
Light = Literal["auto", "day", "dusk", "night"]  # auto: as the clock of this machine says
Weather = Literal["clear", "rain"]
Metric = Literal[
    "water_level", "tilt", "gas", "smoke", "temperature", "noise", "manhole_open", "sos", "people"
]  # fmt: skip
Seed = Annotated[int, Meta(ge=0, lt=2**31)]
Every = Annotated[float, Meta(ge=20, le=86_400)]


class SimCamera(Struct, frozen=True, forbid_unknown_fields=True):
    """`events`: all, none, or kinds joined by commas; one of them every `every` seconds."""

    view: View
    seed: Seed = 0
    light: Light = "auto"
    weather: Weather = "clear"
    events: str = "all"
    every: Every = 160.0


class SimSensor(Struct, frozen=True, forbid_unknown_fields=True, rename={"beside": "with"}):
    """`beside` (in the address: `with`) is a camera as VIEW:SEED, whose script moves this sensor too."""

    metric: Metric
    seed: Seed = 0
    beside: str | None = None
    events: str = "all"
    every: Every = 160.0


def is_simulated(address: str) -> bool:
    return address.startswith(f"{SCHEME}://")


def parse_camera(address: str) -> SimCamera:
    """Raise ValueError, which says what is wrong with the address."""
    return _parse(address, "view", SimCamera)


def parse_sensor(address: str) -> SimSensor:
    """Raise ValueError, which says what is wrong with the address."""
    sensor = _parse(address, "metric", SimSensor)
    if sensor.beside:
        beside(sensor)
    return sensor


def beside(sensor: SimSensor) -> SimCamera | None:
    """The camera whose script the sensor follows; raise ValueError when there is none such."""
    if sensor.beside is None:
        return None
    view, _, seed = sensor.beside.partition(":")
    if not seed.isdecimal():
        raise ValueError(f"with={sensor.beside}: expected VIEW:SEED, such as underpass:7")
    fields = {"view": view, "seed": seed, "events": sensor.events, "every": sensor.every}
    return convert(fields, SimCamera, f"with={sensor.beside}")


def _parse(address: str, name: str, kind: type[Fields]) -> Fields:
    parts = urlsplit(address)
    if parts.path or parts.fragment:
        raise ValueError(f"{address}: what follows {name} is ?key=value&…")
    return convert({name: parts.netloc} | asked_of(parts), kind, address)
