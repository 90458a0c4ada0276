"""Finds what stays where it is, by place and by the clock.

A stay is tied to its place, not to a track's number: a lost track, a vehicle that hides the place for a while,
or a clip that starts over does not restart it. Time is the frames' own, in epoch seconds, never a count of frames.
"""

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median_low

from detect.detector import Detection
from detect.geometry import covered, iou
from detect.incident import Box, Spell

SAME_PLACE = 0.6  # IoU with the place where the stay began
HIDDEN_BY = 0.25  # share of the place that lies behind something else
GONE_S = 3.0  # a place seen empty for so long has been left
HIDDEN_S = 60.0  # a place hidden for so long is given up
BLACKOUT = 3.0  # times its last interval that a camera may be silent, beyond HIDDEN_S, before it counts as off
PATIENCE = 4.0  # times its dwell that a hidden stay is waited for: what merely passes is forgotten at once
SPELLS, SCORES = 60, 30  # how much of its history a stay keeps


@dataclass(frozen=True, slots=True)
class Scene:
    """One frame with what was detected on it."""

    at: float
    jpeg: bytes
    detections: list[Detection]


@dataclass(frozen=True, slots=True)
class Sighting:
    """What stays, on one frame."""

    scene: Scene
    detection: Detection


@dataclass(slots=True, eq=False)
class Stay:
    """Something that stands at `place` since `began`; two are never equal."""

    first: Sighting
    best: Sighting
    last: Sighting
    spells: deque[Spell]
    scores: deque[float]
    seen_s: float = 0.0
    unseen_s: float = 0.0

    @classmethod
    def begin(cls, scene: Scene, detection: Detection) -> "Stay":
        sighting = Sighting(scene, detection)
        spell = Spell(scene.at, scene.at, "seen")
        return cls(sighting, sighting, sighting, deque([spell], SPELLS), deque([detection.score], SCORES))

    @property
    def place(self) -> Box:
        return self.first.detection.box

    @property
    def began(self) -> float:
        return self.first.scene.at

    @property
    def dwell_s(self) -> float:
        """From the first to the last frame on which it was seen."""
        return self.last.scene.at - self.began

    @property
    def seen_share(self) -> float:
        """The part of the dwell over which it was in fact seen: a lane where others pass by stays low."""
        return self.seen_s / self.dwell_s if self.dwell_s else 1.0

    @property
    def score(self) -> float:
        """What more than half of the sightings reach: a ghost that others pass now and then stays low."""
        return median_low(self.scores)

    @property
    def over(self) -> bool:
        away_s = self.spells[-1].end - self.last.scene.at
        return self.unseen_s > min(GONE_S, self.dwell_s) or away_s > min(HIDDEN_S, PATIENCE * self.dwell_s)

    def see(self, scene: Scene, detection: Detection) -> None:
        self.seen_s += self._extend("seen", scene.at)
        self.unseen_s = 0.0
        self.last = Sighting(scene, detection)
        self.scores.append(detection.score)
        if detection.score > self.best.detection.score:
            self.best = self.last

    def miss(self, scene: Scene) -> None:
        if any(covered(self.place, other.box) >= HIDDEN_BY for other in scene.detections):
            self._extend("hidden", scene.at)
        else:
            self.unseen_s += self._extend("unseen", scene.at)

    def _extend(self, state: str, at: float) -> float:
        """Add the time since the last frame to the timeline; return it in seconds."""
        last = self.spells[-1]
        if last.state == state:
            self.spells[-1] = Spell(last.begin, at, last.state)
        else:
            self.spells.append(Spell(last.end, at, state))  # type: ignore[arg-type]  # the three callers' literals
        return at - last.end


@dataclass(slots=True)
class Standing:
    """Keeps the stays of one zone; `wanted` says what may begin one there."""

    wanted: Callable[[Detection], bool]
    same_kind: Callable[[Detection], bool]
    stays: list[Stay] = field(default_factory=list)
    seen_at: float = math.nan
    rhythm_s: float = math.inf

    def observe(self, scene: Scene) -> list[Stay]:
        """Take in the next frame; return the stays that ended with it."""
        if self._was_off(scene.at):
            ended, self.stays = self.stays, []
        else:
            ended = []
        self._match(scene)
        ended += [stay for stay in self.stays if stay.over]
        self.stays = [stay for stay in self.stays if not stay.over]
        return ended

    def _was_off(self, at: float) -> bool:
        """After a blackout nobody knows who stands there; a camera that looks up every ten minutes had none."""
        gap, rhythm = at - self.seen_at, self.rhythm_s
        self.seen_at = at
        self.rhythm_s = math.inf if math.isnan(gap) else gap
        return gap > max(HIDDEN_S, BLACKOUT * rhythm)

    def _match(self, scene: Scene) -> None:
        free = [detection for detection in scene.detections if self.same_kind(detection)]
        for stay in self.stays:
            there = [detection for detection in free if iou(stay.place, detection.box) >= SAME_PLACE]
            if there:
                stay.see(scene, max(there, key=lambda detection: detection.score))
                free = [detection for detection in free if detection not in there]
            else:
                stay.miss(scene)
        self.stays += [Stay.begin(scene, detection) for detection in free if self.wanted(detection)]
