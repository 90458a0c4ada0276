from pathlib import Path

import cv2
import numpy as np
import openvino as ov
import pytest

from detect.geometry import iou
from detect.model.detector import Detection, Image
from detect.model.openvino_model import SIZES, OpenVinoDetector
from detect.model.refit import CELLS, Size, refit
from tests.detect.film import read

SURE = 0.5


@pytest.fixture(scope="module")
def exported(weights: Path) -> ov.Model:
    return ov.Core().read_model(next(weights.glob("*.xml")))


def shown(media: Path, size: Size) -> Image:
    """A street, cut to a shape."""
    street = next(read(media / "opendatacam_junction.mp4", fps=1))
    height, width = street.shape[:2]
    scale = min(height / size[0], width / size[1])
    return street[: int(size[0] * scale), : int(size[1] * scale)]


def square(image: Image) -> Image:
    """The picture on a square ground of its longer side, in its upper left corner."""
    side = max(image.shape[:2])
    padded = np.full((side, side, 3), 114, np.uint8)
    padded[: image.shape[0], : image.shape[1]] = image
    return padded


def sure(things: list[Detection]) -> list[Detection]:
    return [thing for thing in things if thing.score >= SURE]


@pytest.mark.parametrize("size", [(384, 640), (640, 384), (320, 640), (448, 640)])
def test_the_same_weights_see_the_same_on_the_picture_alone(size: Size, weights: Path, media: Path):
    detector = OpenVinoDetector(weights, 640, 0.1)
    image = cv2.resize(shown(media, size), size[::-1])
    seen = detector.detect([image])[0]  # type: ignore[list-item]  # resize keeps uint8; its stub does not say so
    whole = detector.detect([square(image)])[0]  # type: ignore[arg-type]  # as above
    assert len(sure(whole)) >= 3
    side = max(size)
    for thing in sure(whole):
        box = tuple(part * side / of for part, of in zip(thing.box, size[::-1] * 2, strict=True))
        twin = max(seen, key=lambda other: iou(other.box, box))  # type: ignore[arg-type]  # four numbers
        assert iou(twin.box, box) >= 0.85, (thing, twin)  # type: ignore[arg-type]  # as above
        assert twin.label == thing.label
        assert twin.score == pytest.approx(thing.score, abs=0.15)
    assert size in detector._compiled


def test_what_spares_little_is_looked_at_as_before(weights: Path):
    detector = OpenVinoDetector(weights, 640, 0.1)
    detector.detect([np.full((288, 352, 3), 90, np.uint8)])
    assert list(detector._compiled) == [(640, 640)]


def test_it_takes_pictures_of_its_new_size_and_has_as_many_rows_as_cells(exported: ov.Model):
    fitted = refit(exported, (384, 640))
    assert fitted
    assert list(fitted.input().shape) == [1, 3, 384, 640]
    assert list(fitted.output().shape) == [1, 84, sum(384 // cell * (640 // cell) for cell in CELLS)]
    assert list(exported.input().shape) == [1, 3, 640, 640]  # what was given is left as it is


@pytest.mark.parametrize("size", [(384, 650), (0, 640), (16, 640)])
def test_what_is_not_of_whole_cells_is_not_fitted(size: Size, exported: ov.Model):
    assert refit(exported, size) is None


def test_a_graph_that_is_not_known_is_left_alone(exported: ov.Model):
    other = exported.clone()
    for node in other.get_ops():
        if node.get_type_name() == "Constant" and list(node.shape) == [1, 1, 8400]:
            moved = ov.opset13.constant(node.data + 1)
            for port in node.output(0).get_target_inputs():
                port.replace_source_output(moved.output(0))
    assert refit(other, (384, 640)) is None


def test_a_model_of_any_size_needs_no_fitting(exported: ov.Model):
    other = exported.clone()
    other.get_parameters()[0].set_partial_shape(ov.PartialShape([1, 3, -1, -1]))
    other.validate_nodes_and_infer_types()
    assert refit(other, (384, 640)) is None


def test_only_so_many_sizes_are_kept_and_more_are_looked_at_as_before(weights: Path):
    detector = OpenVinoDetector(weights, 640, 0.1)
    for height in range(64, 640, 64):
        detector.detect([np.full((height, 640, 3), 90, np.uint8)])
    assert len(detector._compiled) == SIZES
    detector.detect([np.full((1, 4000, 3), 90, np.uint8)])
