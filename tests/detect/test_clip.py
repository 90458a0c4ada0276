from pathlib import Path

import cv2
import numpy as np
import pytest

from detect.clip import WIDTH, make_clip
from detect.shot import Shot
from edge.messages import BadMessageError
from tests.detect.film import jpeg, read
from tests.detect.street import NOON


def played(clip: bytes, folder: Path) -> tuple[list[float], list[np.ndarray]]:
    """The times, in seconds from the first, and the pictures of a clip."""
    file = folder / "clip.mp4"
    file.write_bytes(clip)
    film = cv2.VideoCapture(str(file))
    moments, pictures = [], []
    while film.grab():
        moments.append(film.get(cv2.CAP_PROP_POS_MSEC) / 1000)
        pictures.append(film.retrieve()[1])
    return moments, pictures


def test_a_street_is_filmed_as_it_was_and_at_its_own_times(media: Path, tmp_path: Path):
    images = list(read(media / "tfl_jamcam_5.mp4", fps=5))[:20]
    gaps = np.cumsum([0.0] + [0.2, 0.35] * 10)[: len(images)]
    clip = make_clip([Shot(NOON + at, jpeg(image), []) for at, image in zip(gaps, images, strict=True)])
    moments, pictures = played(clip, tmp_path)
    assert moments == pytest.approx(gaps, abs=0.002)
    for was, shown in zip(images, pictures, strict=True):
        small = cv2.resize(was, shown.shape[1::-1])
        assert np.abs(small.astype(int) - shown).mean() < 8
    assert len(clip) < 30_000 * len(images)


def test_faces_and_plates_are_in_no_clip(media: Path, tmp_path: Path):
    image = next(read(media / "tfl_jamcam_5.mp4", fps=1))
    face = (0.25, 0.25, 0.5, 0.5)
    clip = make_clip([Shot(NOON + at, jpeg(image), [face]) for at in range(3)])
    for shown in played(clip, tmp_path)[1]:
        height, width = shown.shape[:2]
        was = cv2.resize(image, (width, height)).astype(int)
        off = np.abs(was - shown).mean(axis=2)
        part = np.s_[height // 4 : height // 2, width // 4 : width // 2]
        assert off[part].mean() > 3 * off[height // 2 :].mean()


@pytest.mark.parametrize(
    ("size", "becomes"),
    [
        ((1080, 1920), (360, WIDTH)),
        ((287, 353), (286, 352)),
        ((2, 3), (2, 2)),
        ((1, 1), (2, 2)),
        ((2000, 40), (2000, 40)),
    ],
)
def test_any_size_becomes_one_that_is_even_and_not_too_wide(
    size: tuple[int, int], becomes: tuple[int, int], tmp_path: Path
):
    image = np.full((*size, 3), 90, np.uint8)
    _, pictures = played(make_clip([Shot(NOON + number, jpeg(image)) for number in range(5)]), tmp_path)
    assert {picture.shape[:2] for picture in pictures} == {becomes}


def test_pictures_of_several_sizes_are_brought_to_the_first_one_s(tmp_path: Path):
    images = [np.full((height, 64, 3), 90, np.uint8) for height in (48, 30, 480)]
    _, pictures = played(make_clip([Shot(NOON + n, jpeg(one)) for n, one in enumerate(images)]), tmp_path)
    assert [picture.shape[:2] for picture in pictures] == [(48, 64)] * 3


def test_what_is_no_picture_makes_no_clip():
    with pytest.raises(BadMessageError):
        make_clip([Shot(NOON, b"no picture")])
