"""How each event of the script plays out: who comes, where they stand, and when it counts."""

import math
import random
from collections.abc import Callable, Sequence

import cv2
import numpy as np

from edge.sim.actors import Actor, Bike, Pedestrian, Rubble, rubble_mesh
from edge.sim.effects import Flames, Smoke, Water
from edge.sim.jam import LEAD_S, JamPlot
from edge.sim.place import Place, Spot
from edge.sim.plot import LAPSE_S, Plot, Stage
from edge.sim.riders import some_ebike, some_person
from edge.sim.script import INNOCENT, Event
from edge.sim.traffic import Halt, Path, Vehicle
from edge.sim.vehicles import Body, some_look

DEEP = 0.3  # the level of water from which drivers slow down
CROWD = 14  # people in a zone that are a crowd: more than a group and whoever passes it by
GATHERING, GROUP = (19, 26), (3, 5)  # how many come together for one, and for less than one
WADE = 3.5  # m/s through water
PARKERS: tuple[Body, ...] = ("sedan", "suv", "van", "truck")
SMALL: tuple[Body, ...] = ("sedan", "suv", "van")
LITTER = ("box", "tyre", "branch", "rock")


class HaltPlot(Plot):
    """A vehicle that stops where it must not, or only for a moment."""

    def __init__(self, stage: Stage, event: Event, dice: random.Random, at: float) -> None:
        super().__init__(stage, event)
        zone, stand = dice.choice(stage.place.stands[event.kind])
        self._stream = stage.streams[stand.lane]
        bodies = PARKERS if event.kind == "illegal_parking" else SMALL
        wish = self._stream.lane.speed
        self._vehicle = Vehicle(stage.new_track(), some_look(dice, bodies), None, None, 0.0, wish, wish)
        self._vehicle.halt = self._halt = Halt(stand.s, stand.offset)
        self._found = self._tell(self._vehicle.track, event.kind, zone)
        self._stay_s = event.end - max(event.begin, at)
        self._enter(at)

    def _enter(self, at: float) -> None:
        """At the start of its lane; or at rest already, when the film begins in the middle of it."""
        vehicle, stream = self._vehicle, self._stream
        if at > self._event.begin:
            vehicle.s, vehicle.offset, vehicle.speed = self._halt.s, self._halt.offset, 0.0
        near = [
            other
            for other in stream.vehicles
            if abs(other.s - vehicle.s) < 9 and abs(other.offset - vehicle.offset) < 2.5
        ]
        stream.vehicles = sorted([v for v in stream.vehicles if v not in near] + [vehicle], key=lambda v: -v.s)

    def step(self, at: float) -> None:
        since = self._halt.rest_since
        self._halt.over = since is not None and at - since >= self._stay_s
        resting = since is not None and not (self._halt.over and self._vehicle.speed > 0.3)
        self._found.tell(at, resting)
        self.over = self._vehicle not in self._stream.vehicles and not resting


class EbikePlot(Plot):
    """Somebody rides up to the door, leaves the bicycle there, and comes back for it."""

    RIDE, WALK = 3.2, 1.3

    def __init__(self, stage: Stage, event: Event, dice: random.Random, at: float) -> None:  # noqa: ARG002 - every plot is begun alike
        super().__init__(stage, event)
        zone, self._spot = dice.choice(stage.place.spots[event.kind])
        side = dice.choice((-1, 1))
        self._ride = Path([(side * 22.0, 9.2), (side * 5.0, 9.6), self._spot])
        self._walk = Path([self._spot, (0.0, self._spot[1] + 1.2), (0.0, 17.2)])
        self._ebike, self._rider = some_ebike(dice), some_person(dice, False)
        self._tracks = stage.new_track(), stage.new_track()
        self._found = self._tell(self._tracks[0], event.kind, zone)
        self._heading = dice.uniform(0.6, 2.4)

    def step(self, at: float) -> None:
        self._found.tell(at, self._lasts(at))
        self.over = at > self._event.end + self._ride.length / self.RIDE + LAPSE_S

    def actors(self, at: float) -> Sequence[Actor]:
        if not self._lasts(at):
            return [self._riding(at)]
        bike = Bike(self._tracks[0], self._ebike, None, *self._spot, self._heading)
        away = min(at - self._event.begin, self._event.end - at) * self.WALK
        if away >= self._walk.length:
            return [bike]
        x, y, heading = self._walk.at(away)
        back = at > (self._event.begin + self._event.end) / 2
        return [bike, Pedestrian(self._tracks[1], self._rider, x, y, heading + math.pi * back, away * 4.2)]

    def _riding(self, at: float) -> Actor:
        before = self._event.begin - at
        s = self._ride.length - abs(before if before > 0 else at - self._event.end) * self.RIDE
        x, y, heading = self._ride.at(max(0.0, s))
        return Bike(self._tracks[0], self._ebike, self._rider, x, y, heading if before > 0 else heading + math.pi)


