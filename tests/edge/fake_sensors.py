"""Drivers that do what no simulated sensor does: fail, hang, break."""

import threading

from edge.driver import SensorError
from edge.messages import SenmlRecord


class FakeSensors:
    """Stands for `edge.reader.connect`; the address says what a sensor does. `go_on` ends what hangs."""

    def __init__(self):
        self.connected, self.closed = [], []
        self.go_on = threading.Event()

    def connect(self, address):
        self.connected.append(address)
        return _Fake(self, address)


class _Fake:
    def __init__(self, sensors, address):
        self._sensors, self._address = sensors, address

    def read(self, _now):
        match self._address.partition("://")[2]:
            case "fails":
                raise SensorError("no answer from unit 3: check its wiring")
            case "is-cut":
                raise TimeoutError("timed out")
            case "breaks":
                raise KeyError(3)
            case "hangs":
                self._sensors.go_on.wait()
            case "is-mute":
                return []
        return [SenmlRecord(n="level", u="m", v=1.5)]

    def close(self):
        self._sensors.closed.append(self._address)
