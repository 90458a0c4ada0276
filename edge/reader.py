"""Reads the sensors of one line, each when it is due, in one thread however many they are.

A thread a line, so that a field bus that hangs holds up neither the cameras nor the sensors of another; a driver whose
sensors have no lines is one.
"""

import heapq
import itertools
import logging
import queue
import threading
import time
from dataclasses import dataclass
from zlib import crc32

from edge.backoff import Backoff
from edge.driver import Driver, SensorError, connect
from edge.messages import DeviceConfig, SenmlRecord

log = logging.getLogger(__name__)

SPREAD_S = 10.0  # first readings are spread over so long, so that hundreds of sensors do not speak all at once
RETRY_S = 60.0  # a sensor that fails is tried again after so long at most, unless it is read even less often


@dataclass(frozen=True, slots=True)
class Readout:
    """What came of asking a sensor once: records, none, or an error. `at` is in epoch seconds."""

    device: str
    config: DeviceConfig
    at: float
    records: list[SenmlRecord]
    error: str = ""


class _Line:
    """One sensor and its driver, which is opened anew after an error."""

    def __init__(self, device: str, config: DeviceConfig) -> None:
        self.device, self.config = device, config
        self._driver: Driver | None = None
        self._backoff = Backoff(first=1.0, cap=RETRY_S)

    def read(self) -> tuple[Readout, float]:
        """Ask the sensor; return what came of it, and after how many seconds to ask again."""
        now = time.time()
        try:
            if self._driver is None:
                self._driver = connect(self.config.sensor or "")
            records = self._driver.read(now)
        except (SensorError, OSError) as error:
            return self._failed(now, str(error))
        except Exception as error:  # a driver's bug is loud, but takes neither cameras nor other sensors down
            log.exception("the driver of sensor %s has a bug", self.device)
            return self._failed(now, f"{type(error).__name__} in its driver: see the agent's log")
        self._backoff.reset()
        return Readout(self.device, self.config, now, records), self.config.every

    def close(self) -> None:
        if self._driver:
            self._driver.close()
            self._driver = None

    def _failed(self, now: float, error: str) -> tuple[Readout, float]:
        self.close()
        return Readout(self.device, self.config, now, [], error), max(self.config.every, self._backoff.next())


class Reader:
    """Puts what it reads into `out`. `watch` and `stop` may be called from any thread and return at once."""

    def __init__(self, name: str, out: "queue.SimpleQueue[Readout]") -> None:
        self._out = out
        self._orders: queue.SimpleQueue[tuple[str, DeviceConfig | None] | None] = queue.SimpleQueue()
        self._lines: dict[str, _Line] = {}
        self._due: list[tuple[float, int, _Line]] = []
        self._turns = itertools.count()  # keeps the heap from comparing lines
        self._thread = threading.Thread(target=self._run, name=f"sensors-{name}", daemon=True)
        self._thread.start()

    def watch(self, device: str, config: DeviceConfig | None) -> None:
        """Read this sensor from now on as the configuration says; None: no more."""
        self._orders.put((device, config))

    def stop(self, within_s: float) -> None:
        """A driver that hangs is left behind; the thread ends with the process."""
        self._orders.put(None)
        self._thread.join(within_s)

    def _run(self) -> None:
        while self._obey():
            self._read_due()
        for line in self._lines.values():
            line.close()

    def _obey(self) -> bool:
        """Wait until a sensor is due, and take the orders that come meanwhile; False: stop."""
        while True:
            wait = self._due[0][0] - time.monotonic() if self._due else None
            try:
                order = self._orders.get(timeout=wait) if wait is None or wait > 0 else self._orders.get_nowait()
            except queue.Empty:
                return True
            if order is None:
                return False
            self._take(*order)

    def _take(self, device: str, config: DeviceConfig | None) -> None:
        if known := self._lines.pop(device, None):
            known.close()
        if config:
            line = self._lines[device] = _Line(device, config)
            spread = min(SPREAD_S, config.every) * (crc32(device.encode()) % 1000) / 1000
            heapq.heappush(self._due, (time.monotonic() + spread, next(self._turns), line))

    def _read_due(self) -> None:
        due, _, line = heapq.heappop(self._due)
        if self._lines.get(line.device) is not line:  # replaced or taken away since it was planned
            return
        readout, pause = line.read()
        self._out.put(readout)
        now = time.monotonic()
        again = due + pause if due + pause > now else now + pause  # turns that were missed are not made up for
        heapq.heappush(self._due, (again, next(self._turns), line))
