"""Tells a vehicle that waits in a queue from one that is parked: those beside it came to stand when it did."""

from collections.abc import Iterable

from detect.geometry import area, covered
from detect.incident import Box
from detect.stays.stay import Stay

NEAR = 1.0  # between two boxes, in widths and heights of the smaller
ALIKE = 0.4  # in length: a car and a bus as far away
TWICE = 0.5  # of the smaller that lies in the other
PART = 0.5  # of its time that the other must have stood, too: what passes by slowly waits for nothing


def waits_with(stay: Stay, others: Iterable[Stay], within_s: float) -> bool:
    """Whether something near it stands there, too, since about the same time; times are the frames' own.

    Once the lane flows again, whoever was in the queue has gone, and what still stands there is alone.
    """
    together = (other for other in others if other is not stay and abs(other.began - stay.began) <= within_s)
    return any(other.dwell_s >= PART * stay.dwell_s and _are_near(other.place, stay.place) for other in together)


def _are_near(one: Box, other: Box) -> bool:
    """In the picture, and as far from the camera; and not a vehicle that was seen twice."""
    gaps = _gap(one[0], one[2], other[0], other[2]), _gap(one[1], one[3], other[1], other[3])
    smaller, larger = sorted((area(one), area(other)))
    twice = max(covered(one, other), covered(other, one)) >= TWICE
    return max(gaps) <= NEAR and smaller >= ALIKE**2 * larger and not twice


def _gap(begin: float, end: float, other_begin: float, other_end: float) -> float:
    """Between two spans, in lengths of the shorter; negative where they overlap."""
    return (max(begin, other_begin) - min(end, other_end)) / min(end - begin, other_end - other_begin)
