"""Tells a vehicle that waits in a queue from one that is parked: those beside it came to stand when it did."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from detect.geometry import area, iou
from detect.incident import Box
from detect.rhythm import Rhythm
from detect.stays.lasting import Follower
from detect.stays.stay import Scene, Stay

TOGETHER_S = 60.0  # between the one and the other: so long a light is red, and more come
STOOD_S = 2.0  # what has stood for less may be passing by
NEAR = 1.5  # between two boxes, in widths and heights of the smaller
ALIKE = 0.4  # in length: a car and a bus as far away
EDGE = 0.01  # of the picture's: what reaches there is cut off, and nobody knows how long it is
TWICE = 0.45  # IoU of one vehicle that was seen as two; of two in one lane, seen from a pole, it is less


@dataclass(slots=True)
class Queueing:
    """Keeps what a rule looks for in a zone, and the others there, which may wait with it."""

    sought: Follower
    others: Follower

    @property
    def stays(self) -> list[Stay]:
        return self.sought.stays

    @property
    def beside(self) -> list[Stay]:
        return self.others.stays

    @property
    def rhythm(self) -> Rhythm:
        return self.sought.rhythm

    def resume(self, rhythm: Rhythm, stays: list[Stay], beside: list[Stay]) -> None:
        """Go on from there."""
        self.sought.resume(rhythm, stays, [])
        self.others.resume(rhythm.copy(), beside, [])

    def observe(self, scene: Scene) -> list[Stay]:
        """Take in the next frame; return what ended with it of what is looked for."""
        self.others.observe(replace(scene, jpeg=b""))  # nobody is shown it
        return self.sought.observe(scene)


def waits_with(stay: Stay, others: Iterable[Stay]) -> bool:
    """Whether something near it stands there, too, since about the same time, and is not parked itself.

    When a lane flows again, whoever was in the queue goes, and what still stands there is alone.
    """
    return any(
        other is not stay
        and not other.told
        and abs(other.began - stay.began) <= TOGETHER_S
        and other.dwell_s >= STOOD_S
        and _are_near(other.place, stay.place)
        for other in others
    )


def _are_near(one: Box, other: Box) -> bool:
    """In the picture, and as far from the camera; and not a vehicle that was seen twice."""
    gaps = _gap(one[0], one[2], other[0], other[2]), _gap(one[1], one[3], other[1], other[3])
    smaller, larger = sorted((one, other), key=area)
    is_alike = _is_cut(smaller) or area(smaller) >= ALIKE**2 * area(larger)
    return max(gaps) <= NEAR and is_alike and iou(one, other) < TWICE


def _is_cut(box: Box) -> bool:
    return min(box[:2]) <= EDGE or max(box[2:]) >= 1 - EDGE


def _gap(begin: float, end: float, other_begin: float, other_end: float) -> float:
    """Between two spans, in lengths of the shorter; negative where they overlap."""
    return (max(begin, other_begin) - min(end, other_end)) / min(end - begin, other_end - other_begin)
