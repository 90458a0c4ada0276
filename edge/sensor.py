"""The agent's sensors: who reads them, what they last said, and which have fallen silent."""

import logging
import queue
from collections.abc import Iterator

from edge.driver import PUSHES, line_of, scheme_of
from edge.messages import DeviceConfig, DeviceState, SensorStatus
from edge.reader import Reader, Readout

log = logging.getLogger(__name__)

SILENCE_S = 30.0  # without a reading for so long, and for as long as three readings take, a sensor is stalled
MISSED = 3
PARTING_S = 1.0


class Sensor:
    """One sensor as the agent keeps it. All times passed in are monotonic seconds."""

    def __init__(self, config: DeviceConfig, now: float) -> None:
        self.config = config
        self.state: DeviceState = "starting"
        self.error = ""
        self._patience = max(SILENCE_S, MISSED * config.every)
        self._heard_at = now

    def hear(self, readout: Readout, now: float) -> None:
        if readout.error:
            self.state, self.error = "offline", readout.error
        elif readout.records:
            self.state, self.error, self._heard_at = "online", "", now

    def look(self, now: float) -> None:
        """See whether it has been silent for too long: it said nothing, or its driver hangs."""
        if self.state in ("online", "starting") and now - self._heard_at > self._patience:
            self.state, self.error = "stalled", f"no reading for {self._patience:.0f} s: check its power and its line"


class Sensors:
    """Keeps sensors as their configuration says. For one thread; reading goes on in others."""

    def __init__(self) -> None:
        self._sensors: dict[str, Sensor] = {}
        self._readers: dict[str, Reader] = {}
        self._readouts: queue.SimpleQueue[Readout] = queue.SimpleQueue()
        self.news = False  # a sensor is in another state than was last reported

    def __len__(self) -> int:
        return len(self._sensors)

    def silent(self) -> list[str]:
        return sorted(device for device, sensor in self._sensors.copy().items() if sensor.state != "online")

    def configure(self, device: str, config: DeviceConfig | None, now: float) -> None:
        """Take the sensor on, change it, or (None) leave it; one that pushes by itself is nobody's to read."""
        if config and (not config.sensor or scheme_of(config.sensor) == PUSHES):
            config = None
        known = self._sensors.get(device)
        if (known.config if known else None) == config:
            return
        if known:
            self._reader(known.config).watch(device, None)
            del self._sensors[device]
        if config:
            self._sensors[device] = Sensor(config, now)
            self._reader(config).watch(device, config)
            log.info("sensor %s: %s every %g s", device, config.sensor, config.every)
        self.news = True

    def take(self, now: float) -> Iterator[Readout]:
        """What was read since the last call; what is not of the present configuration is dropped."""
        while not self._readouts.empty():
            readout = self._readouts.get()
            sensor = self._sensors.get(readout.device)
            if sensor is None or sensor.config is not readout.config:
                continue
            before = sensor.state, sensor.error
            sensor.hear(readout, now)
            if before != (sensor.state, sensor.error):
                self._tell(readout.device, sensor)
            yield readout

    def look(self, now: float) -> None:
        """See which have been silent for too long."""
        for device, sensor in self._sensors.items():
            before = sensor.state
            sensor.look(now)
            if sensor.state != before:
                self._tell(device, sensor)

    def report(self) -> dict[str, SensorStatus]:
        self.news = False
        return {device: SensorStatus(sensor.state, sensor.error) for device, sensor in self._sensors.items()}

    def close(self) -> dict[str, SensorStatus]:
        """Stop reading; return the last report."""
        for reader in self._readers.values():
            reader.stop(PARTING_S)
        return {device: SensorStatus("stopped") for device in self._sensors}

    def _reader(self, config: DeviceConfig) -> Reader:
        line = line_of(config.sensor or "")
        if line not in self._readers:
            self._readers[line] = Reader(line, self._readouts)
        return self._readers[line]

    def _tell(self, device: str, sensor: Sensor) -> None:
        self.news = True
        log.info("sensor %s is %s%s", device, sensor.state, f": {sensor.error}" if sensor.error else "")
