"""A simulated sensor: what it says at any time, and what is true. A pure function of its address and the time."""

from collections.abc import Iterable
from zlib import crc32

from edge.messages import SenmlRecord
from edge.sim.address import SimCamera, SimSensor, beside, parse_sensor
from edge.sim.script import FAULTS, INCIDENTS, INNOCENT, Event, Script, script_of
from edge.sim.sensors_metrics import GAUGES, Effect
from edge.sim.sensors_noise import chance
from edge.sim.truth import Happening

SILENT = "sensor_fault"  # says nothing for a minute or two
OWN = (*(gauge.own for gauge in GAUGES.values() if gauge.own), SILENT)
FILMED = (*INCIDENTS, *FAULTS, *INNOCENT)

NOTHING = "nothing"
SELDOM = 9  # of ten slots of its own, so many pass without an event
SILENCE_EVERY_S, SILENCE_SELDOM = 300.0, 143  # about two silences a day
MISSING = 0.01  # of the readings, one by one
LATCH_S = 600.0  # how far back a switch remembers


class SimulatedSensor:
    """Measures what the camera beside it films, and what happens to itself. Times are epoch seconds."""

    def __init__(self, address: str | SimSensor) -> None:
        """Raise ValueError, which says what is wrong with the address."""
        sensor = parse_sensor(address) if isinstance(address, str) else address
        self.metric, self._gauge = sensor.metric, GAUGES[sensor.metric]
        self.unit = self._gauge.unit
        self._seed = crc32(f"{sensor.metric}/{sensor.seed}".encode())
        wanted = _check_events(sensor.events)
        camera = beside(sensor)
        self._effects = {
            kind: effect
            for kind, effect in self._gauge.effects.items()
            if kind in OWN or (camera and (camera.view in effect.views or not effect.views))
        }
        filmed = filmed_script(sensor)
        followed = filmed.shares.keys() & self._effects.keys() if filmed else set()
        own = None if followed else self._gauge.own
        self._scripts = [Script(self._seed, sensor.every, _shares(own, wanted, SELDOM))]
        if filmed:
            self._scripts.append(filmed)
        self._silences = Script(self._seed + 1, SILENCE_EVERY_S, _shares(SILENT, wanted, SILENCE_SELDOM))

    def value(self, at: float) -> float:
        """What is there to be measured, rounded as the device does."""
        gauge = self._gauge
        exact = gauge.usual(self._seed, at) + sum(effect.adds(event, at) for effect, event in self._felt(at, at))
        return round(round(max(gauge.floor, exact) / gauge.resolution) * gauge.resolution, 6)

    def speaks(self, at: float) -> bool:
        if chance(self._seed + 2, int(at)) < MISSING:
            return False
        return not any(
            event.kind == SILENT and event.begin <= at < event.end for event in self._silences.between(at, at)
        )

    def readings(self, after: float, at: float) -> list[SenmlRecord]:
        """What it says when asked at `at`, having been asked `after` last; nothing at a drop-out.

        Times are relative to `at`. A switch also tells how it went on and off meanwhile: a press is short.
        """
        if not self.speaks(at):
            return []
        if not self._gauge.is_switch:
            return [SenmlRecord(n=self.metric, u=self._gauge.unit, v=self.value(at))]
        turns = sorted({t for e in self._spans(max(after, at - LATCH_S), at) for t in e if after < t < at})
        return [self._turned(moment, round(moment - at, 3)) for moment in turns] + [self._turned(at, 0.0)]

    def happenings(self, begin: float, end: float) -> list[Happening]:
        """What is to be detected in its readings and is under way between the two times, its silences included."""
        felt = [(effect.incident, event, effect.span(event)) for effect, event in self._felt(begin, end)]
        felt += [
            (SILENT, event, (event.begin, event.end))
            for event in self._silences.between(begin, end)
            if event.kind == SILENT
        ]
        return sorted(
            (Happening(event.number, kind, "", *span) for kind, event, span in felt), key=lambda one: one.since
        )

    def _turned(self, moment: float, relative: float) -> SenmlRecord:
        return SenmlRecord(n=self.metric, vb=self.value(moment) > 0, t=relative)

    def _spans(self, begin: float, end: float) -> Iterable[tuple[float, float]]:
        return (effect.span(event) for effect, event in self._felt(begin, end))

    def _felt(self, begin: float, end: float) -> list[tuple[Effect, Event]]:
        lead = max((effect.lead for effect in self._effects.values()), default=0.0)
        pairs = [
            (self._effects[event.kind], event)
            for script in self._scripts
            for event in script.between(begin, end + lead)
            if event.kind in self._effects
        ]
        return [(effect, event) for effect, event in pairs if _overlaps(effect.span(event), begin, end)]


def _overlaps(span: tuple[float, float], begin: float, end: float) -> bool:
    return span[0] <= end and span[1] >= begin


def _check_events(events: str) -> list[str] | None:
    """The kinds that may happen, in their order; None: all."""
    if events in ("all", "none"):
        return None if events == "all" else []
    wanted = events.split(",")
    if wrong := set(wanted) - {*FILMED, *OWN}:
        known = ", ".join((*INCIDENTS, *OWN))
        raise ValueError(f"{', '.join(sorted(wrong))}: no such event; known: {known}")
    return wanted


def filmed_script(sensor: SimSensor) -> Script | None:
    """The script of the camera beside it, which knows nothing of the sensor's own events."""
    camera, wanted = beside(sensor), _check_events(sensor.events)
    kinds = None if wanted is None else [kind for kind in wanted if kind in FILMED]
    if camera is None or kinds == []:
        return None
    names = "all" if kinds is None else ",".join(kinds)
    return script_of(SimCamera(camera.view, camera.seed, events=names, every=camera.every))


def _shares(kind: str | None, wanted: list[str] | None, seldom: int) -> dict[str, float]:
    if kind is None or (wanted is not None and kind not in wanted):
        return {}
    return {kind: 1, NOTHING: seldom} if wanted is None else {kind: 1}
