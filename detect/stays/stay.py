"""Something that lasts in a camera's pictures: since when, how surely seen, and its best picture.

Time is the frames' own, in epoch seconds, never a count of frames.
"""

from collections import deque
from dataclasses import dataclass
from statistics import median_low
from typing import Literal

from detect.incident import Box, Spell
from detect.model.detector import Detection

State = Literal["seen", "hidden", "unseen", "unknown"]

SPELLS, SCORES = 60, 30  # how much of its history a stay keeps


@dataclass(frozen=True, slots=True)
class Scene:
    """One frame with what was detected on it."""

    at: float
    jpeg: bytes
    detections: list[Detection]


@dataclass(frozen=True, slots=True)
class Sighting:
    """What lasts, on one frame; `box` holds all of its `things`."""

    scene: Scene
    things: tuple[Detection, ...]
    box: Box
    score: float

    @classmethod
    def of(cls, scene: Scene, thing: Detection) -> "Sighting":
        return cls(scene, (thing,), thing.box, thing.score)


@dataclass(slots=True, eq=False)
class Stay:
    """Something that is there since `began`; two are never equal."""

    first: Sighting
    best: Sighting
    last: Sighting
    spells: deque[Spell]
    scores: deque[float]
    seen_s: float = 0.0
    unseen_s: float = 0.0
    unknown_s: float = 0.0
    _unknown_since_s: float = 0.0

    @classmethod
    def begin(cls, sighting: Sighting) -> "Stay":
        spell = Spell(sighting.scene.at, sighting.scene.at, "seen")
        return cls(sighting, sighting, sighting, deque([spell], SPELLS), deque([sighting.score], SCORES))

    @property
    def place(self) -> Box:
        return self.first.box

    @property
    def began(self) -> float:
        return self.first.scene.at

    @property
    def dwell_s(self) -> float:
        """From the first to the last frame on which it was seen, less what is unknown."""
        return self.last.scene.at - self.began - self.unknown_s

    @property
    def away_s(self) -> float:
        """From the last frame on which it was seen to the last one, less what is unknown."""
        return self.spells[-1].end - self.last.scene.at - self._unknown_since_s

    @property
    def seen_share(self) -> float:
        """The part of the dwell over which it was in fact seen: a lane where others pass by stays low."""
        return self.seen_s / self.dwell_s if self.dwell_s else 1.0

    @property
    def score(self) -> float:
        """What more than half of the sightings reach: a ghost that others pass now and then stays low."""
        return median_low(self.scores)

    def see(self, sighting: Sighting, known_s: float) -> None:
        """Take in the next frame, with it on it; of the time since the last one, so many seconds are known."""
        self._extend("seen", sighting.scene.at, known_s)
        self.seen_s += known_s
        self.unseen_s = 0.0
        self.unknown_s += self._unknown_since_s
        self._unknown_since_s = 0.0
        self.last = sighting
        self.scores.append(sighting.score)
        if sighting.score > self.best.score:
            self.best = sighting

    def miss(self, at: float, known_s: float, *, hidden: bool) -> None:
        """Take in the next frame, without it."""
        self._extend("hidden" if hidden else "unseen", at, known_s)
        if not hidden:
            self.unseen_s += known_s

    def _extend(self, state: Literal["seen", "hidden", "unseen"], at: float, known_s: float) -> None:
        """Add the time since the last frame to the timeline."""
        last = self.spells[-1]
        unknown_s = at - last.end - known_s
        self._append(state, at if unknown_s <= 0 else last.end + known_s)
        if unknown_s > 0:
            self._append("unknown", at)
            self._unknown_since_s += unknown_s

    def _append(self, state: State, until: float) -> None:
        last = self.spells[-1]
        if last.state == state:
            self.spells[-1] = Spell(last.begin, until, state)
        else:
            self.spells.append(Spell(last.end, until, state))
