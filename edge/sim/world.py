"""A place as it lives: traffic, people, and the script's events, a tenth of a second at a time."""

import math
import random

import cv2
import numpy as np

from edge.sim.actors import Actor, Bike, Car, Pedestrian
from edge.sim.place import Place
from edge.sim.plot import Plot
from edge.sim.plots import lead_s, plot_of
from edge.sim.riders import some_ebike
from edge.sim.script import FAULTS, Script
from edge.sim.traffic import Path, Pavement, Stream, Vehicle, new_vehicle, new_walker
from edge.sim.truth import Happening
from edge.sim.vehicles import some_look

STEP_S = 0.1
WARM_UP_S = 45.0  # before the film begins, so that the street is not empty
LEAP_S, LEAP_BACK_S = 180.0, 5.0  # gaps in time that are not lived through but begun anew
CRAWL = 2.5  # m/s
REMEMBER_S = 600.0  # how long a happening that is over stays in the truth


class World:
    """Lives on a fixed grid of time steps, so that its state depends on the time alone, not on who looked when."""

    def __init__(self, place: Place, script: Script, seed: int, start: float, *, wet: bool) -> None:
        self.place, self.wet = place, wet
        self._script, self._seed = script, seed
        self._tracks = 0
        self._lead = max((lead_s(place, kind) for kind in script.shares if plot_of(place, kind)), default=0.0)
        self.streams: list[Stream] = []
        self._begin(start)

    def _begin(self, start: float) -> None:
        self._tick = math.floor((start - WARM_UP_S) / STEP_S)
        self._dice = random.Random(f"{self._seed}/{self._tick}")  # noqa: S311 - a simulation
        at = self._tick * STEP_S
        self.streams = [Stream(lane, Path(lane.path), at + self._wait(lane.rate)) for lane in self.place.lanes]
        self._pavements = [Pavement(walk, Path(walk.path), at + self._wait(walk.rate)) for walk in self.place.walks]
        self._furniture = self._park()
        self._plots: dict[int, Plot] = {}
        self._past: list[Happening] = []
        self._counted: tuple[int, list[Actor]] = (self._tick - 1, [])
        while self.at < start:
            self._step()

    def _park(self) -> list[Actor]:
        cars: list[Actor] = [
            Car(self.new_track(), some_look(self._dice, ("sedan", "suv")), x, y, heading, lit=False)
            for x, y, heading in self.place.parked
        ]
        bikes = [Bike(self.new_track(), some_ebike(self._dice), None, x, y, h) for x, y, h in self.place.ebikes]
        return cars + bikes

    def new_track(self) -> int:
        self._tracks += 1
        return self._tracks

    @property
    def at(self) -> float:
        return self._tick * STEP_S

    def live(self, until: float) -> None:
        """Advance to this time; a leap ahead, or a clock set back, begins the street anew."""
        if not self.at - LEAP_BACK_S < until < self.at + LEAP_S:
            self._begin(until)
            return
        while self.at < until:
            self._step()

    def actors(self) -> list[Actor]:
        """Everything to be drawn, in no order."""
        if self._counted[0] != self._tick:
            self._counted = (self._tick, self._gather())
        return self._counted[1]

    def _gather(self) -> list[Actor]:
        actors = list(self._furniture)
        for stream in self.streams:
            actors += [_as_actor(stream, vehicle) for vehicle in stream.vehicles]
        for pavement in self._pavements:
            actors += [Pedestrian(w.track, w.person, *w.where(), w.stride) for w in pavement.walkers]
        for plot in self._plots.values():
            actors += plot.actors(self.at)
        return actors

    def people_in(self, zone: str) -> int:
        outline = np.array(self.place.zones[zone], np.float32)
        people = [actor for actor in self.actors() if actor.label == "person"]
        return sum(cv2.pointPolygonTest(outline, (person.x, person.y), False) >= 0 for person in people)

    def creeping_in(self, zone: str) -> int:
        """How many vehicles, bicycles aside, stand there or move no faster than people do."""
        outline = np.array(self.place.zones[zone], np.float32)
        slow = [
            stream.path.at(vehicle.s, vehicle.offset)
            for stream in self.streams
            for vehicle in stream.vehicles
            if vehicle.look and vehicle.speed < CRAWL
        ]
        return sum(cv2.pointPolygonTest(outline, (x, y), False) >= 0 for x, y, _ in slow)

    def happenings(self) -> list[Happening]:
        """What holds now, and what has held in the last ten minutes."""
        return [*self._past, *(told for plot in self._plots.values() for told in plot.happenings())]

    def fault(self) -> str | None:
        """The camera's fault at this time."""
        events = self._script.between(self.at, self.at)
        return next((event.kind for event in events if event.kind in FAULTS), None)

    def _wait(self, rate: float) -> float:
        return self._dice.expovariate(rate) if rate else math.inf

    def _step(self) -> None:
        self._tick += 1
        at = self.at
        self._arrive(at)
        for stream in self.streams:
            stream.step(at, STEP_S)
        for pavement in self._pavements:
            pavement.step(at, STEP_S)
        self._open_plots(at)
        for number, plot in list(self._plots.items()):
            plot.step(at)
            if plot.over:
                self._past += self._plots.pop(number).happenings()
        if self._past and (self._past[0].until or 0) < at - REMEMBER_S:
            self._past.pop(0)

    def _arrive(self, at: float) -> None:
        for stream in self.streams:
            if at >= stream.next_at:
                stream.next_at = at + self._wait(stream.lane.rate)
                last = stream.vehicles[-1] if stream.vehicles else None
                if last is None or last.s - last.half > 12:
                    stream.vehicles.append(new_vehicle(self.new_track(), stream.lane, self._dice, 0.0, wet=self.wet))
        for pavement in self._pavements:
            if at >= pavement.next_at:
                pavement.next_at = at + self._wait(pavement.walk.rate)
                walker = new_walker(self.new_track(), pavement.walk, pavement.path, self._dice, wet=self.wet)
                pavement.walkers.append(walker)

    def _open_plots(self, at: float) -> None:
        for event in self._script.between(at, at + self._lead):
            new = event.number not in self._plots and event.begin - lead_s(self.place, event.kind) <= at < event.end
            make = plot_of(self.place, event.kind) if new else None
            if make:
                dice = random.Random(event.seed)  # noqa: S311 - a simulation
                self._plots[event.number] = make(self, event, dice, at)


def _as_actor(stream: Stream, vehicle: Vehicle) -> Actor:
    x, y, heading = stream.path.at(vehicle.s, vehicle.offset)
    heading += vehicle.lean
    if vehicle.look:
        awake = not vehicle.stands
        return Car(vehicle.track, vehicle.look, x, y, heading, vehicle.slowing and awake, lit=awake)
    assert vehicle.ebike  # noqa: S101 - a vehicle is one or the other
    return Bike(vehicle.track, vehicle.ebike, vehicle.rider, x, y, heading)
