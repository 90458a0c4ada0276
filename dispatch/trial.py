"""What a device would report by other zones or rules: tried on what it has reported and measured. Pure.

Geometry, labels and limits are detect's own. Of a camera only what was reported is known: what lay outside of its zones
then was kept nowhere, so a trial tells what would go, never what would come. What crossed a line is tried on lines.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from itertools import count, groupby, pairwise, takewhile
from typing import Literal, NamedTuple, get_args
from zoneinfo import ZoneInfo

from detect.config import CameraConfig, Line, SensorConfig, Zone
from detect.model.detector import Detection
from detect.rule import (
    AtLine,
    CameraRuleSettings,
    Finding,
    LineRuleSettings,
    SensorRuleSettings,
    Surroundings,
    ZoneRuleSettings,
)
from detect.stays.crossing import CrossingSettings
from detect.stays.holding import HoldingSettings
from detect.stays.lasting import LastingSettings
from ingest.senml import Reading

# from what is furthest from being reported to what is
Outcome = Literal["unwatched", "outside", "few", "unsure", "hours", "short", "reported"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
MINUTE_S, DAY_S = 60.0, 86_400.0
There = Callable[[Detection], bool]


class Told(NamedTuple):
    """An incident as it was last told of. `began` is in epoch seconds, boxes are fractions of the picture.

    `crossed`: of a line, and the things are those that crossed it last.
    """

    kind: str
    began: float
    dwell_s: float
    score: float
    things: list[Detection]
    crossed: bool = False


class Judged(NamedTuple):
    """What would become of it, and in which zone it comes nearest to being reported."""

    outcome: Outcome
    zone: str | None = None


class Alarm(NamedTuple):
    """A stretch of time, in epoch seconds, in which a sensor's rule would have reported; `end` None: it still does."""

    begin: float
    end: float | None


def judge(told: Told, camera: CameraConfig) -> Judged:
    """Of several rules of its kind the one that comes nearest to reporting it counts."""
    judged = [
        Judged(_outcome(told, rule, is_there, camera), zone.id)
        for zone in camera.zones
        for rule, is_there in _rules(zone, camera)
        if rule.kind == told.kind and isinstance(zone, Line) == told.crossed
    ]
    nearest = max(judged, key=lambda one: OUTCOMES.index(one.outcome), default=Judged("unwatched"))
    return nearest if OUTCOMES.index(nearest.outcome) > OUTCOMES.index("outside") else nearest._replace(zone=None)


def _rules(zone: Zone | Line, camera: CameraConfig) -> list[tuple[CameraRuleSettings, There]]:
    """Each with what it says of where a thing is."""
    if isinstance(zone, Line):
        return [(rule, partial(_is_over, rule, camera.at_line(zone, rule))) for rule in zone.rules]
    return [(rule, partial(_is_inside, rule, camera.surroundings(zone, rule))) for rule in zone.rules]


def _is_over(rule: LineRuleSettings, place: AtLine, thing: Detection) -> bool:
    return isinstance(rule, CrossingSettings) and rule.is_over(thing, place)


def _is_inside(rule: ZoneRuleSettings, place: Surroundings, thing: Detection) -> bool:
    return rule.is_there(thing, place) if isinstance(rule, HoldingSettings) else place.region.holds(thing.box)


def _outcome(told: Told, rule: CameraRuleSettings, is_there: There, camera: CameraConfig) -> Outcome:
    things = [thing for thing in told.things if thing.label in rule.labels]
    if not things:
        return "unwatched"
    inside = sum(map(is_there, things))
    if inside < _least(rule):
        return "few" if inside else "outside"
    if told.score < camera.confidence_of(rule):
        return "unsure"
    return _lasted(told, rule, camera.timezone)


def _least(rule: CameraRuleSettings) -> int:
    return rule.least if isinstance(rule, HoldingSettings) else 1


def _lasted(told: Told, rule: CameraRuleSettings, timezone: ZoneInfo) -> Outcome:
    if told.dwell_s < rule.lasting_s:
        return "short"
    if not isinstance(rule, LastingSettings):
        return "reported"

    def lasts(since: float, until: float) -> bool:
        return until - since >= rule.lasting_s + rule.grace_s(datetime.fromtimestamp(since, timezone))

    stretches = watched(rule, told.began, told.dwell_s, timezone)
    return "reported" if any(lasts(*stretch) for stretch in stretches) else "hours"


def watched(rule: LastingSettings, begin: float, seconds: float, timezone: ZoneInfo) -> list[tuple[float, float]]:
    """The stretches of a span of time, in epoch seconds, at which the rule tells of anything."""
    end = begin + min(seconds, 2 * DAY_S)  # by then each hour of the day has come whole
    minutes = takewhile(lambda minute: minute < end, count(begin - begin % MINUTE_S + MINUTE_S, MINUTE_S))
    pieces = pairwise([begin, *minutes, end])
    runs = groupby(pieces, key=lambda piece: rule.holds_at(datetime.fromtimestamp(piece[0], timezone)))
    held = [list(run) for holds, run in runs if holds]
    found = [(run[0][0], run[-1][1]) for run in held]
    return found if found != [(begin, end)] else [(begin, begin + seconds)]


def replay(sensor: SensorConfig, readings: Sequence[Reading], now: float) -> list[list[Alarm]]:
    """For each rule when it would have reported, by readings in the order of their times up to `now`."""
    return [list(_alarms(rule, sensor.every, readings, now)) for rule in sensor.rules]


def _alarms(rule: SensorRuleSettings, every_s: float, readings: Sequence[Reading], now: float) -> Iterator[Alarm]:
    begin: float | None = None
    for finding in _findings(rule, every_s, readings, now):
        if finding.phase == "open":
            begin = finding.began_at
        elif finding.phase == "clear" and begin is not None:
            yield Alarm(begin, finding.at)
            begin = None
    if begin is not None:
        yield Alarm(begin, None)


def _findings(rule: SensorRuleSettings, every_s: float, readings: Sequence[Reading], now: float) -> Iterator[Finding]:
    watching = rule.make(every_s)
    heard_at: float | None = None
    for reading in readings:
        if heard_at is not None:
            yield from watching.tick(heard_at, reading.at)
        yield from watching.read(reading, reading.at)
        heard_at = reading.at
    if heard_at is not None:
        yield from watching.tick(heard_at, now)
