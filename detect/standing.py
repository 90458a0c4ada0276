"""Finds what stays where it is, by place and by the clock.

A stay is tied to its place, not to a track's number: a lost track, a vehicle that hides the place for a while,
or a clip that starts over does not restart it. Time is the frames' own, in epoch seconds, never a count of frames.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from detect.detector import Detection
from detect.geometry import covered, iou
from detect.rhythm import Rhythm
from detect.stay import Scene, Sighting, Stay

SAME_PLACE = 0.6  # IoU with the place where the stay began
HIDDEN_BY = 0.25  # share of the place that lies behind something else
GONE_S = 3.0  # a place seen empty for so long has been left
HIDDEN_S = 60.0  # a place hidden for so long is given up
PATIENCE = 4.0  # times its dwell that a hidden stay is waited for: what merely passes is forgotten at once


@dataclass(slots=True)
class Standing:
    """Keeps the stays of one zone; `wanted` says what may begin one there."""

    wanted: Callable[[Detection], bool]
    same_kind: Callable[[Detection], bool]
    stays: list[Stay] = field(default_factory=list)
    rhythm: Rhythm = field(default_factory=Rhythm)

    def observe(self, scene: Scene) -> list[Stay]:
        """Take in the next frame; return the stays that ended with it."""
        ended: list[Stay] = []
        if self.rhythm.was_off(scene.at):  # nobody knows who stood there meanwhile
            ended, self.stays = self.stays, []
        self._match(scene, self.rhythm.known_s)
        ended += [stay for stay in self.stays if _is_over(stay)]
        self.stays = [stay for stay in self.stays if not _is_over(stay)]
        return ended

    def _match(self, scene: Scene, known_s: float) -> None:
        free = [detection for detection in scene.detections if self.same_kind(detection)]
        for stay in self.stays:
            there = [detection for detection in free if iou(stay.place, detection.box) >= SAME_PLACE]
            if there:
                stay.see(Sighting.of(scene, max(there, key=lambda detection: detection.score)), known_s)
                free = [detection for detection in free if detection not in there]
            else:
                hidden = any(covered(stay.place, d.box) >= HIDDEN_BY for d in scene.detections)
                stay.miss(scene.at, known_s, hidden=hidden)
        self.stays += [Stay.begin(Sighting.of(scene, detection)) for detection in free if self.wanted(detection)]


def _is_over(stay: Stay) -> bool:
    return stay.unseen_s > min(GONE_S, stay.dwell_s) or stay.away_s > min(HIDDEN_S, PATIENCE * stay.dwell_s)
