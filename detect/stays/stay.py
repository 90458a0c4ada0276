"""Something that lasts in a camera's pictures: since when, how surely seen, and its best picture.

Time is the frames' own, in epoch seconds, never a count of frames.
"""

from dataclasses import dataclass, replace
from statistics import median_low
from typing import Literal

from detect.geometry import union
from detect.incident import Box, Spell
from detect.model.detector import Detection, Image
from detect.stays.anchor import Anchor

State = Literal["seen", "alike", "hidden", "unseen", "unknown"]

SPELLS, SCORES = 60, 30  # how much of its history a stay keeps
SURE_S = 3.0  # what was seen for less may be a ghost, of which the place always looks the same
KEPT_SHARE = 0.5  # of the dwell that it must have been seen
COMPARED_S = 1.0  # what is seen is compared with its anchor no more often
ALIKE = 0.6  # likeness from which the same is there, seen or not; an empty place reaches 0.5 once in a hundred times
OTHER = 0.45  # likeness below which something else is there; the same falls below once in two hundred times


@dataclass(frozen=True, slots=True)
class Scene:
    """One frame with what was detected on it; its `image` only where the detector looked at it."""

    at: float
    jpeg: bytes
    detections: list[Detection]
    image: Image | None = None
    redactions: list[Box] | None = None  # as in Picture


@dataclass(frozen=True, slots=True)
class Sighting:
    """What lasts, on one frame; `box` holds all of its `things`."""

    at: float
    jpeg: bytes
    things: tuple[Detection, ...]
    box: Box
    score: float
    redactions: list[Box] | None = None  # as in Picture

    @classmethod
    def of(cls, scene: Scene, *things: Detection, score: float | None = None) -> "Sighting":
        """`score` is how surely all of them are there, if not as surely as the first."""
        box, sure = union([thing.box for thing in things]), things[0].score if score is None else score
        return cls(scene.at, scene.jpeg, things, box, sure, scene.redactions)


@dataclass(slots=True, eq=False)
class Stay:
    """Something that is there since `began`; two are never equal.

    Where its looks are known (`anchor`), what is detected in its place and looks otherwise is a `rival`, and takes the
    place once it has been there on two frames that are COMPARED_S apart.
    """

    first: Sighting
    best: Sighting
    last: Sighting
    spells: list[Spell]
    scores: list[float]
    anchor: Anchor | None = None
    rival: "Stay | None" = None
    doubts: int = 0  # frames since it was last there on which something else was
    doubted_at: float = 0.0
    compared_at: float = 0.0
    told: bool = False  # whether an incident was opened for it
    absent: int = 0  # frames in a row
    away_s: float = 0.0  # since it was last seen, or its place looked as it did; of that unseen, and not hidden:
    unseen_s: float = 0.0
    seen_s: float = 0.0
    unknown_s: float = 0.0
    unknown_since_s: float = 0.0
    tally: int = 0  # of the things on all of its sightings

    @classmethod
    def begin(cls, sighting: Sighting, anchor: Anchor | None = None) -> "Stay":
        spell = Spell(sighting.at, sighting.at, "seen")
        return cls(sighting, sighting, sighting, [spell], [sighting.score], anchor, tally=len(sighting.things))

    @property
    def place(self) -> Box:
        return self.first.box

    @property
    def began(self) -> float:
        return self.first.at

    @property
    def dwell_s(self) -> float:
        """From the first to the last frame on which it was seen, less what is unknown."""
        return self.last.at - self.began - self.unknown_s

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
        self._extend("seen", sighting.at, known_s)
        self._is_there()
        self.seen_s += known_s
        self.unknown_s += self.unknown_since_s
        self.unknown_since_s = 0.0
        self.last = sighting
        self.tally += len(sighting.things)
        self.scores.append(sighting.score)
        del self.scores[:-SCORES]
        if sighting.score > self.best.score:
            self.best = sighting

    @property
    def may_be_kept(self) -> bool:
        """Whether its looks alone may say that it is there: until it is told of, for no longer than it was seen."""
        whole_s = self.spells[-1].end - self.began - self.unknown_s - self.unknown_since_s
        return self.seen_s >= SURE_S and (self.told or self.seen_s > KEPT_SHARE * whole_s)

    def keep(self, at: float, known_s: float) -> None:
        """Take in the next frame, on which nothing is detected there, and all looks as it did."""
        self._extend("alike", at, known_s)
        self._is_there()

    def miss(self, at: float, known_s: float, *, hidden: bool) -> None:
        """Take in the next frame, without it."""
        self._extend("hidden" if hidden else "unseen", at, known_s)
        self.absent += 1
        self.away_s += known_s
        if not hidden:
            self.unseen_s += known_s

    def doubt(self, at: float, known_s: float, rival: "Stay | None") -> None:
        """Take in the next frame, on which something is in its place that does not look like it."""
        self.miss(at, known_s, hidden=True)
        self.doubts, self.rival = self.doubts + 1, rival
        if self.doubts == 1:
            self.doubted_at = at

    @property
    def is_replaced(self) -> bool:
        """Whether something else has been in its place for long enough, on two frames at least."""
        return self.doubts > 1 and self.spells[-1].end - self.doubted_at >= COMPARED_S

    def spare(self) -> "Stay":
        """A copy to be kept, without the pictures that have been told of and those that others will stand for."""
        first = replace(self.first, jpeg=b"") if self.told else self.first
        best = replace(self.best, jpeg=b"") if self.told else first
        last, spells, scores = replace(self.last, jpeg=b""), [*self.spells], [*self.scores]
        return replace(self, first=first, best=best, last=last, spells=spells, scores=scores, rival=None, doubts=0)

    def _is_there(self) -> None:
        self.absent, self.away_s, self.unseen_s = 0, 0.0, 0.0
        self.rival, self.doubts = None, 0

    def _extend(self, state: Literal["seen", "alike", "hidden", "unseen"], at: float, known_s: float) -> None:
        """Add the time since the last frame to the timeline."""
        last = self.spells[-1]
        unknown_s = at - last.end - known_s
        self._append(state, at if unknown_s <= 0 else last.end + known_s)
        if unknown_s > 0:
            self._append("unknown", at)
            self.unknown_since_s += unknown_s

    def _append(self, state: State, until: float) -> None:
        last = self.spells[-1]
        if last.state == state:
            self.spells[-1] = Spell(last.begin, until, state)
        else:
            self.spells.append(Spell(last.end, until, state))
            del self.spells[:-SPELLS]
