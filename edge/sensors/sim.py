"""sim://METRIC?…: a simulated sensor (see edge/sim/address.py)."""

from edge.driver import Spoken
from edge.messages import SenmlRecord
from edge.sim.sensors import SimulatedSensor


class SimDriver:
    def __init__(self, sensor: SimulatedSensor) -> None:
        self._sensor = sensor
        self._heard_at: float | None = None

    def read(self, now: float) -> list[SenmlRecord]:
        """What it says, and what a switch did since it was heard last; nothing at a drop-out."""
        records = self._sensor.readings(now if self._heard_at is None else self._heard_at, now)
        if records:
            self._heard_at = now
        return records

    def close(self) -> None: ...


def parse(address: str) -> Spoken:
    """Raise ValueError for an address that names no such sensor."""
    sensor = SimulatedSensor(address)
    return Spoken(sensor.metric, sensor.unit)


def connect(address: str) -> SimDriver:
    return SimDriver(SimulatedSensor(address))
