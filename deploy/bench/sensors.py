"""The rules on readings against the truth of simulated sensors: a day of one is judged in a second or two."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import msgspec

from deploy.bench.films import FIRST
from deploy.bench.score import Dwells, Opened, Tally, score
from deploy.demo.town import sensor_rules
from detect.config import SensorConfig
from detect.incident import Incident
from detect.readings.sensor_watch import Pack, SensorWatch
from detect.readings.threshold import ThresholdSettings
from detect.rules.sensor.sensor_fault import USUAL_S
from edge.sensors.sim import SimDriver
from edge.sim.address import Metric, SimSensor
from edge.sim.sensors import SimulatedSensor
from edge.topics import Topic
from ingest.senml import resolve

BOOT = UUID(int=0)
START, DAY_S, SAMPLED_S = 1_750_000_000.0, 86_400.0, 5.0
EVERY_S = 120.0  # an event in so long where a camera films it; of what happens to a sensor alone, in ten times as long
FILMED_BY = {"water_level": "underpass", "tilt": "slope"}
METRICS: tuple[Metric, ...] = ("water_level", "tilt", "gas", "manhole_open", "sos")


def sensors(seeds: int) -> list[SimSensor]:
    """Of each metric that the demo has a rule of its own for, as many."""
    return [
        SimSensor(metric, FIRST + seed, view and f"{view}:{FIRST + seed}", every=EVERY_S)
        for metric in METRICS
        for seed in range(seeds)
        for view in (FILMED_BY.get(metric),)
    ]


def bench_sensors(seeds: int, progress: Callable[[int, int], None]) -> dict[str, Any]:
    """The report, as JSON would have it, by kind; false ones over all days."""
    tallies: dict[str, Tally] = {}
    watched = sensors(seeds)
    for done, sensor in enumerate(watched, 1):
        for kind, tally in judge_sensor(sensor).items():
            tallies.setdefault(kind, Tally()).add(tally)
        progress(done, len(watched))
    return {
        "kinds": {kind: tally.report() for kind, tally in sorted(tallies.items())},
        "false_per_sensor_day": round(sum(tally.false for tally in tallies.values()) / len(watched), 3),
        "sensor_days": len(watched),
    }


def judge_sensor(sensor: SimSensor) -> dict[str, Tally]:
    """A day of its readings through the demo's rules, and what their incidents are worth, by kind."""
    simulated = SimulatedSensor(sensor)
    config = SensorConfig.model_validate({"every": SAMPLED_S, "rules": sensor_rules(sensor.metric)})
    happenings = simulated.happenings(START, START + DAY_S)
    everything = frozenset(one.track for one in happenings)  # a sensor has one place only
    opened = [Opened(one.kind, "", at, everything) for at, one in _told(simulated, config) if one.phase == "open"]
    return score(opened, happenings, _dwells(config), (START, START + DAY_S))


def _told(simulated: SimulatedSensor, config: SensorConfig) -> Iterator[tuple[float, Incident]]:
    """What is said in the course of the day, and when."""
    watch, driver = SensorWatch(Topic("bench", "sensor", "telemetry"), config, START), SimDriver(simulated)
    for number in range(int(DAY_S / SAMPLED_S)):
        at = START + number * SAMPLED_S
        if records := driver.read(at):
            pack = [msgspec.structs.replace(records[0], bt=at), *records[1:]]
            readings = sorted(resolve(pack, at), key=lambda reading: reading.at)
            yield from ((at, incident) for incident in watch.read(Pack(BOOT, number + 1, readings), at))
        yield from ((at, incident) for incident in watch.tick(at))


def _dwells(config: SensorConfig) -> Dwells:
    """A sensor that falls silent was heard last up to two samples before, as some are lost at any time."""
    silent_s = USUAL_S - 2 * SAMPLED_S
    return {(rule.kind, ""): rule.for_s if isinstance(rule, ThresholdSettings) else silent_s for rule in config.rules}
