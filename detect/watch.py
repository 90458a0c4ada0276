"""One camera's eyes: its frames in, incidents out."""

import logging
import math
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

import msgspec
from msgspec import Struct

from detect.backlog import LATE_S
from detect.config import CameraConfig, Line, Zone
from detect.gate import Gate
from detect.incident import Box, Explanation, Incident
from detect.model.detector import Detection, Detector, Image, Tracker
from detect.newest import SET_BACK_S, Newest
from detect.picture import decode_jpeg
from detect.privacy import knows_whom_to_hide, redactions
from detect.recorder import Recorder
from detect.rule import CameraRule, Finding, RuleSettings
from detect.shot import Shot
from detect.sight.sight import PLACE, Sight, SightMemory
from detect.stays.memory import LastingMemory
from detect.stays.stay import Scene
from detect.values import Point
from edge.messages import BadMessageError, Frame
from edge.topics import Topic

log = logging.getLogger(__name__)


Shown = dict[str, str | list[Point]]  # of a zone, in an explanation


class Eyes(NamedTuple):
    """What things in pictures are seen with; a tracker is one camera's own."""

    detector: Detector
    tracker: Tracker


class Found(NamedTuple):
    """What there is to judge of a frame; None what was not asked for."""

    image: Image | None
    detections: list[Detection] | None


@dataclass(frozen=True, slots=True)
class Look:
    """A frame to be looked at, by itself: with the detector if there is one, or for the picture as a whole."""

    frame: Frame
    detector: Detector | None
    as_whole: bool

    def run(self) -> Found:
        """What is found, on whatever thread; raise BadMessageError where the frame is no picture."""
        if not (self.detector or self.as_whole):
            return Found(None, None)
        image = decode_jpeg(self.frame.jpeg)
        return Found(image, self.detector.detect([image])[0] if self.detector else None)


@dataclass(frozen=True, slots=True)
class _Post:
    """One rule of one zone or line."""

    zone: Zone | Line
    key: str
    rule: CameraRule


class WatchMemory(Struct):
    """What one camera's watch goes on from after a restart; that of a rule only where it is still the same."""

    at: float
    settings: str
    sight: SightMemory
    rules: dict[str, LastingMemory]


