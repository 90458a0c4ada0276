"""`sim://` addresses: which simulated camera or sensor, and how it behaves.

A camera:  sim://kerb?seed=7&light=auto&weather=clear&events=all&every=160
A sensor:  sim://water_level?seed=3&with=underpass:7&every=160   (measures what that camera films)
"""

from collections.abc import Mapping
from typing import Annotated, Literal, TypeVar, get_args, get_origin
from urllib.parse import parse_qsl, urlsplit

import msgspec
from msgspec import Meta, Struct

SCHEME = "sim"

View = Literal["kerb", "junction", "fire-lane", "door", "square", "underpass", "yard", "slope"]
Light = Literal["auto", "day", "dusk", "night"]  # auto: as the clock of this machine says
Weather = Literal["clear", "rain"]
Metric = Literal[
    "water_level", "tilt", "gas", "smoke", "temperature", "noise", "manhole_open", "sos", "people"
]  # fmt: skip
Seed = Annotated[int, Meta(ge=0, lt=2**31)]
Every = Annotated[float, Meta(ge=20, le=86_400)]

Address = TypeVar("Address", bound=Struct)


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
    return _convert(fields, SimCamera, f"with={sensor.beside}")


def _parse(address: str, name: str, kind: type[Address]) -> Address:
    parts = urlsplit(address)
    if parts.path or parts.fragment:
        raise ValueError(f"{address}: what follows {name} is ?key=value&…")
    try:
        given = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
    except ValueError as error:
        raise ValueError(f"{address}: {error}") from error
    return _convert({name: parts.netloc} | given, kind, address)


def _convert(fields: Mapping[str, object], kind: type[Address], whence: str) -> Address:
    _check_known(fields, kind, whence)
    try:
        return msgspec.convert(fields, kind, strict=False)
    except msgspec.ValidationError as error:
        raise ValueError(f"{whence}: {error}") from error


def _check_known(fields: Mapping[str, object], kind: type[Struct], whence: str) -> None:
    """Raise ValueError, which names what is known, for an unknown field or value."""
    known = {field.encode_name: field.type for field in msgspec.structs.fields(kind)}
    for name, value in fields.items():
        if name not in known:
            raise ValueError(f"{whence}: there is no {name}=; known: {', '.join(f'{each}=' for each in [*known][1:])}")
        if get_origin(known[name]) is Literal and value not in get_args(known[name]):
            raise ValueError(f"{whence}: there is no {name} {value!r}; known: {', '.join(get_args(known[name]))}")
