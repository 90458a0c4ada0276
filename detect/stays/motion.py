"""How things move: each track's way over the last seconds, by the clock and in the thing's own size.

Distances are in widths and heights of the thing's own box, so that what is far away is as fast as what is near.
"""

from collections import deque
from dataclasses import dataclass, field
from math import hypot

from detect.geometry import foot
from detect.model.detector import Detection
from detect.stays.stay import Scene

WINDOW_S = 4.0  # a way is known for so long
LEAST_S = 0.8  # over less, a trembling box looks like a movement
FORGOTTEN_S = 10.0


@dataclass(frozen=True, slots=True)
class Step:
    """Where a thing's foot stood, and how large its box was there, in fractions of the picture."""

    at: float
    x: float
    y: float
    width: float
    height: float


def step_of(thing: Detection, at: float) -> Step:
    left, top, right, bottom = thing.box
    return Step(at, *foot(thing.box), right - left, bottom - top)


@dataclass(frozen=True, slots=True)
class Way:
    """From the oldest step that is known to the newest."""

    first: Step
    last: Step

    @property
    def seconds(self) -> float:
        return self.last.at - self.first.at

    @property
    def right(self) -> float:
        """In fractions of the picture."""
        return self.last.x - self.first.x

    @property
    def down(self) -> float:
        return self.last.y - self.first.y

    @property
    def length(self) -> float:
        """In the thing's own sizes."""
        return hypot(
            self.right / max(self.first.width, self.last.width), self.down / max(self.first.height, self.last.height)
        )

    @property
    def speed(self) -> float:
        """In its own sizes a second."""
        return self.length / self.seconds


@dataclass(slots=True)
class Ways:
    """The way of each track that is followed."""

    _steps: dict[int, deque[Step]] = field(default_factory=dict)

    def take(self, scene: Scene) -> None:
        """Take in the next frame."""
        for thing in scene.detections:
            if thing.track is not None:
                self._steps.setdefault(thing.track, deque()).append(step_of(thing, scene.at))
        self._steps = {track: steps for track, steps in self._steps.items() if scene.at - steps[-1].at < FORGOTTEN_S}
        for steps in self._steps.values():
            while len(steps) > 2 and scene.at - steps[1].at >= WINDOW_S:  # noqa: PLR2004 - a way has two ends
                steps.popleft()

    def of(self, thing: Detection) -> Way | None:
        """None of what was seen for too short a time."""
        steps = self._steps.get(thing.track) if thing.track is not None else None
        way = Way(steps[0], steps[-1]) if steps else None
        return way if way and way.seconds >= LEAST_S else None
