"""An edge holds back the pictures on which nothing moves: what is told must be what would be told of all of them."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from detect.config import CameraConfig
from detect.incident import Incident
from detect.model.detector import Detection, Detector, Image
from detect.model.yolo import ByteTracker
from detect.recorder import Footage
from detect.watch import Eyes, Watch
from edge.capture import Outlet, Shot
from edge.messages import Frame
from edge.topics import Topic
from tests.detect.fakes import NoTracker
from tests.detect.film import BOOT, read
from tests.detect.scenery import road, with_car
from tests.detect.street import KERB, NOON, PLACE, thing
from tests.detect.test_real_clips import ALL, watched

FPS, HEARTBEAT_S = 5, 2.0


class Seeing:
    """Sees a car at PLACE where the picture is another than the empty road's."""

    model: ClassVar[dict[str, str]] = {"name": "seeing", "hash": "0123456789abcdef"}
    classes: ClassVar[list[str]] = ["person", "car"]

    def __init__(self) -> None:
        self._road = road().astype(int)

    def detect(self, images: Sequence[Image]) -> list[list[Detection]]:
        return [[thing(PLACE)] if np.abs(image - self._road).mean() > 1 else [] for image in images]


def sent(pictures: Sequence[Image], heartbeat_s: float, fps: float = FPS) -> list[Frame]:
    """What an edge makes of them; without a heartbeat it sends all."""
    outlet, frames = Outlet(heartbeat_s, None), list[Frame]()
    for number, picture in enumerate(pictures):
        shot = outlet.take(picture, NOON + number / fps, number / fps)
        if isinstance(shot, Shot):
            frames.append(Frame(BOOT, len(frames) + 1, shot.at, shot.jpeg, shot.moving, held=shot.held))
    return frames


def watch_over(config: CameraConfig, eyes: Eyes | None, frames: list[Frame]) -> tuple[list[Incident], list[Footage]]:
    """What opens and clears, and what is filmed of it."""
    watch = Watch(Topic("london", "cam-1", "frame"), config, eyes)
    incidents, footages = list[Incident](), list[Footage]()
    for frame in frames:
        told = watch.see(frame)
        if watch.shot:
            footages += watch.recorder.take(watch.shot, told)
        incidents += [incident for incident in told if incident.phase != "update"]
    return incidents, footages


def summary(incidents: list[Incident]) -> list[tuple[str, str, str, float]]:
    return sorted((one.kind, one.phase, one.zone, round(one.began_at, 3)) for one in incidents)


def told_alike(config: CameraConfig, look: Callable[[], Eyes], pictures: Sequence[Image]) -> float:
    """Assert that the same is told and filmed, no more than a heartbeat later; return the share that was sent."""
    all_frames, gated = sent(pictures, 0), sent(pictures, HEARTBEAT_S)
    expected, filmed = watch_over(config, look(), all_frames)
    incidents, footages = watch_over(config, look(), gated)
    assert expected
    assert summary(incidents) == summary(expected)
    for one, other in zip(sorted(incidents, key=_order), sorted(expected, key=_order), strict=True):
        assert -0.01 <= one.at - other.at <= HEARTBEAT_S + 1 / FPS
    assert len(footages) == len(filmed)
    for footage in footages:
        times = [shot.at for shot in footage.shots]
        assert all(later - at < 1 for at, later in pairwise(times))  # a clip does not jump
    return len(gated) / len(all_frames)


def _order(incident: Incident) -> tuple[str, str, float]:
    return incident.kind, incident.phase, incident.at


@pytest.mark.parametrize(("clip", "share"), [("intel_car_park.mp4", 0.6), ("tfl_jamcam_3.mp4", 0.8)])
def test_real_streets_are_told_of_alike(clip: str, share: float, media: Path, remembering: Detector) -> None:
    pictures = list(read(media / clip, FPS)) * 2
    assert told_alike(watched(ALL), lambda: Eyes(remembering, ByteTracker()), pictures) < share


def parking(dwell: str) -> CameraConfig:
    rule = {"kind": "illegal_parking", "dwell": dwell}
    zone = {"id": "kerb", "polygon": KERB, "rules": [rule]}
    return CameraConfig.model_validate({"fps": FPS, "zones": [zone], "sight": []})


@pytest.mark.parametrize("dwell", ["5s", "8s", "13s"])
def test_a_car_that_comes_stands_and_leaves_has_its_dwell(dwell: str) -> None:
    pictures = [road()] * 60 + [with_car(1)] * 90 + [road()] * 40
    assert told_alike(parking(dwell), lambda: Eyes(Seeing(), NoTracker()), pictures) < 0.25
    incidents, (footage,) = watch_over(parking(dwell), Eyes(Seeing(), NoTracker()), sent(pictures, HEARTBEAT_S))
    opened, cleared = incidents
    assert (opened.phase, cleared.phase) == ("open", "clear")
    assert opened.began_at == NOON + 60 / FPS
    assert {spell.state for spell in opened.explanation.dwell} == {"seen"}  # none of it is unknown
    assert cleared.at - (NOON + 150 / FPS) < 6
    assert len(footage.shots) > 30


def test_a_car_that_stood_for_less_than_its_dwell_is_not_told_of() -> None:
    pictures = [road()] * 20 + [with_car(1)] * 38 + [road()] * 60
    assert watch_over(parking("8s"), Eyes(Seeing(), NoTracker()), sent(pictures, HEARTBEAT_S)) == ([], [])


def test_without_knowing_that_it_was_still_the_time_is_unknown() -> None:
    pictures = [road()] * 20 + [with_car(1)] * 60
    frames = [Frame(one.boot, one.seq, one.at, one.jpeg, one.moving) for one in sent(pictures, HEARTBEAT_S)]
    assert watch_over(parking("8s"), Eyes(Seeing(), NoTracker()), frames) == ([], [])


def noisy(picture: Image, number: int) -> Image:
    noise = np.random.default_rng(number).normal(0, 2, picture.shape)
    return np.clip(picture + noise, 0, 255).astype(np.uint8)


def test_a_camera_that_is_covered_or_frozen_is_told_of() -> None:
    street = with_car(1)[::2, ::2]
    living = [noisy(street, number) for number in range(160)]
    covered = [noisy(np.full_like(street, 20), number) for number in range(160, 240)]
    for kind, impaired in (("camera_covered", covered), ("camera_frozen", [living[-1]] * 140)):
        config = CameraConfig.model_validate({"fps": 2, "sight": [{"kind": kind}]})
        opened = [watch_over(config, None, sent([*living, *impaired], beat_s, fps=2))[0] for beat_s in (0, HEARTBEAT_S)]
        (expected,), (told,) = opened
        assert (told.kind, told.phase) == (expected.kind, expected.phase) == (kind, "open")
        assert abs(told.at - expected.at) <= HEARTBEAT_S + 1
