"""What happens to a lens, on real streets: each is told once, by its own name, and a street is never taken for one."""

from collections.abc import Callable, Iterator
from functools import cache
from itertools import count, islice
from pathlib import Path

import cv2
import numpy as np
import pytest

from detect.config import CameraConfig
from detect.model.detector import Image
from detect.rule import Finding
from detect.shot import Shot
from detect.sight.sight import Sight
from tests.detect.film import read
from tests.detect.street import NOON

FIXED = ("tfl_jamcam_1.mp4", "tfl_jamcam_3.mp4", "tfl_jamcam_5.mp4", "opendatacam_junction.mp4")
CLIPS = (*FIXED, "intel_car_park.mp4")  # the last is filmed by a drone that drifts
STREETS = (
    "Forced_Greyscale_TfL-images_20200620_2030_00001.01251.jpg",
    "NETravelData-images_20200508_1040_CM_A69A1-View_02.jpg",
    "NETravelData-images_20200508_1050_CM_A69A1-View_02.jpg",
    "TfL-images-20200501-0040-00001.08859.jpg",
    "TfL-images-20200501-0050-00001.08859.jpg",
    "TfL-images-20200501-1320-00001.04542.jpg",
    "TfL-images-20200501-1330-00001.04542.jpg",
)
CARDS = ("NETravelData-images_20200508_1800_NT_A193H1.jpg", "TfL-images_20200501_0520_00001.06592.jpg")
RULES = CameraConfig(camera="rtsp://street").sight_rules

Change = Callable[[Image], Image]


def same(image: Image) -> Image:
    return image


def darker(image: Image) -> Image:
    return cv2.convertScaleAbs(image, alpha=0.5)


def brighter(image: Image) -> Image:
    return cv2.convertScaleAbs(image, alpha=2.0)


def mirrored(image: Image) -> Image:
    return np.ascontiguousarray(image[:, ::-1])


def compressed(image: Image) -> Image:
    return cv2.imdecode(cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 30])[1], cv2.IMREAD_COLOR)


def black(image: Image) -> Image:
    return np.zeros_like(image)


def bagged(image: Image) -> Image:
    """A plastic bag: its folds, dim and out of focus, and the noise of a sensor that sees little."""
    return cv2.add(folds(image.shape), noises(image.shape, 9)[int(image.sum()) % 7])


def out_of_focus(image: Image) -> Image:
    return cv2.GaussianBlur(image, (0, 0), image.shape[1] / 120)