class CrowdPlot(Plot):
    """People who come together, stand about, and go."""

    PACE, FROM = 1.5, 17.0

    def __init__(self, stage: Stage, event: Event, dice: random.Random, at: float) -> None:  # noqa: ARG002 - every plot is begun alike
        super().__init__(stage, event)
        self._zone, centre = dice.choice(stage.place.spots[event.kind])
        self._innocent = event.kind in INNOCENT
        self._people = [
            (stage.new_track(), some_person(dice, stage.wet), *_ring_walk(dice, centre, self.FROM), dice.uniform(0, 7))
            for _ in range(dice.randint(*(GROUP if event.kind in INNOCENT else GATHERING)))
        ]
        self._found = self._tell(self._people[0][0], event.kind, self._zone)

    def step(self, at: float) -> None:
        self._found.tell(at, self._stage.people_in(self._zone) >= CROWD or (self._innocent and self._lasts(at)))
        self.over = at > self._event.end + self.FROM / self.PACE + 8

    def actors(self, at: float) -> Sequence[Actor]:
        people = []
        for track, person, path, restless, late in self._people:
            to_go = max(self._event.begin + late - at, at - self._event.end - late, 0.0) * self.PACE
            if to_go >= path.length:
                continue
            x, y, heading = path.at(path.length - to_go)
            sway = 0.25 * math.sin(at * 0.3 + restless)
            leaving = at > self._event.end + late
            people.append(Pedestrian(track, person, x + sway, y, heading + math.pi * leaving, to_go * 4.2))
        return people


def _ring_walk(dice: random.Random, centre: Spot, reach: float) -> tuple[Path, float]:
    """From somewhere around to a place in the crowd."""
    angle, out = dice.uniform(0, 2 * math.pi), 4.6 * math.sqrt(dice.random())
    goal = (centre[0] + out * math.cos(angle) * 1.2, centre[1] + out * math.sin(angle))
    whence = angle + dice.uniform(-0.4, 0.4)
    return Path([(goal[0] + reach * math.cos(whence), goal[1] + reach * math.sin(whence)), goal]), dice.uniform(0, 9)


class WalkPlot(Plot):
    """One or two people on a way of their own: into a yard, or past its fence."""

    PACE = 1.2

    def __init__(self, stage: Stage, event: Event, dice: random.Random, at: float) -> None:  # noqa: ARG002 - every plot is begun alike
        super().__init__(stage, event)
        zone, outline = dice.choice(stage.place.ways[event.kind])
        self._inside = np.array(stage.place.zones[zone], np.float32)
        self._path = Path(outline)
        self._people = [
            (stage.new_track(), some_person(dice, stage.wet), k * 2.0) for k in range(dice.choice((1, 1, 2)))
        ]
        self._found = self._tell(self._people[0][0], event.kind, zone)
        self._counts = event.kind not in INNOCENT

    def step(self, at: float) -> None:
        spots = [(actor.x, actor.y) for actor in self.actors(at)]
        inside = any(cv2.pointPolygonTest(self._inside, spot, False) >= 0 for spot in spots)
        self._found.tell(at, inside or (not self._counts and bool(spots)))
        self.over = at > self._event.end + 20

    def actors(self, at: float) -> Sequence[Actor]:
        people = []
        for track, person, late in self._people:
            into = (min(at - self._event.begin, self._event.end - at + 12) - late) * self.PACE
            if into > 0 and at < self._event.end + 12:
                x, y, heading = self._path.at(min(into, self._path.length))
                back = at > self._event.end + 12 - self._path.length / self.PACE
                stride = into * 4.2 if into < self._path.length else 0.6 * math.sin(at)
                people.append(Pedestrian(track, person, x, y, heading + math.pi * back, stride))
        return people


