"""How vehicles and people move: lanes with car-following, lights, walkways."""

import math
import random
from dataclasses import dataclass, field

import numpy as np

from edge.sim.place import Lane, Outline, Signal, Spot, Walk
from edge.sim.riders import Ebike, Person, some_ebike, some_person
from edge.sim.vehicles import Look, mesh_of, some_look

EASY, HARD = 1.6, 2.8  # m/s²: how drivers like to speed up and to brake
HEADWAY_S, STANDSTILL = 1.2, 1.8  # what they keep to the one ahead: seconds when driving, metres when standing
ABREAST = 1.95  # metres of side distance at which two vehicles pass each other
DODGE_AHEAD = 22.0
SIDEWAYS = 0.9  # m/s


class Path:
    """A line through the place, walked by the metre."""

    def __init__(self, outline: Outline) -> None:
        self._points = np.array(outline, float)
        steps = np.hypot(*np.diff(self._points, axis=0).T)
        self._ends = np.concatenate([[0.0], np.cumsum(steps)])
        self.length = float(self._ends[-1])

    def at(self, s: float, offset: float = 0.0) -> tuple[float, float, float]:
        """x, y and heading at `s` metres, `offset` to the left."""
        k = min(max(int(np.searchsorted(self._ends, s, "right")) - 1, 0), len(self._points) - 2)
        (ax, ay), (bx, by) = self._points[k], self._points[k + 1]
        heading = math.atan2(by - ay, bx - ax)
        along = s - float(self._ends[k])
        x = ax + math.cos(heading) * along - math.sin(heading) * offset
        y = ay + math.sin(heading) * along + math.cos(heading) * offset
        return float(x), float(y), heading

    def nearest(self, spot: Spot) -> tuple[float, float]:
        """Where along it a spot lies, and how far to the left; for a path of one straight piece."""
        (ax, ay), (bx, by) = self._points[0], self._points[-1]
        ux, uy = (bx - ax) / self.length, (by - ay) / self.length
        dx, dy = spot[0] - ax, spot[1] - ay
        return dx * ux + dy * uy, -dx * uy + dy * ux


@dataclass(slots=True)
class Halt:
    """Where a driver means to stop; `rest_since` when he does."""

    s: float
    offset: float
    over: bool = False
    rest_since: float | None = None


@dataclass(slots=True, eq=False)
class Vehicle:
    """`s` is its middle; speeds in m/s."""

    track: int
    look: Look | None
    ebike: Ebike | None
    rider: Person | None
    s: float
    speed: float
    wish: float
    offset: float = 0.0
    lean: float = 0.0
    slowing: bool = False
    halt: Halt | None = None

    @property
    def half(self) -> float:
        return mesh_of(self.look).length / 2 if self.look else 0.9

    @property
    def stands(self) -> bool:
        return self.halt is not None and self.halt.rest_since is not None and not self.halt.over