def turned(image: Image) -> Image:
    """By a fifth of its view; what comes in at the side is mirrored."""
    width = image.shape[1]
    wide = cv2.copyMakeBorder(image, 0, 0, 0, width, cv2.BORDER_REFLECT)
    return np.ascontiguousarray(wide[:, width // 5 : width // 5 + width])


CHANGES = pytest.mark.parametrize("change", [same, darker, brighter, mirrored, compressed])
DONE_TO_A_LENS = pytest.mark.parametrize(
    ("done", "kind"),
    [
        (black, "camera_card"),
        (bagged, "camera_covered"),
        (out_of_focus, "camera_blurred"),
        (turned, "camera_moved"),
    ],
)


@cache
def clip(path: Path) -> list[Image]:
    return list(read(path, fps=1))


@cache
def noises(shape: tuple[int, ...], levels: int = 3) -> list[Image]:
    return [np.random.default_rng(number).integers(0, levels, shape, np.uint8) for number in range(7)]


@cache
def folds(shape: tuple[int, ...]) -> Image:
    grey = cv2.resize(np.random.default_rng(1).uniform(20, 60, (5, 7)), shape[1::-1], interpolation=cv2.INTER_CUBIC)
    return cv2.cvtColor(np.clip(grey, 0, 255).astype(np.uint8), cv2.COLOR_GRAY2BGR)


def street(pictures: list[Image]) -> Iterator[Image]:
    """Without end, with the noise of a camera: a clip that is played again is none that froze."""
    noise = noises(pictures[0].shape)
    for number in count():
        yield cv2.add(pictures[number % len(pictures)], noise[number % len(noise)])


def told(pictures: Iterator[Image], begin: float = 0.0, fps: float = 1.0, sight: Sight | None = None) -> list[Finding]:
    sight = sight or Sight(RULES, 1 / fps)
    shown = ((NOON + begin + number / fps, picture) for number, picture in enumerate(pictures))
    return [finding for at, picture in shown if sight.is_due(at) for finding in sight.look(Shot(at, b"jpeg"), picture)]


def phases(findings: list[Finding]) -> list[tuple[str, str]]:
    return [(finding.kind, finding.phase) for finding in findings if finding.phase != "update"]


@CHANGES
@pytest.mark.parametrize("name", CLIPS)
def test_a_street_is_nothing_to_tell_of(name: str, change: Change, media: Path):
    pictures = map(change, islice(street(clip(media / name)), 120))
    assert phases(told(pictures)) == []


@DONE_TO_A_LENS
@CHANGES
@pytest.mark.parametrize("name", FIXED)
def test_what_is_done_to_a_lens_is_told_once_and_until_it_is_over(
    name: str, change: Change, done: Change, kind: str, media: Path
):
    sight, pictures = Sight(RULES, 1.0), map(change, street(clip(media / name)))
    assert phases(told(islice(pictures, 80), sight=sight)) == []
    assert phases(told(map(done, islice(pictures, 55)), 80, sight=sight)) == [(kind, "open")]
    assert phases(told(islice(pictures, 50), 135, sight=sight)) == [(kind, "clear")]


@DONE_TO_A_LENS
@pytest.mark.parametrize("fps", [1 / 600, 25])
def test_it_is_so_at_any_rate(fps: float, done: Change, kind: str, media: Path):
    seconds = max(100, round(10 / fps))
    sight, pictures = Sight(RULES, 1 / fps), street(clip(media / "tfl_jamcam_5.mp4"))
    assert phases(told(islice(pictures, round(seconds * fps)), 0, fps, sight)) == []
    found = told(map(done, islice(pictures, max(3, round(55 * fps)))), seconds, fps, sight)
    assert phases(found) == [(kind, "open")]


def grainy(pictures: Iterator[Image], done: Change = same) -> Iterator[Image]:
    """As a sensor gives them that sees little: what is done to the lens takes nothing from its noise."""
    dice = np.random.default_rng(2)
    for picture in pictures:
        yield np.clip(done(picture) + dice.normal(0, 40, picture.shape), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("name", FIXED)
def test_noise_does_not_pass_for_detail(name: str, media: Path):
    sight, pictures = Sight(RULES, 1.0), street(clip(media / name))
    assert phases(told(grainy(islice(pictures, 100)), sight=sight)) == []
    assert phases(told(grainy(islice(pictures, 55), out_of_focus), 100, sight=sight)) == [("camera_blurred", "open")]


@pytest.mark.parametrize("name", FIXED)
def test_rain_that_ends_has_not_blurred_what_it_fell_on(name: str, media: Path):
    sight, pictures = Sight(RULES, 1.0), street(clip(media / name))
    told(grainy(islice(pictures, 100)), sight=sight)
    assert phases(told(islice(pictures, 60), 100, sight=sight)) == []


def swaying(pictures: Iterator[Image]) -> Iterator[Image]:
    """As from a pole in the wind."""
    dice = np.random.default_rng(5)
    for picture in pictures:
        yield np.roll(picture, tuple(dice.integers(-4, 5, 2)), (0, 1))


@pytest.mark.parametrize("name", FIXED)
def test_a_camera_that_sways_is_out_of_focus_when_it_is_and_not_before(name: str, media: Path):
    sight, pictures = Sight(RULES, 1.0), street(clip(media / name))
    assert phases(told(swaying(islice(pictures, 150)), sight=sight)) == []
    blurred = swaying(map(out_of_focus, islice(pictures, 55)))
    assert phases(told(blurred, 150, sight=sight)) == [("camera_blurred", "open")]


@CHANGES
@pytest.mark.parametrize("name", CARDS)
def test_a_card_is_recognised_at_once(name: str, change: Change, media: Path):
    card = change(cv2.imread(str(media / "stills" / name)))
    assert phases(told(islice(iter([card] * 60), 40))) == [("camera_card", "open")]


@CHANGES
@pytest.mark.parametrize("name", STREETS)
def test_no_street_is_taken_for_a_card_or_a_cover(name: str, change: Change, media: Path):
    still = change(cv2.imread(str(media / "stills" / name)))
    assert phases(told(map(change, islice(street([still]), 90)))) == []


def test_a_picture_that_stands_still_to_the_last_pixel_is_frozen(media: Path):
    sight, pictures = Sight(RULES, 1.0), street(clip(media / "tfl_jamcam_5.mp4"))
    told(islice(pictures, 100), sight=sight)
    stuck = next(pictures)
    found = told(iter([stuck] * 90), 100, sight=sight)
    assert phases(found) == [("camera_frozen", "open")]
    assert found[0].began_at == NOON + 101
    assert found[0].observed["dwell_s"] == 60


def test_what_was_usual_is_told_beside_what_is_seen_now(media: Path):
    sight, pictures = Sight(RULES, 1.0), street(clip(media / "tfl_jamcam_5.mp4"))
    told(islice(pictures, 100), sight=sight)
    (opened, *_) = told(map(turned, islice(pictures, 40)), 100, sight=sight)
    assert [(picture.role, picture.at - NOON) for picture in opened.pictures] == [("first", 99), ("best", 130)]
    assert opened.threshold.keys() == opened.observed.keys() == {"dwell_s", "likeness"}
    assert opened.observed["likeness"] < opened.threshold["likeness"]


def test_a_street_that_darkens_is_the_same_street(media: Path):
    dusk = np.linspace(1.0, 0.3, 400)
    lit = zip(street(clip(media / "tfl_jamcam_1.mp4")), dusk, strict=False)
    pictures = (cv2.convertScaleAbs(one, alpha=light) for one, light in lit)
    assert phases(told(pictures)) == []


@pytest.mark.parametrize("first", [black, bagged])
def test_what_is_covered_from_the_start_is_never_taken_for_usual(first: Change, media: Path):
    sight, pictures = Sight(RULES, 1.0), street(clip(media / "tfl_jamcam_5.mp4"))
    assert [phase for _, phase in phases(told(map(first, islice(pictures, 120)), sight=sight))] == ["open"]
    assert [phase for _, phase in phases(told(islice(pictures, 120), 120, sight=sight))] == ["clear"]
