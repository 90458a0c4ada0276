"""Finds what stays where it is, by place and by the clock.

A stay is tied to its place, not to a track's number: a lost track, a vehicle that hides the place for a while,
or a clip that starts over does not restart it. Time is the frames' own, in epoch seconds, never a count of frames.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from detect.geometry import covered, iou
from detect.model.detector import Detection, Image
from detect.rhythm import Rhythm
from detect.stays.alone import Alone
from detect.stays.anchor import Anchor
from detect.stays.stay import ALIKE, COMPARED_S, OTHER, Scene, Sighting, Stay

SAME_PLACE = 0.6  # IoU with the place where the stay began
AT_REST, SETTLES_S = 0.8, 2.0  # what has moved by more than this so soon is still on its way: it begins anew
SAME_THING = 0.8  # of the smaller of two boxes of one frame that lies in the other: a thing, and a part of it
SAME_LYING = 0.5  # the same of what lies still: no two pieces lie one in another
HIDDEN_BY = 0.25  # share of the place that lies behind something else
GONE_S = 3.0  # a place seen empty for so long has been left
HIDDEN_S = 60.0  # a place hidden for so long is given up
FOUR_WHEELED = frozenset({"car", "bus", "truck"})  # models waver between these
FLIP = 2  # frames on which it was not there end a stay: at one in ten minutes, a single one says too little
PATIENCE = 4.0  # times its dwell that a hidden stay is waited for: what merely passes is forgotten at once


@dataclass(slots=True)
class Standing(Alone):
    """Keeps the stays of one zone; `wanted` says what may begin one there, `moves` whether it came there by itself."""

    wanted: Callable[[Detection], bool]
    same_kind: Callable[[Detection], bool]
    moves: bool = True
    anchored: bool = True
    stays: list[Stay] = field(default_factory=list)
    rhythm: Rhythm = field(default_factory=Rhythm)

    def observe(self, scene: Scene) -> list[Stay]:
        """Take in the next frame; return the stays that ended with it."""
        was_off = self.rhythm.was_off(scene.at)
        free = [detection for detection in scene.detections if self.same_kind(detection)]
        ended = self._drop(lambda stay: self.moves and _moves_on(stay, free, scene.at))
        if was_off:  # nobody knows who stood there meanwhile, unless it looks the same
            ended += self._drop(lambda stay: not _looks_alike(stay, scene))
        free = self._match(scene, free)
        ended += self._replace() + self._drop(_is_over)
        self._begin(scene, free)
        return ended

    def _drop(self, which: Callable[[Stay], bool]) -> list[Stay]:
        dropped = [stay for stay in self.stays if which(stay)]
        self.stays = [stay for stay in self.stays if stay not in dropped]
        return dropped

    def _match(self, scene: Scene, free: list[Detection]) -> list[Detection]:
        """Tell each stay what became of it; return what belongs to none."""
        for stay in self.stays:
            there = [detection for detection in free if self._is_there(detection, stay)]
            free = [detection for detection in free if detection not in there]
            others = [detection for detection in scene.detections if detection not in there]
            hidden = any(covered(stay.place, other.box) >= HIDDEN_BY for other in others)
            if there:
                self._find(stay, scene, max(there, key=lambda detection: detection.score), hidden=hidden)
            else:
                self._miss(stay, scene, hidden=hidden)
        return free

    def _find(self, stay: Stay, scene: Scene, thing: Detection, *, hidden: bool) -> None:
        """Something of its kind is in its place: the same, unless it looks otherwise and nothing else is before it.

        Where something fell, nothing else takes its place; it is small, and noise makes it look otherwise.
        """
        known_s, sighting = self.rhythm.known_s, Sighting.of(scene, thing)
        if not (self.moves and self._is_another(stay, scene, hidden=hidden)):
            stay.see(sighting, known_s)
        elif scene.image is None:
            stay.miss(scene.at, known_s, hidden=True)
        else:
            stay.doubt(scene.at, known_s, self._rival(stay, sighting, scene.image))

    def _is_another(self, stay: Stay, scene: Scene, *, hidden: bool) -> bool:
        if stay.doubts == 0 and (hidden or scene.at - stay.compared_at < COMPARED_S):
            return False
        if scene.image is None or not (self.anchored and stay.anchor):
            return stay.doubts > 0
        stay.compared_at = scene.at
        return not hidden and stay.anchor.likeness(scene.image) < OTHER

    def _rival(self, stay: Stay, sighting: Sighting, image: Image) -> Stay | None:
        """What takes its place from now on if it is there for long enough; None where nothing wanted would."""
        rival = stay.rival
        if rival and rival.anchor and rival.anchor.likeness(image) >= OTHER:
            rival.see(sighting, sighting.at - rival.last.at)
            return rival
        return Stay.begin(sighting, Anchor.take(image, sighting.box)) if self.wanted(sighting.things[0]) else None

    def _miss(self, stay: Stay, scene: Scene, *, hidden: bool) -> None:
        if self.anchored and stay.may_be_kept and _looks_alike(stay, scene):
            stay.keep(scene.at, self.rhythm.known_s)
        else:
            stay.miss(scene.at, self.rhythm.known_s, hidden=hidden)

    def _replace(self) -> list[Stay]:
        """Let rivals take the places of what they have proved not to be."""
        replaced = self._drop(lambda stay: stay.is_replaced)
        self.stays += [stay.rival for stay in replaced if stay.rival]
        return replaced

    def _begin(self, scene: Scene, free: list[Detection]) -> None:
        for detection in sorted(filter(self.wanted, free), key=lambda detection: -detection.score):
            if not any(_is_part(detection, stay, scene) or self._is_there(detection, stay) for stay in self.stays):
                self.stays.append(Stay.begin(Sighting.of(scene, detection), Anchor.take(scene.image, detection.box)))

    def _is_there(self, thing: Detection, stay: Stay) -> bool:
        """What never moves may be seen in part, too, or as two: it is still the same."""
        return iou(stay.place, thing.box) >= SAME_PLACE or (not self.moves and _share(thing, stay) >= SAME_LYING)


def _moves_on(stay: Stay, things: list[Detection], at: float) -> bool:
    if at - stay.began > SETTLES_S:
        return False
    nearest = max((iou(stay.place, thing.box) for thing in things), default=0.0)
    return SAME_PLACE <= nearest < AT_REST


def _is_part(thing: Detection, stay: Stay, scene: Scene) -> bool:
    """Whether detector and stay see the same twice: what stands behind or before another is hidden, or hides it."""
    labels = {thing.label, *(other.label for other in stay.last.things)}
    if len(labels) > 1 and not labels <= FOUR_WHEELED:  # an e-bike before a van is no part of it
        return False
    return stay.last.at == scene.at and _share(thing, stay) >= SAME_THING


def _share(thing: Detection, stay: Stay) -> float:
    """How much of the smaller of the two lies in the other."""
    return max(covered(thing.box, stay.place), covered(stay.place, thing.box))


def _looks_alike(stay: Stay, scene: Scene) -> bool:
    return scene.image is not None and stay.anchor is not None and stay.anchor.likeness(scene.image) >= ALIKE


def _is_over(stay: Stay) -> bool:
    if stay.dwell_s and stay.absent < FLIP:
        return False
    return stay.unseen_s > min(GONE_S, stay.dwell_s) or stay.away_s > min(HIDDEN_S, PATIENCE * stay.dwell_s)