@dataclass(slots=True)
class Stream:
    """The traffic of one lane, the first vehicle ahead of all others; nobody drives faster than `limit` past there."""

    lane: Lane
    path: Path
    next_at: float
    vehicles: list[Vehicle] = field(default_factory=list)
    obstacles: list[tuple[float, float]] = field(default_factory=list)
    limit: float = math.inf
    limit_from: float = -math.inf

    def step(self, at: float, dt: float) -> None:
        for index, vehicle in enumerate(self.vehicles):
            self._drive(vehicle, self.vehicles[:index], at, dt)
        self.vehicles = [vehicle for vehicle in self.vehicles if vehicle.s < self.path.length + 8]
        self.vehicles.sort(key=lambda vehicle: -vehicle.s)

    def _drive(self, vehicle: Vehicle, ahead: list[Vehicle], at: float, dt: float) -> None:
        aside = self._aside(vehicle, ahead)
        move = max(-SIDEWAYS * dt, min(SIDEWAYS * dt, aside - vehicle.offset)) if vehicle.speed > 0.4 else 0.0
        vehicle.offset += move
        vehicle.lean += ((math.atan2(move / dt, max(vehicle.speed, 2.0))) - vehicle.lean) * min(1.0, dt * 4)
        gaps = [
            (o.s - o.half - vehicle.s - vehicle.half, o.speed)
            for o in ahead
            if abs(o.offset - vehicle.offset) < ABREAST
        ]
        gaps += self._stops(vehicle, at)
        wish = min(vehicle.wish, self.limit) if vehicle.s >= self.limit_from else vehicle.wish
        force = min(
            (follow(vehicle.speed, wish, gap, speed) for gap, speed in gaps), default=follow(vehicle.speed, wish)
        )
        vehicle.slowing = force < -0.5 or vehicle.speed < 0.2
        vehicle.speed = max(0.0, vehicle.speed + force * dt)
        vehicle.s += vehicle.speed * dt
        self._rest(vehicle, at)

    def _aside(self, vehicle: Vehicle, ahead: list[Vehicle]) -> float:
        """Where in the lane it wants to be: at its halt, round an obstacle, or in the middle."""
        halt = vehicle.halt
        if halt and not halt.over:
            return halt.offset if halt.s - vehicle.s < 16 else 0.0
        if halt and abs(vehicle.offset) > ABREAST - 0.4 and self._is_beside(vehicle):
            return halt.offset  # nobody lets it back into the lane yet
        blocks = self.obstacles + [(other.s, other.offset) for other in ahead if other.stands]
        for s, offset in blocks:
            if -3 < s - vehicle.s < DODGE_AHEAD and abs(offset) < ABREAST + 0.2:
                return offset - ABREAST - 0.25 if offset > 0 else offset + ABREAST + 0.25
        return 0.0

    def _is_beside(self, vehicle: Vehicle) -> bool:
        """Whether somebody drives or stands where it would come back into the lane."""
        others = [other for other in self.vehicles if other is not vehicle and abs(other.offset) < 1]
        return any(-8 < other.s - vehicle.s < 9 for other in others)

    def _stops(self, vehicle: Vehicle, at: float) -> list[tuple[float, float]]:
        stops = []
        signal = self.lane.signal
        if signal and not signal.is_green(at):
            gap = signal.stop - vehicle.s - vehicle.half
            if gap > -0.5 and gap > vehicle.speed**2 / (2 * HARD * 1.6) - 1.0:
                stops.append((gap + STANDSTILL - 0.4, 0.0))
        if vehicle.halt and not vehicle.halt.over:
            stops.append((vehicle.halt.s - vehicle.s + STANDSTILL, 0.0))
        return stops

    def _rest(self, vehicle: Vehicle, at: float) -> None:
        halt = vehicle.halt
        if halt and not halt.over and halt.rest_since is None and vehicle.speed < 0.6 and abs(halt.s - vehicle.s) < 1.2:
            halt.rest_since, vehicle.speed = at, 0.0  # car-following alone would creep up to it for seconds


def follow(speed: float, wish: float, gap: float = math.inf, ahead: float = 0.0) -> float:
    """Acceleration in m/s² by the intelligent driver model (Treiber, Hennecke and Helbing 2000)."""
    free = 1 - (speed / max(wish, 0.1)) ** 4
    wanted = STANDSTILL + max(0.0, speed * HEADWAY_S + speed * (speed - ahead) / (2 * math.sqrt(EASY * HARD)))
    return max(-8.0, EASY * (free - (wanted / max(gap, 0.1)) ** 2))


@dataclass(slots=True, eq=False)
class Walker:
    """Somebody on foot along a path; `way` is 1 or -1; `aside` metres to the left of the path."""

    track: int
    person: Person
    path: Path
    s: float
    speed: float
    way: int
    aside: float
    stride: float = 0.0

    def step(self, dt: float) -> None:
        self.s += self.speed * self.way * dt
        self.stride += self.speed * dt * 4.2

    def where(self) -> tuple[float, float, float]:
        x, y, heading = self.path.at(self.s, self.aside)
        return x, y, heading if self.way > 0 else heading + math.pi


@dataclass(slots=True)
class Pavement:
    """The people of one walkway."""

    walk: Walk
    path: Path
    next_at: float
    walkers: list[Walker] = field(default_factory=list)

    def step(self, at: float, dt: float) -> None:
        for walker in self.walkers:
            if not _must_wait(self.walk.signal, walker, at):
                walker.step(dt)
        self.walkers = [walker for walker in self.walkers if -1 <= walker.s <= self.path.length + 1]


def _must_wait(signal: Signal | None, walker: Walker, at: float) -> bool:
    """People wait at the kerb, before either end of the crossing."""
    if signal is None or signal.is_green(at):
        return False
    edge = signal.stop if walker.way > 0 else walker.path.length - signal.stop
    return 0 <= (edge - walker.s) * walker.way < 0.6


def new_vehicle(track: int, lane: Lane, dice: random.Random, s: float, *, wet: bool) -> Vehicle:
    wish = lane.speed * dice.uniform(0.85, 1.15) * (0.85 if wet else 1.0)
    if dice.random() < lane.ebikes:
        return Vehicle(track, None, some_ebike(dice), some_person(dice, False), s, wish * 0.8, wish)
    return Vehicle(track, some_look(dice, lane.bodies), None, None, s, wish * 0.9, wish)


def new_walker(track: int, walk: Walk, path: Path, dice: random.Random, *, wet: bool) -> Walker:
    way = dice.choice((1, -1))
    start = 0.0 if way > 0 else path.length
    return Walker(
        track, some_person(dice, wet), path, start, dice.uniform(0.9, 1.6), way, dice.uniform(-1, 1) * walk.width
    )
