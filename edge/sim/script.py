"""What happens at a simulated place, and when: a pure function of a seed and the time.

A camera and the sensors beside it read the same script, so the water that rises in the picture rises in the gauge.
Time is cut into slots of `every` seconds, each with one event; times are in seconds of the film's clock (live: epoch).
"""

import itertools
import math
import random
from dataclasses import dataclass
from functools import lru_cache

from edge.sim.address import SimCamera, View

RAMP_S = 12.0  # how long water, smoke or a fire takes to grow to its full size, and to shrink

INCIDENTS = (
    "illegal_parking", "fire_lane_blocked", "ebike_misparked", "crowd", "congestion", "intrusion",
    "debris", "smoke", "fire", "flood",
)  # fmt: skip
FAULTS = ("camera_covered", "camera_frozen", "camera_moved", "camera_blurred")
INNOCENT = ("delivery", "bystander")  # a stop shorter than any dwell; people near a fence, or fewer than a crowd

# what may happen in a view, and how often in proportion; what has no share happens only when it is asked for
REPERTOIRE: dict[View, dict[str, float]] = {
    "kerb": {"illegal_parking": 5, "delivery": 3, "debris": 2, "fire": 0.5, "smoke": 0},
    "junction": {"bystander": 3, "debris": 3, "smoke": 1, "fire": 0},
    "fire-lane": {"fire_lane_blocked": 5, "delivery": 2, "smoke": 1, "fire": 1, "debris": 0},
    "door": {"ebike_misparked": 5, "delivery": 2, "fire": 1, "smoke": 1},
    "square": {"crowd": 5, "bystander": 2, "smoke": 1, "fire": 1},
    "underpass": {"flood": 5, "debris": 1, "smoke": 0, "fire": 0},
    "yard": {"intrusion": 5, "bystander": 3, "fire": 1, "smoke": 0},
    "slope": {"debris": 4, "congestion": 3, "smoke": 1, "fire": 0, "flood": 0},
}


@dataclass(frozen=True, slots=True)
class Event:
    """`number` is its slot's; `seed` decides all its details."""

    number: int
    kind: str
    begin: float
    end: float
    seed: int

    def level(self, at: float) -> float:
        """How far it has grown at that time, 0 to 1."""
        ramp = min(RAMP_S, (self.end - self.begin) / 3)
        return max(0.0, min(1.0, (at - self.begin) / ramp, (self.end - at) / ramp))


@dataclass(frozen=True, slots=True)
class Script:
    """`shares` are kinds and how often each happens in proportion; none at all is a street without events.

    `at_once` is how many events there are to a slot, one begun after the other.
    """

    seed: int
    every: float
    shares: dict[str, float]
    at_once: int = 1

    def between(self, begin: float, end: float) -> list[Event]:
        """Every event that is under way at some time from `begin` to `end`, in order."""
        # an event ends within three slots from the begin of its own
        slots = range(math.floor(begin / self.every) - 2, math.floor(end / self.every) + 1)
        turns = itertools.product(slots, range(self.at_once)) if self.shares else ()
        shares = tuple(self.shares.items())
        told = (_event(self.seed, self.every, shares, self.at_once, slot, turn) for slot, turn in turns)
        events = sorted(told, key=lambda event: event.begin)
        return [event for event in events if event.begin <= end and event.end >= begin]


@lru_cache(maxsize=256)  # asked ten times a second of the film's clock
def _event(seed: int, every: float, shares: tuple[tuple[str, float], ...], at_once: int, slot: int, turn: int) -> Event:
    """The event of one turn of a slot: `slot` counts from the epoch, `turn` from 0 to `at_once`."""
    dice = random.Random(f"{seed}/{slot}" + f"/{turn}" * bool(turn))  # noqa: S311 - a simulation
    kinds, weights = zip(*shares, strict=True)
    (kind,) = dice.choices(kinds, weights)
    offset = random.Random(f"{seed}").random() * every  # noqa: S311 - as above
    begin = (slot + turn / at_once) * every + offset + dice.uniform(0.0, 0.1) * every
    lasts = dice.uniform(0.3, 0.45) * every * (0.3 if kind in INNOCENT else 1.0)
    return Event(slot * at_once + turn, kind, begin, begin + lasts, dice.randrange(2**31))


def script_of(camera: SimCamera) -> Script:
    """The script of a camera's place; raise ValueError for a kind that cannot happen there."""
    shares = REPERTOIRE[camera.view]
    if camera.events == "none":
        return Script(camera.seed, camera.every, {})
    if camera.events == "all":
        return Script(camera.seed, camera.every, shares)
    wanted = camera.events.split(",")
    known = (*REPERTOIRE[camera.view], *FAULTS)
    if wrong := set(wanted) - {*known, *INNOCENT}:
        raise ValueError(f"{', '.join(sorted(wrong))} cannot happen at {camera.view}; known there: {', '.join(known)}")
    in_order = [kind for kind in dict.fromkeys((*known, *INNOCENT)) if kind in wanted]
    return Script(camera.seed, camera.every, {kind: shares.get(kind) or 1.0 for kind in in_order})
