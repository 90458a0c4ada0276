import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detect.model.detector import Image
from detect.stays.anchor import Anchor
from detect.stays.stay import ALIKE, OTHER
from tests.detect.film import darker
from tests.detect.scenery import road, with_car
from tests.detect.street import PLACE


def likeness(image: Image, now: Image) -> float:
    anchor = Anchor.take(image, PLACE)
    assert anchor
    return anchor.likeness(now)


@settings(deadline=None)
@given(seed=st.integers(0, 1000), gain=st.floats(0.4, 1.6), offset=st.floats(-20, 60))
def test_light_has_no_part_in_it(seed: int, gain: float, offset: float):
    image = with_car(seed)
    assert likeness(image, np.clip(image * gain + offset, 0, 255).astype(np.uint8)) >= ALIKE


def test_another_car_is_another_with_few_exceptions():
    """Any two may be alike by chance: of the pairs of a thousand cars, fewer than one in a thousand are."""
    found = [likeness(with_car(seed), with_car(seed + 500)) for seed in range(300)]
    assert sum(one >= OTHER for one in found) <= 1
    assert np.median(found) < OTHER / 2


def test_an_empty_place_is_not_what_stood_there():
    assert likeness(with_car(1), road()) < OTHER


def test_a_lamp_that_dazzles_one_half_hides_no_car():
    dazzled = with_car(1).astype(np.float32)
    dazzled[:, : round(0.66 * dazzled.shape[1])] += 60
    assert likeness(with_car(1), np.clip(dazzled, 0, 255).astype(np.uint8)) >= ALIKE


def test_a_camera_may_sway_a_little():
    shift = np.float32([[1, 0, 3], [0, 1, -2]])
    image = with_car(1)
    swayed = cv2.warpAffine(image, shift, image.shape[1::-1], borderMode=cv2.BORDER_REPLICATE)
    assert likeness(image, swayed) >= ALIKE  # type: ignore[arg-type]  # warpAffine keeps uint8; its stub does not say so


@pytest.mark.parametrize(
    ("image", "box"),
    [
        (None, PLACE),
        (np.full((540, 960, 3), 90, np.uint8), PLACE),
        (with_car(1), (0.54, 0.4, 0.55, 0.41)),
    ],
)
def test_what_has_no_looks_has_no_anchor(image: Image | None, box: tuple[float, float, float, float]):
    assert Anchor.take(image, box) is None


@pytest.mark.parametrize("size", [(1, 1), (2, 4000), (270, 480), (1080, 1920)])
def test_a_picture_of_another_size_is_compared_as_well(size: tuple[int, int]):
    other = cv2.resize(darker(with_car(1)), size[::-1])
    assert -1 <= likeness(with_car(1), other) <= 1  # type: ignore[arg-type]  # as above
