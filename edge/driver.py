"""What a sensor's driver is, and which there are: `SCHEME://…` is read by the module edge/sensors/SCHEME.py."""

import importlib
import pkgutil
from functools import cache
from typing import NamedTuple, Protocol, cast

from edge import sensors
from edge.messages import SenmlRecord

PUSHES = "mqtt"  # such a sensor publishes by itself; no agent reads it


class SensorError(Exception):
    """The sensor, or what leads to it, does not do as it should; the text says what, and what to do."""


class Spoken(NamedTuple):
    """What an address says of its sensor: the metric and unit (SenML's; none: on or off) that it speaks of.

    The sensors of one `line` are read in turn, by one thread, and all with the same `settings` of the line.
    """

    metric: str
    unit: str
    line: str = ""
    settings: str = ""


class Driver(Protocol):
    """One sensor, open."""

    def read(self, now: float) -> list[SenmlRecord]:
        """Ask it, for a few seconds at most; times in the records are relative to `now`, epoch seconds.

        Nothing is what a sensor may say; raise SensorError or OSError when it does not answer.
        """

    def close(self) -> None: ...


class DriverModule(Protocol):
    """A module of edge/sensors. Who checks addresses has no driver's libraries: it loads them when it connects."""

    def parse(self, address: str) -> Spoken:
        """Raise ValueError, which says what is wrong with the address."""

    def connect(self, address: str) -> Driver:
        """Open the sensor of an address that is right; raise SensorError or OSError."""


@cache
def known_drivers() -> tuple[str, ...]:
    return tuple(sorted(module.name for module in pkgutil.iter_modules(sensors.__path__)))


def scheme_of(address: str) -> str:
    return address.partition("://")[0]


def parse(address: str) -> Spoken | None:
    """What an address says; None of a sensor that pushes by itself. Raise ValueError, which says what is wrong."""
    return None if scheme_of(address) == PUSHES else _module(address).parse(address)


def line_of(address: str) -> str:
    """What is read in turn, by one thread; of an address that is wrong, too, whose reader says so."""
    scheme = scheme_of(address)
    try:
        spoken = parse(address)
    except ValueError:
        return scheme
    return f"{scheme}://{spoken.line}" if spoken and spoken.line else scheme


def connect(address: str) -> Driver:
    """Open the sensor; raise SensorError or OSError."""
    try:
        module = _module(address)
        module.parse(address)
    except ValueError as error:
        raise SensorError(f"{error}: check `sensor:` in the site file") from error
    return module.connect(address)


def _module(address: str) -> DriverModule:
    scheme = scheme_of(address)
    if scheme not in known_drivers():
        known = ", ".join(f"{name}://" for name in known_drivers())
        raise ValueError(f"no driver for {address}; known: {known} and {PUSHES}")
    return cast("DriverModule", importlib.import_module(f"{sensors.__name__}.{scheme}"))
