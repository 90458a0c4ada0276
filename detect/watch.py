"""One camera's eyes: its frames in, incidents out."""

import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from detect.config import CameraConfig, Zone
from detect.detector import Detector, Image, Tracker
from detect.geometry import Region
from detect.incident import Explanation, Incident
from detect.newest import SET_BACK_S, Newest
from detect.rule import CameraRule, Finding, Surroundings
from detect.stay import Scene
from edge.messages import BadMessageError, Frame, check_jpeg
from edge.topics import Topic

# before the import: a few bytes that claim to be a huge picture get no memory (8192 × 8192 is none too small)
os.environ.setdefault("OPENCV_IO_MAX_IMAGE_PIXELS", str(8192 * 8192))

import cv2

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Post:
    """One rule of one zone."""

    zone: Zone
    rule: CameraRule


class Watch:
    """Follows one camera through its detector, tracker and rules; `topic` names the camera."""

    def __init__(self, topic: Topic, config: CameraConfig, detector: Detector, tracker: Tracker) -> None:
        self.config = config
        self.detector, self._topic, self._tracker = detector, topic, tracker
        self._posts = [post for zone in config.zones for post in _posts(zone, config)]
        self._newest, self._seen_at = Newest(), 0.0
        self.scene: Scene | None = None  # the last that was seen

    def see(self, frame: Frame) -> list[Incident]:
        """What the next frame opens, changes or clears; a frame not newer than the last tells nothing.

        Where the camera's clock was set back, what was open clears and all begins anew: no event lasted until now.
        """
        back_s = self._seen_at - frame.at
        is_set_back = self._newest.takes(frame.boot, frame.seq) and back_s > SET_BACK_S
        if back_s >= 0 and not is_set_back:
            return []
        self.scene = scene = self._look(frame)
        cleared = self._begin_anew(back_s) if is_set_back else []
        self._seen_at = frame.at
        return [*cleared, *self._judge(scene)]

    def _look(self, frame: Frame) -> Scene:
        (detections,) = self.detector.detect([decode_image(frame.jpeg)])
        return Scene(frame.at, frame.jpeg, self._tracker.track(detections))

    def _begin_anew(self, back_s: float) -> list[Incident]:
        log.warning("the clock of %s was set back by %.0f s: its rules begin anew", self._topic, back_s)
        return self.close()

    def _judge(self, scene: Scene) -> Iterator[Incident]:
        for post in self._posts:
            yield from (self._incident(post.zone, finding) for finding in post.rule.observe(scene))

    def close(self) -> list[Incident]:
        """Clear what is open: nobody looks from now on."""
        return [self._incident(post.zone, found) for post in self._posts for found in post.rule.close(self._seen_at)]

    def _incident(self, zone: Zone, finding: Finding) -> Incident:
        return Incident(
            id=finding.id,
            kind=finding.kind,
            phase=finding.phase,
            site=self._topic.site,
            device=self._topic.device,
            zone=zone.id,
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
                model=self.detector.model,
                zone={"id": zone.id, "name": zone.name or zone.id, "polygon": zone.polygon},
                dwell=finding.dwell,
                scores=finding.scores,
                track=next((thing.track for thing in finding.objects), None),
            ),
        )


def _posts(zone: Zone, config: CameraConfig) -> list[_Post]:
    region = Region(zone.polygon)
    return [_Post(zone, rule.make(_surroundings(region, config, rule.strictness))) for rule in zone.rules]


def _surroundings(region: Region, config: CameraConfig, strictness: float) -> Surroundings:
    return Surroundings(region, round(config.confidence * strictness, 3), config.timezone, config.interval_s)


def decode_image(jpeg: bytes) -> Image:
    """Height × width × 3, BGR; raise BadMessageError when it is no picture, or one too large to be decoded."""
    check_jpeg(jpeg)
    try:
        image = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error as error:
        raise BadMessageError(f"not a picture: {error.err}") from error
    if image is None:
        raise BadMessageError(f"not a picture: {len(jpeg)} bytes that cannot be decoded")
    return image  # type: ignore[return-value]  # imdecode gives uint8 for IMREAD_COLOR; its stub does not say so
