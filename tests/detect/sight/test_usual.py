import math

import cv2
import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detect.rules.sight.camera_blurred import DETAIL
from detect.shot import Shot
from detect.sight import view
from detect.sight.usual import LEARNED_S, Viewer, likeness
from tests.detect.street import NOON

SCENE = np.random.default_rng(3).integers(40, 120, (12, 16, 3), np.uint8).repeat(40, axis=0).repeat(40, axis=1)
OTHER = np.random.default_rng(4).integers(40, 120, (12, 16, 3), np.uint8).repeat(40, axis=0).repeat(40, axis=1)


def shape_of(image: np.ndarray, light: float = 1.0) -> np.ndarray:
    return view.shape((view.shrink(image).mean(axis=2) * light).astype(np.float32))


@given(light=st.floats(0.4, 2.0))
def test_light_has_no_part_in_what_a_place_looks_like(light: float):
    assert likeness(shape_of(SCENE), shape_of(SCENE, light)) == 1.0
    assert likeness(shape_of(SCENE), shape_of(OTHER, light)) < 0.3


def test_where_there_is_nothing_to_see_nothing_is_compared():
    assert math.isnan(likeness(shape_of(np.full_like(SCENE, 90)), shape_of(SCENE)))


@pytest.mark.parametrize("interval_s", [1.0, 10.0, 600.0])
def test_what_is_usual_is_known_after_some_looks_over_some_time(interval_s: float):
    viewer, at = Viewer(), NOON
    while not viewer.take(Shot(at, b""), SCENE).likeness >= 0:
        viewer.learn(viewer.take(Shot(at, b""), SCENE))
        at += interval_s
    assert at - NOON >= LEARNED_S
    assert at - NOON <= max(2 * LEARNED_S, 5 * interval_s)


def test_what_differs_while_nothing_is_known_yet_begins_it_anew():
    viewer = Viewer()
    for second in range(200):
        viewer.learn(viewer.take(Shot(NOON + second, b""), SCENE if second < 60 else OTHER))
    assert viewer.take(Shot(NOON + 200, b""), OTHER).likeness == 1.0


def test_a_look_is_due_a_second_after_the_last():
    viewer = Viewer()
    assert viewer.is_due(NOON)
    viewer.take(Shot(NOON, b""), SCENE)
    assert not viewer.is_due(NOON + 0.9)
    assert viewer.is_due(NOON + 1)


def test_what_was_sharp_once_is_soon_expected_again_and_what_is_dull_only_slowly():
    blurred = cv2.GaussianBlur(SCENE, (0, 0), 6)

    def detail(first: np.ndarray, then: np.ndarray) -> float:
        viewer = Viewer()
        for second in range(240):
            viewer.learn(viewer.take(Shot(NOON + second, b""), first if second < 120 else then))
        return viewer.take(Shot(NOON + 240, b""), blurred).detail

    assert detail(blurred, SCENE) < DETAIL
    assert detail(SCENE, blurred) < DETAIL


def test_what_an_older_version_kept_is_learned_anew():
    viewer = Viewer()
    for second in range(70):
        viewer.learn(viewer.take(Shot(NOON + second, b""), SCENE))
    kept = viewer.memory()
    assert kept is not None
    for texture, known in ((kept.texture, True), (b"", False)):
        viewer = Viewer()
        viewer.resume(msgspec.structs.replace(kept, texture=texture))
        first, second = (viewer.take(Shot(NOON + 80 + number, b""), SCENE).detail for number in range(2))
        assert math.isnan(first)
        assert math.isnan(second) is not known
