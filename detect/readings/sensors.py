"""All sensors that have rules.

Their readings are judged as they arrive, on the link's thread: a rule takes microseconds, and an SOS does not wait for
a picture to be looked at. What an edge sends after it was cut off goes through a watch of its own, beside the live one;
what that finds joins the same tickets, by its place and kind.
"""

import threading
from collections import defaultdict
from collections.abc import Callable, Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge

from detect.backlog import Punctuality
from detect.config import SensorConfig
from detect.incident import Incident
from detect.past import Pasts
from detect.readings.sensor_watch import Pack, SensorWatch
from detect.silence import Attention
from edge.messages import Telemetry, check_clock, decode
from edge.topics import Topic
from ingest.senml import resolve

LATE_S = 0.0  # the live rules pass over all that is older: not even the last seconds of a cut may be lost


def read_pack(payload: bytes, now: float) -> Pack:
    """A sensor's message; raise BadMessageError for what is none, or of the future."""
    told = decode(payload, Telemetry)
    readings = sorted(resolve(told.senml, now), key=lambda reading: reading.at)
    for reading in readings:
        check_clock(reading.at, now)
    return Pack(told.boot, told.seq, readings, told.late)


class Sensors:
    """`tell` is called in the order of events, from any thread. `now` is this machine's clock, in epoch seconds."""

    def __init__(self, registry: CollectorRegistry, tell: Callable[[Incident], None]) -> None:
        self._tell = tell
        self._watches: dict[tuple[str, str], SensorWatch] = {}
        self._pasts = Pasts[SensorWatch]()
        self._punctuality: defaultdict[tuple[str, str], Punctuality] = defaultdict(lambda: Punctuality(LATE_S))
        self._lock = threading.Lock()
        self._attention = Attention()
        self._judged = Counter("yihu_detect_readings", "Readings judged", registry=registry)
        sensors = Gauge("yihu_detect_sensors", "Sensors listened to", registry=registry)
        sensors.set_function(self.__len__)

    def __len__(self) -> int:
        return len(self._watches)

    def configure(self, topic: Topic, config: SensorConfig, now: float) -> None:
        """Listen to a sensor by these rules from now on; the same again restart nothing, others clear what is open."""
        place = topic.site, topic.device
        with self._lock:
            known = self._watches.get(place)
            if known and known.config == config:
                return
            if known:
                self._tell_all([*self._watches.pop(place).close(now), *self._pasts.end(place, now)])
            if config.rules:
                self._watches[place] = SensorWatch(topic, config, now)
            else:
                self._punctuality.pop(place, None)

    def hear(self, topic: Topic, payload: bytes, now: float) -> None:
        """Judge a sensor's pack of readings; raise BadMessageError."""
        with self._lock:
            live = self._watches.get((topic.site, topic.device))
            if live is None:
                return
            pack = read_pack(payload, now)
            if pack.readings and (watch := self._watch_for(topic, live, pack, now)):
                self._tell_all(watch.read(pack, now))
                self._judged.inc(len(pack.readings))

    def _watch_for(self, topic: Topic, live: SensorWatch, pack: Pack, now: float) -> SensorWatch | None:
        """What is to judge a pack; None where that was done before."""
        place = topic.site, topic.device
        match self._punctuality[place].judge(pack.boot, pack.seq, pack.readings[-1].at, late=pack.late):
            case "live":
                return live
            case "late":
                return self._pasts.follow(place, lambda: SensorWatch(topic, live.config, now, late=True), now)
            case "again":
                return None

    def tick(self, now: float, *, connected: bool) -> None:
        """Time passes, a second at least between two calls that count; while we are cut off, no sensor is silent."""
        listened = self._attention.tick(now, connected=connected)
        if listened is None:
            return
        with self._lock:
            self._tell_all(self._pasts.tick(now))
            for watch in self._watches.values():
                if not listened:
                    watch.listen_afresh(now)
                elif watch.quiet_until <= now:  # of a hundred thousand hardly any is ticked
                    self._tell_all(watch.tick(now))

    def _tell_all(self, incidents: Iterable[Incident]) -> None:
        for incident in incidents:
            self._tell(incident)
