from pathlib import Path

import cv2
import numpy as np
import pytest

from detect.model.catalogue import SHIPPED, read_card
from detect.training.labelled import LabelledDataError
from detect.training.train import Plan, aspect, beginning, describe, export_size, train


@pytest.mark.parametrize(
    ("size", "shape", "expected"),
    [
        (640, (16, 9), (352, 640)),
        (320, (16, 9), (192, 320)),
        (960, (16, 9), (544, 960)),
        (32, (16, 9), (32, 32)),
        (640, (4, 3), (480, 640)),
        (640, (1, 1), (640, 640)),
        (640, (9, 16), (640, 352)),
        (640, (100, 1), (32, 640)),
    ],
)
def test_an_export_has_the_shape_of_its_pictures_in_whole_strides(
    size: int, shape: tuple[int, int], expected: tuple[int, int]
):
    assert export_size(size, shape[0] / shape[1]) == expected


def write(folder: Path, name: str, width: int, height: int) -> Path:
    file = folder / f"{name}.png"
    file.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(file), np.zeros((height, width, 3), np.uint8))
    return file


def test_the_shape_is_that_of_the_middle_picture(tmp_path: Path):
    shapes = [(64, 48), (64, 48), (64, 48), (48, 64), (160, 90)]
    assert aspect([write(tmp_path, str(n), *shape) for n, shape in enumerate(shapes)]) == pytest.approx(4 / 3)


def test_of_many_pictures_some_from_all_over_are_looked_at(tmp_path: Path):
    wide, high = write(tmp_path, "wide", 64, 32), write(tmp_path, "high", 32, 64)
    assert aspect([high] * 500 + [wide] * 600) == 2


def test_labels_that_are_wrong_leave_no_training_behind(tmp_path: Path):
    for name in ("a", "b"):
        write(tmp_path / "own" / "images", name, 64, 48)
    (tmp_path / "own" / "labels").mkdir()
    (tmp_path / "own" / "labels" / "a.txt").write_text("99 0.5 0.5 0.2 0.2\n")
    base = beginning(None, tmp_path / "own")
    job = Plan(tmp_path / "out", "mine", range(1), range(1), 16, 16, 1, 64, 8, base, tmp_path / "own", "yihu train")
    with pytest.raises(LabelledDataError, match="class 99"):
        train(job, resume=False, say=print)
    assert not job.out.exists()


def test_the_shipped_card_reads_as_its_data_and_says_that_a_model_remade_is_another():
    text = (SHIPPED / "CARD.md").read_text()
    assert text == describe(read_card(SHIPPED))
    assert "a model remade now is another one" in text


def test_a_card_names_the_places_that_were_pictured():
    job = Plan(Path(), "mine", range(10), range(20, 22), 30, 300, 1, 64, 8, "", None, "yihu train")
    assert job.seeds == {"train": "0:4", "val": "20:22"}
