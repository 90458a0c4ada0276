import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from edge.mask import GREY, cover

fractions = st.floats(0, 1)
WINDOW = [(0.25, 0.25), (0.5, 0.25), (0.5, 0.75), (0.25, 0.75)]


def picture(height: int = 100, width: int = 200) -> np.ndarray:
    return np.random.default_rng(1).integers(0, 255, (height, width, 3), np.uint8)


def test_what_is_covered_is_grey_and_all_else_as_it_was():
    image, before = picture(), picture()
    cover(image, [WINDOW])
    inside = np.zeros(image.shape[:2], bool)
    inside[25:76, 50:101] = True
    assert (image[inside] == GREY).all()
    assert (image[~inside] == before[~inside]).all()


def test_without_masks_nothing_is_touched():
    image = picture()
    cover(image, [])
    assert (image == picture()).all()


@given(
    masks=st.lists(st.lists(st.tuples(fractions, fractions), min_size=3, max_size=8), max_size=4),
    height=st.integers(1, 50),
    width=st.integers(1, 50),
)
def test_a_corner_of_a_mask_is_covered_whatever_the_picture_s_size(
    masks: list[list[tuple[float, float]]], height: int, width: int
):
    image = picture(height, width)
    cover(image, masks)
    for x, y in (corner for mask in masks for corner in mask):
        assert tuple(image[min(height - 1, round(y * height)), min(width - 1, round(x * width))]) == GREY or (
            round(y * height) == height or round(x * width) == width
        )