class Watch:
    """Follows one camera, which `topic` names: whether it sees, and by its eyes what is in its zones.

    `late`: its frames are of the past.
    """

    def __init__(self, topic: Topic, config: CameraConfig, eyes: Eyes | None, *, late: bool = False) -> None:
        self.config, self.eyes, self.topic, self.late = config, eyes, topic, late
        self._posts = [post for zone in config.zones for post in _posts(zone, config)]
        self._sight = self._make_sight()
        self._newest, self._admitted_at, self._seen_at, self._heard_at = Newest(), 0.0, 0.0, math.inf
        self.quiet_until = -math.inf  # by this machine's clock: before then no `tick` tells anything
        self._gate = Gate()
        self._things: list[Detection] | None = None  # as they are known to be; None while nobody can know
        self.recorder = Recorder()
        self.scene: Scene | None = None  # the last that was seen
        self.shot: Shot | None = None  # the last that may be shown
        self._has_moved = False  # anything, since the detector looked
        self.before_gap: WatchMemory | None = None  # before the last silence of which something may come late

    def _make_sight(self) -> Sight:
        return Sight(self.config.sight_rules, self.config.interval_s)

    def memory(self) -> WatchMemory:
        """What to go on from after a restart."""
        rules = {post.key: post.rule.memory() for post in self._posts}
        return WatchMemory(self._seen_at, self.config.model_dump_json(), self._sight.memory(), rules)

    def _untold(self) -> WatchMemory:
        """What has not been told of yet: what comes late may belong to it."""
        rules = {post.key: post.rule.untold() for post in self._posts}
        sight = SightMemory(self._sight.memory().learned, {})
        return WatchMemory(self._seen_at, self.config.model_dump_json(), sight, rules)

    def resume(self, memory: WatchMemory) -> None:
        """Go on from there; where the camera's settings were saved since, what is usual is learned anew."""
        if memory.settings == self.config.model_dump_json():
            self._sight.resume(memory.sight)
        for post in self._posts:
            if known := memory.rules.get(post.key):
                post.rule.resume(known)

    def take_over(self, earlier: "Watch", now: float) -> list[Incident]:
        """Go on from what another configuration's watch of this camera knew; return what nobody looks for any more.

        What is usual is learned anew: who saves a camera's settings says that it shows what it should.
        """
        if earlier.config.camera != self.config.camera:
            return earlier.close(now)
        self.resume(earlier.memory())
        self.recorder = earlier.recorder
        kept = {post.key for post in self._posts}
        return [*earlier.close_sight(now), *earlier.close_posts(without=kept)]

    def see(self, frame: Frame) -> list[Incident]:
        """What the next frame opens, changes or clears; raise BadMessageError where it is no picture."""
        look = self.admit(frame)
        return self.judge(look, look.run) if look else []

    def admit(self, frame: Frame) -> Look | None:
        """What is to be found on the next frame, wherever a core is free; None for one not newer than the last."""
        back_s = self._admitted_at - frame.at
        if not (self._newest.takes(frame.boot, frame.seq) and back_s > SET_BACK_S) and back_s >= 0:
            return None
        if -back_s > LATE_S:
            self.before_gap = self._untold()
        self._admitted_at = frame.at
        return Look(frame, self._detector_for(frame), self._sight.is_due(frame.at))

    def _detector_for(self, frame: Frame) -> Detector | None:
        if self.eyes is None or self._sight.is_doubtful:
            return None
        under_way = any(post.rule.is_under_way for post in self._posts)
        return self.eyes.detector if self._gate.passes(frame, under_way=under_way) else None

    def judge(self, look: Look, find: Callable[[], Found]) -> list[Incident]:
        """What that opens, changes or clears, in the order in which the frames were admitted.

        Where the camera's clock was set back, what was open clears and all begins anew: no event lasted until now.
        Raise BadMessageError where `find` does, which leaves all as it was.
        """
        try:
            found = find()
        except BadMessageError:
            self._admitted_at = self._seen_at
            self._has_moved |= look.frame.moving
            raise
        back_s = self._seen_at - look.frame.at
        told = self._begin_anew(back_s) if back_s > SET_BACK_S else [*self._judge_held(look.frame)]
        self._seen_at = look.frame.at
        return [*told, *self._judge(look.frame, found)]

    def _judge_held(self, frame: Frame) -> Iterator[Incident]:
        """What the pictures before it say that the edge held back: nothing moved, so all was as it was seen last.

        It is told of with this frame.
        """
        if self.scene is None or self._things is None:
            return
        for at in frame.held:
            if self._seen_at < at < frame.at:
                self.recorder.stand(at)
                scene = replace(self.scene, at=at, image=None)
                told = (self._of_zone(post.zone, found) for post in self._posts for found in post.rule.observe(scene))
                yield from (msgspec.structs.replace(incident, at=frame.at) for incident in told)

    def _judge(self, frame: Frame, found: Found) -> Iterator[Incident]:
        shot = self.shot = self._take_shot(frame, found)
        if found.image is not None and self._sight.is_due(frame.at):
            seen = shot if shot.at == frame.at else Shot(frame.at, frame.jpeg)
            yield from self._of_sight(self._sight.look(seen, found.image))
        if self._sight.is_elsewhere:  # its zones lie where they do not belong
            yield from self.close_posts()
        if self.eyes is None or self._sight.is_doubtful:
            self._things = None  # what was there before is not what is there afterwards
        elif found.detections is not None:
            self._things = self.eyes.tracker.track(found.detections)
        self.scene = Scene(frame.at, shot.jpeg, self._things or [], redactions=shot.redactions)  # its pixels are large
        scene = replace(self.scene, image=None if found.detections is None else found.image)
        for post in self._posts if self._things is not None else ():
            yield from (self._of_zone(post.zone, finding) for finding in post.rule.observe(scene))

    def _take_shot(self, frame: Frame, found: Found) -> Shot:
        """What may be shown of it: while nothing moves people are where they were, else it stays with the last look."""
        if found.image is not None and found.detections is not None:
            self._has_moved = False
            return Shot(frame.at, frame.jpeg, self._hidden(found.image, found.detections))
        if self.shot is None or self._things is None:
            return Shot(frame.at, frame.jpeg)
        self._has_moved |= frame.moving
        return self.shot if self._has_moved else self.shot._replace(at=frame.at, jpeg=frame.jpeg)

    def _hidden(self, image: Image, detections: list[Detection]) -> list[Box] | None:
        height, width = image.shape[:2]
        knows = self.eyes is not None and knows_whom_to_hide(self.eyes.detector.classes)
        return redactions(detections, width / height) if knows else None

    def hear(self, now: float) -> list[Incident]:
        """What it clears that a frame came; `now` is this machine's clock, here and below."""
        self._heard_at = now
        told = self._of_sight(self._sight.hear(now))
        if told:
            self.quiet_until = now  # what cleared is quiet for another time than what lasts
        return told

    def tick(self, now: float) -> list[Incident]:
        """What the passing of time opens."""
        told = self._of_sight(self._sight.tick(self._heard_at, now))
        self.quiet_until = self._sight.quiet_until(self._heard_at)
        return told

    def listen_afresh(self, now: float) -> None:
        """We were deaf until now: what the camera did not send is no silence of its own."""
        self._heard_at = self.quiet_until = now

    def _begin_anew(self, back_s: float) -> list[Incident]:
        log.warning("the clock of %s was set back by %.0f s: its rules begin anew", self.topic, back_s)
        cleared, self._sight, self.shot = self.close(self._seen_at), self._make_sight(), None
        return cleared

    def close(self, now: float) -> list[Incident]:
        """Clear what is open: nobody looks from now on."""
        return [*self.close_sight(now), *self.close_posts()]

    def close_sight(self, now: float) -> list[Incident]:
        """Clear what is open of the camera itself."""
        return self._of_sight(self._sight.close(now))

    def close_posts(self, without: Collection[str] = ()) -> list[Incident]:
        """Clear what is open in its zones, but for the rules of these keys."""
        closing = [post for post in self._posts if post.key not in without]
        return [self._of_zone(post.zone, found) for post in closing for found in post.rule.close(self._seen_at)]

    def _of_sight(self, findings: Iterable[Finding]) -> list[Incident]:
        return [self._incident(finding, PLACE, {"id": PLACE}, {}) for finding in findings]

    def _of_zone(self, zone: Zone | Line, finding: Finding) -> Incident:
        shown: Shown = {"id": zone.id, "name": zone.name or zone.id, zone.shape: zone.points}
        return self._incident(finding, zone.id, shown, self.eyes.detector.model if self.eyes else {})

    def _incident(self, finding: Finding, zone: str, shown: Shown, model: dict[str, str]) -> Incident:
        return Incident(
            id=finding.id,
            kind=finding.kind,
            phase=finding.phase,
            site=self.topic.site,
            device=self.topic.device,
            zone=zone,
            position=self.config.position,
            began_at=finding.began_at,
            at=finding.at,
            severity=finding.severity,
            score=finding.score,
            objects=finding.objects,
            pictures=finding.pictures,
            explanation=Explanation(
                rule={"kind": finding.kind, "version": finding.version},
                threshold=finding.threshold,
                observed=finding.observed,
                model=model,
                zone=shown,
                dwell=finding.dwell,
                scores=finding.scores,
                track=next((thing.track for thing in finding.objects), None),
                late=self.late,
            ),
        )


def _posts(zone: Zone | Line, config: CameraConfig) -> list[_Post]:
    if isinstance(zone, Line):
        return [_Post(zone, _key(zone, rule), rule.make(config.at_line(zone, rule))) for rule in zone.rules]
    return [_Post(zone, _key(zone, rule), rule.make(config.surroundings(zone, rule))) for rule in zone.rules]


def _key(zone: Zone | Line, rule: RuleSettings) -> str:
    """Another where the rule, its zone's name or its outline changes."""
    return f"{zone.id} {zone.points} {rule.model_dump_json()}"
