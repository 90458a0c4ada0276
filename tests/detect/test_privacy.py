import math

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detect.geometry import WHOLE
from detect.incident import Box
from detect.model.detector import Detection
from detect.picture import decode_picture
from detect.privacy import CELLS, WHOLE_CELLS, knows_whom_to_hide, redact, redacted, redactions
from edge.messages import BadMessageError
from tests.detect.film import STREET, jpeg

SPAN = st.tuples(st.floats(0, 1), st.floats(0, 1)).map(sorted)
BOXES = st.tuples(SPAN, SPAN).map(lambda spans: (spans[0][0], spans[1][0], spans[0][1], spans[1][1]))
NOISE = np.random.default_rng(1).integers(0, 256, (180, 320, 3), np.uint8)


def hidden(label: str, box: Box) -> list[Box]:
    return redactions([Detection(label, box, 0.9)], 16 / 9)


def covers(part: Box, *points: tuple[float, float]) -> bool:
    return all(part[0] <= x <= part[2] and part[1] <= y <= part[3] for x, y in points)


def test_who_stands_has_their_head_hidden_and_not_their_feet():
    (part,) = hidden("person", (0.5, 0.2, 0.55, 0.5))
    assert covers(part, (0.525, 0.2), (0.525, 0.26))
    assert part[3] < 0.35


def test_of_who_is_cut_off_below_nearly_all_is_hidden():
    (part,) = hidden("person", (0.4, 0.7, 0.55, 1.0))
    assert covers(part, (0.475, 0.7), (0.475, 0.92))


@pytest.mark.parametrize("label", ["car", "bus", "truck"])
def test_a_vehicle_has_its_plates_hidden_and_not_its_roof(label: str):
    (part,) = hidden(label, (0.2, 0.2, 0.6, 0.6))
    assert covers(part, (0.2, 0.6), (0.6, 0.6), (0.4, 0.4))
    assert part[1] > 0.3


@pytest.mark.parametrize("label", ["ebike", "motorcycle", "bicycle"])
def test_what_has_two_wheels_is_hidden_with_who_sits_on_it(label: str):
    (part,) = hidden(label, (0.2, 0.2, 0.4, 0.6))
    assert covers(part, (0.2, 0.2), (0.4, 0.6))


@pytest.mark.parametrize(
    ("classes", "knows"),
    [
        (["person", "car"], True),
        (["person", "truck", "fire"], True),
        (["fire", "smoke"], False),
        (["pedestrian", "van"], False),
        (["person"], False),
    ],
)
def test_a_model_without_people_or_vehicles_knows_not_whom_to_hide(classes: list[str], knows: bool):
    assert knows_whom_to_hide(classes) == knows


def test_what_has_neither_face_nor_plate_is_shown():
    assert redactions([Detection(label, WHOLE, 0.9) for label in ("debris", "smoke", "fire", "flood")], 1.5) == []


@given(BOXES)
def test_a_mosaic_keeps_a_few_colours_of_a_part_and_all_of_the_rest(box: Box):
    shown = NOISE.copy()
    redact(shown, [box])
    height, width = shown.shape[:2]
    left, top, right, bottom = (
        int(box[0] * width),
        int(box[1] * height),
        math.ceil(box[2] * width),
        math.ceil(box[3] * height),
    )
    rest = np.ones((height, width), bool)
    rest[top:bottom, left:right] = False
    assert (shown[rest] == NOISE[rest]).all()
    row = shown[top:bottom, left:right][:1].reshape(-1, 3)
    assert len(np.unique(row, axis=0)) <= CELLS


def test_of_unknown_parts_all_is_coarse():
    shown = decode_picture(redacted(cv2.imencode(".png", NOISE)[1].tobytes(), None))
    assert len(np.unique(shown[len(shown) // 2], axis=0)) <= WHOLE_CELLS


def test_a_picture_in_which_nothing_is_to_be_hidden_is_what_it_was():
    assert redacted(jpeg(STREET), []) == jpeg(STREET)


@pytest.mark.parametrize("suffix", [".jpg", ".png"])
def test_what_comes_out_is_of_the_same_kind_and_size(suffix: str):
    picture = cv2.imencode(suffix, NOISE)[1].tobytes()
    shown = redacted(picture, [(0.1, 0.1, 0.4, 0.4)])
    assert shown[:3] == picture[:3]
    assert decode_picture(shown).shape == NOISE.shape


@given(st.binary(max_size=200))
def test_what_is_no_picture_is_said_to_be_none(data: bytes):
    for magic in (b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"):
        with pytest.raises(BadMessageError):
            redacted(magic + data, None)
