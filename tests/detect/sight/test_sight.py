"""What a camera that does not see does to the rules in its zones."""

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

import pytest

from detect.config import CameraConfig
from detect.incident import Incident
from detect.model.detector import Image
from detect.sight.sight import Sight
from detect.sight.view import View
from detect.watch import Eyes, Watch
from edge.messages import Frame
from edge.topics import Topic
from tests.detect.fakes import NoTracker, StandingCar
from tests.detect.film import BOOT, jpeg
from tests.detect.rules.sight.test_impairments import bagged, clip, street, turned
from tests.detect.scenery import with_car
from tests.detect.street import NOON

ALL = [[0, 0], [1, 0], [1, 1], [0, 1]]
PARKING = {"id": "kerb", "polygon": ALL, "rules": [{"kind": "illegal_parking", "dwell": "20s"}]}


class Camera:
    """One that watches a street in which a car stands, one picture a second."""

    def __init__(self, media: Path, **config: object) -> None:
        settings = CameraConfig.model_validate({"camera": "rtsp://x", "zones": [PARKING]} | config)
        self.detector = StandingCar()
        eyes = Eyes(self.detector, NoTracker()) if settings.zones else None
        self._watch = Watch(Topic("tooley", "cam-1", "frame"), settings, eyes)
        self.pictures = street(clip(media / "tfl_jamcam_1.mp4"))
        self.second = 0

    def show(self, pictures: Iterable[Image]) -> list[Incident]:
        """What is told of these pictures, but for updates."""
        told = [incident for picture in pictures for incident in self._watch.see(self._frame(picture))]
        return [incident for incident in told if incident.phase != "update"]

    def street(self, seconds: int) -> Iterator[Image]:
        return islice(self.pictures, seconds)

    def _frame(self, picture: Image) -> Frame:
        self.second += 1
        return Frame(BOOT, self.second, NOON + self.second, jpeg(picture), moving=True)


def said(incidents: list[Incident]) -> list[tuple[str, str]]:
    return [(incident.kind, incident.phase) for incident in incidents]


def test_a_camera_that_was_turned_ends_its_stays_and_invents_none(media: Path):
    camera = Camera(media)
    (parked,) = camera.show(camera.street(90))
    found = camera.show(map(turned, camera.street(120)))
    assert said(found) == [("camera_moved", "open"), ("illegal_parking", "clear")]
    assert found[1].id == parked.id
    back = camera.show(camera.street(60))
    assert said(back) == [("camera_moved", "clear"), ("illegal_parking", "open")]
    assert back[1].began_at >= back[0].at  # what stood there meanwhile is not known


@pytest.mark.parametrize("covered_s", [10, 25, 50])
def test_a_stay_outlasts_a_cover_through_which_nothing_is_seen(covered_s: int, media: Path):
    camera = Camera(media)
    (parked,) = camera.show(camera.street(90))
    detect, camera.detector.detect = camera.detector.detect, lambda images: [[] for _ in images]
    assert said(camera.show(map(bagged, camera.street(covered_s)))) == [("camera_covered", "open")] * (covered_s > 30)
    camera.detector.detect = detect
    assert said(camera.show(camera.street(60))) == [("camera_covered", "clear")] * (covered_s > 30)
    assert parked.phase == "open"


def test_what_left_behind_a_cover_is_not_taken_for_seen_after_it(media: Path):
    camera = Camera(media)
    camera.show(camera.street(90))
    camera.show(map(bagged, camera.street(50)))
    covered_at = NOON + 90 + 1
    camera.detector.detect = lambda images: [[] for _ in images]
    *_, cleared = camera.show(with_car(1, on=picture) for picture in camera.street(60))  # none that is detected
    assert (cleared.kind, cleared.phase) == ("illegal_parking", "clear")
    assert cleared.pictures[0].at <= covered_at


def test_an_incident_of_sight_has_the_picture_for_a_zone_and_no_model(media: Path):
    camera = Camera(media, zones=[], position=[104.4, 31.1])
    camera.show(camera.street(90))
    (opened,) = camera.show(map(bagged, camera.street(50)))
    assert (opened.site, opened.device, opened.zone, opened.position) == ("tooley", "cam-1", "picture", (104.4, 31.1))
    assert (opened.explanation.model, opened.explanation.zone) == ({}, {"id": "picture"})
    assert [picture.role for picture in opened.pictures] == ["first", "best"]


def test_a_site_may_ask_for_less(media: Path):
    camera = Camera(media, sight=[{"kind": "camera_moved"}])
    camera.show(camera.street(90))
    assert camera.show(map(bagged, camera.street(60)))[0].kind == "camera_moved"  # it is another view, too


@pytest.mark.parametrize(
    ("view", "kind"),
    [
        ({"commonest": 0.9, "plain": 0.9, "marked": 0.1, "same_s": 9, "likeness": 0, "contrast": 0.1}, "camera_card"),
        ({"commonest": 0.9, "plain": 0.5, "marked": 0, "same_s": 9, "likeness": 0, "contrast": 0.1}, "camera_covered"),
        ({"commonest": 0.1, "plain": 0, "marked": 0.5, "same_s": 9, "likeness": 0, "contrast": 1}, "camera_frozen"),
        ({"commonest": 0.1, "plain": 0, "marked": 0.5, "same_s": 0, "likeness": 0, "detail": 0.1}, "camera_moved"),
        (
            {"commonest": 0.1, "plain": 0, "marked": 0.5, "same_s": 0, "likeness": 1, "detail": 0.1},
            "camera_blurred",
        ),
    ],
)
def test_of_several_that_hold_one_counts(view: dict[str, float], kind: str):
    rules = CameraConfig(camera="x").sight_rules
    holding = [rule for rule in rules if rule.holds(View(NOON, b"", **view))]
    assert min(holding, key=lambda rule: rule.rank).kind == kind
    assert len({rule.rank for rule in rules}) == len(rules)


def test_nothing_is_impaired_before_the_first_picture():
    assert not Sight(CameraConfig(camera="x").sight_rules, 1.0).is_impaired
