"""What an edge that was cut off sends later, through all of the cameras' side."""

import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from detect.backlog import ROOM
from detect.cameras import Cameras, Equipment
from detect.config import CameraConfig
from detect.incident import Incident
from detect.model.detector import Detection, Image
from detect.past import OVER_S
from edge.messages import Frame, encode_binary
from edge.topics import Topic
from tests.detect.fakes import NoTracker, StandingCar
from tests.detect.film import BOOT, jpeg
from tests.detect.scenery import road, with_car
from tests.detect.street import NOON, thing

CONFIG, FRAMES = Topic("tooley", "cam-1", "config"), Topic("tooley", "cam-1", "frame")
EVERY_S = 5.0
PARKED, EMPTY = jpeg(with_car(1)), jpeg(road())


class Seeing(StandingCar):
    """Sees the car where it is in the picture."""

    def detect(self, images: Sequence[Image]) -> list[list[Detection]]:
        return [[thing()] if image[220:320, 520:700].std() > 25 else [] for image in images]


class City:
    def __init__(self, dwell_s: float) -> None:
        self.told: list[Incident] = []
        self._registry = CollectorRegistry()
        equipment = Equipment(lambda _: Seeing(), NoTracker, shipped=lambda: Path("/s"), coco=lambda: Path("/c"))
        self.cameras = Cameras(self._registry, equipment, self.told.append, self._refuse)
        zone = {
            "id": "kerb",
            "polygon": [[0, 0], [1, 0], [1, 1], [0, 1]],
            "rules": [{"kind": "illegal_parking", "dwell": dwell_s}],
        }
        config = {"camera": "rtsp://x", "fps": 1 / EVERY_S, "zones": [zone], "sight": []}
        self.cameras.configure(CONFIG, CameraConfig.model_validate(config), NOON)

    def _refuse(self, topic: str, error: Exception) -> None:
        raise AssertionError(topic) from error

    def send(self, numbers: Iterable[int], parked: range) -> None:
        """Frames by their number, EVERY_S apart; on those of `parked` a car stands there."""
        for number in numbers:
            at = NOON + number * EVERY_S
            frame = Frame(BOOT, number + 1, at, PARKED if number in parked else EMPTY, moving=True)
            self.cameras.put(FRAMES, encode_binary(frame), NOON + 1e6)
            self.cameras.look(0)

    def settle(self) -> None:
        for _ in range(200):
            self.cameras.look(0)

    def said(self) -> list[tuple[Any, ...]]:
        return [
            (one.phase, (one.began_at - NOON) / EVERY_S, one.explanation.late)
            for one in self.told
            if one.phase != "update"
        ]

    def passed_over(self) -> float:
        labels = {"site": "tooley", "device": "cam-1"}
        return self._registry.get_sample_value("yihu_detect_frames_passed_over_total", labels) or 0


def interleaved(live: range, late: range) -> list[int]:
    """As an edge sends them that has been cut off: what is new first, and something old beside it."""
    both = list(zip(live, late, strict=False))
    return [number for pair in both for number in pair] + [*live[len(both) :], *late[len(both) :]]


@pytest.mark.parametrize("parked", [range(25, 45), range(5, 38), range(19, 60)])
def test_late_frames_tell_what_live_ones_would_have_told(parked: range):
    """Cut off from frame 20 to 50, of 100; the rule waits for 60 s, which are 12 frames."""
    city, steady = City(dwell_s=60), City(dwell_s=60)
    steady.send(range(100), parked)
    city.send(range(20), parked)
    city.send(interleaved(range(50, 100), range(20, 50)), parked)
    city.settle()
    opened = [one for one in city.said() if one[0] == "open"]
    assert ("open", parked.start, False) in steady.said()
    assert parked.start in [began for _, began, _ in opened]
    assert all(late is (began < 50 and began >= 5) or not late for _, began, late in opened)


def test_what_is_found_late_keeps_its_time_is_marked_and_clears():
    city = City(dwell_s=60)
    city.send(range(20), range(0))
    city.send(interleaved(range(50, 90), range(20, 50)), range(25, 45))
    city.settle()
    assert city.said() == [("open", 25, True), ("clear", 25, True)]


def test_what_stands_there_when_no_more_comes_clears_in_the_past():
    city = City(dwell_s=60)
    city.send(range(20), range(0))
    city.send(interleaved(range(50, 90), range(20, 50)), range(25, 50))
    city.settle()
    assert city.said() == [("open", 25, True)]
    city.cameras.tick(time.time(), connected=True)
    city.cameras.tick(time.time() + OVER_S, connected=True)
    assert city.said() == [("open", 25, True), ("clear", 25, True)]


def test_live_frames_are_told_of_as_ever_while_late_ones_come():
    city = City(dwell_s=60)
    city.send(range(20), range(0))
    city.send(interleaved(range(50, 90), range(20, 50)), range(55, 100))
    city.settle()
    assert city.said() == [("open", 55, False)]


def test_late_frames_that_are_too_many_are_thinned_and_counted():
    city = City(dwell_s=60)
    city.send([*range(20), 500], range(0))
    for number in range(20, 20 + 2 * ROOM):
        frame = Frame(BOOT, number + 1, NOON + number * EVERY_S, EMPTY, moving=True)
        city.cameras.put(FRAMES, encode_binary(frame), NOON + 1e6)
    assert ROOM / 2 <= city.passed_over() <= 2 * ROOM
    city.settle()
    assert city.said() == []
