"""What a sensor's driver is, and which there are: `SCHEME://…` is read by the module edge/sensors/SCHEME.py."""

import importlib
import pkgutil
from typing import Protocol

from edge import sensors
from edge.messages import SenmlRecord

PUSHES = "mqtt"  # such a sensor publishes by itself; no agent reads it


class SensorError(Exception):
    """The sensor, or what leads to it, does not do as it should; the text says what, and what to do."""


class Driver(Protocol):
    """One sensor, open. A module of edge/sensors has `connect(address)`, which returns one or raises SensorError."""

    def read(self, now: float) -> list[SenmlRecord]:
        """Ask it, for a few seconds at most; times in the records are relative to `now`, epoch seconds.

        Nothing is what a sensor may say; raise SensorError or OSError when it does not answer.
        """

    def close(self) -> None: ...


def known_drivers() -> list[str]:
    return sorted(module.name for module in pkgutil.iter_modules(sensors.__path__))


def scheme_of(address: str) -> str:
    return address.partition("://")[0]


def connect(address: str) -> Driver:
    """Open the sensor; raise SensorError or OSError."""
    scheme = scheme_of(address)
    if scheme not in known_drivers():
        known = ", ".join(f"{name}://" for name in known_drivers())
        raise SensorError(f"no driver for {address}; known: {known} and {PUSHES}")
    driver: Driver = importlib.import_module(f"{sensors.__name__}.{scheme}").connect(address)
    return driver