class SpotPlot(Plot):
    """Something at one spot that grows and goes: what fell, what burns, what stands under water."""

    def __init__(self, stage: Stage, event: Event, dice: random.Random, at: float) -> None:  # noqa: ARG002 - every plot is begun alike
        super().__init__(stage, event)
        zone, spot = dice.choice(stage.place.spots[event.kind])
        self._x, self._y = spot[0] + dice.uniform(-0.3, 0.3), spot[1] + dice.uniform(-0.6, 0.6)
        self._tracks = stage.new_track(), stage.new_track()
        self._wind = dice.uniform(-1, 1)
        kinds = ("rock",) if any(facade.style == "rock" for facade in stage.place.facades) else LITTER
        self._mesh, self._heading = rubble_mesh(dice.choice(kinds), dice.randrange(40)), dice.uniform(0, 6.3)
        also = ["smoke"] if event.kind == "fire" else []
        for track, kind in zip(self._tracks, [event.kind, *also], strict=False):
            self._tell(track, kind, zone)

    def step(self, at: float) -> None:
        there = self._lasts(at)
        for told in self._told:
            told.tell(at, there)
        self._hinder(there, self._event.level(at))
        self.over = at > self._event.end + 2 * LAPSE_S

    def _hinder(self, there: bool, level: float) -> None:
        for stream in self._stage.streams:
            s, offset = stream.path.nearest((self._x, self._y))
            solid = self._event.kind != "flood" and there and abs(offset) < 2.2
            stream.obstacles = [(s, offset)] if solid else []
            if self._event.kind == "flood":
                stream.limit = WADE if level > DEEP else math.inf

    def actors(self, at: float) -> Sequence[Actor]:
        level = self._event.level(at)
        if not self._lasts(at):
            return []
        spot = (self._x, self._y)
        if self._event.kind == "debris":
            return [Rubble(self._tracks[0], self._mesh, *spot, self._heading)]
        if self._event.kind == "flood":
            return [Water(self._tracks[0], *spot, at, max(level, 0.02))]
        if self._event.kind == "smoke":
            return [Smoke(self._tracks[0], *spot, at, max(level, 0.05), self._wind)]
        behind = (self._x, self._y + 0.2)
        return [
            Smoke(self._tracks[1], *behind, at, max(level * 0.8, 0.05), self._wind),
            Flames(self._tracks[0], *spot, at, max(level, 0.05)),
        ]


class FaultPlot(Plot):
    """The camera itself fails; the film sees to how that looks."""

    def __init__(self, stage: Stage, event: Event, dice: random.Random, at: float) -> None:  # noqa: ARG002 - every plot is begun alike
        super().__init__(stage, event)
        self._found = self._tell(stage.new_track(), event.kind, "picture")

    def step(self, at: float) -> None:
        self._found.tell(at, self._lasts(at))
        self.over = at > self._event.end + 2 * LAPSE_S


PLOTS: dict[str, Callable[[Stage, Event, random.Random, float], Plot]] = {
    "ebike_misparked": EbikePlot, "crowd": CrowdPlot,
    "debris": SpotPlot, "smoke": SpotPlot, "fire": SpotPlot, "flood": SpotPlot,
    "camera_covered": FaultPlot, "camera_frozen": FaultPlot, "camera_moved": FaultPlot, "camera_blurred": FaultPlot,
}  # fmt: skip
AT_SPOTS = {"delivery": EbikePlot, "bystander": CrowdPlot}  # what is innocent plays as the place offers it


LEADS_S: dict[Callable[[Stage, Event, random.Random, float], Plot], float] = {
    EbikePlot: 8.0, CrowdPlot: 13.0, JamPlot: LEAD_S,
}  # fmt: skip


def plot_of(place: Place, kind: str) -> Callable[[Stage, Event, random.Random, float], Plot] | None:
    """How a kind of event plays at this place; None when it has no spot for it."""
    if kind in place.stands:
        return HaltPlot
    if kind in place.ways:
        return WalkPlot
    if kind in place.spots:
        return AT_SPOTS.get(kind) or PLOTS[kind]
    if kind == "congestion" and place.jams:
        return JamPlot
    return PLOTS[kind] if PLOTS.get(kind) is FaultPlot else None


def lead_s(place: Place, kind: str) -> float:
    """How long before an event begins its actors set out."""
    if kind in place.stands:
        lane = place.lanes[place.stands[kind][0][1].lane]
        return place.stands[kind][0][1].s / lane.speed + 5.0
    plot = plot_of(place, kind)
    return LEADS_S.get(plot, 0.0) if plot else 0.0
