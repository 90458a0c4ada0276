from pathlib import Path

import cv2
import numpy as np
import pytest

from detect.labelled import LabelledDataError, gather

CLASSES = ["car", "bus"]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Ten pictures, each with a bus."""
    for number in range(10):
        write(tmp_path / "own", f"street-{number}", "1 0.5 0.5 0.2 0.2\n")
    return tmp_path / "own"


def write(folder: Path, name: str, label: str | None) -> None:
    image, text = folder / "images" / f"{name}.png", folder / "labels" / f"{name}.txt"
    for file in (image, text):
        file.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(image), np.zeros((36, 64, 3), np.uint8))
    if label is not None:
        text.write_text(label)


def parts(folder: Path) -> dict[str, set[str]]:
    return {part: {file.stem for file in (folder / "images" / part).iterdir()} for part in ("train", "val")}


def test_pictures_are_split_alike_each_time_and_nothing_is_written_beside_them(source: Path, tmp_path: Path):
    before = sorted(source.rglob("*"))
    gather(source, tmp_path / "a", CLASSES)
    gather(source, tmp_path / "b", CLASSES)
    split = parts(tmp_path / "a")
    assert split == parts(tmp_path / "b")
    assert len(split["val"]) == 2
    assert len(split["train"] | split["val"]) == 10
    assert sorted(source.rglob("*")) == before


def test_a_split_that_is_there_is_kept(tmp_path: Path):
    for name in ("train/a", "train/b", "val/c"):
        write(tmp_path / "own", name, "0 0.5 0.5 0.2 0.2\n")
    gather(tmp_path / "own", tmp_path / "data", CLASSES)
    assert parts(tmp_path / "data") == {"train": {"train-a", "train-b"}, "val": {"val-c"}}


def test_a_picture_without_labels_shows_nothing(source: Path, tmp_path: Path):
    write(source, "empty", None)
    gather(source, tmp_path / "data", CLASSES)
    (label,) = (tmp_path / "data" / "labels").rglob("empty.txt")
    assert label.read_text() == ""


def test_the_folders_own_classes_are_used(source: Path, tmp_path: Path):
    (source / "data.yaml").write_text("names: {0: 车, 1: 船}")
    assert "船" in gather(source, tmp_path / "data", CLASSES).read_text()


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("1 0.5 0.5 0.2", "five numbers"),
        ("bus 0.5 0.5 0.2 0.2", "five numbers"),
        ("2 0.5 0.5 0.2 0.2", "class 2: there are classes 0 to 1"),
        ("0.5 0.5 0.5 0.2 0.2", "class 0.5"),
        ("1 320 240 100 80", "fractions of the picture"),
        ("1 0.5 0.5 0 0.2", "fractions of the picture"),
        ("1 nan 0.5 0.2 0.2", "fractions of the picture"),
    ],
)
def test_a_wrong_line_is_named(line: str, reason: str, source: Path, tmp_path: Path):
    (source / "labels" / "street-3.txt").write_text(f"1 0.5 0.5 0.2 0.2\n{line}\n")
    with pytest.raises(LabelledDataError) as refused:
        gather(source, tmp_path / "data", CLASSES)
    (problem,) = refused.value.problems
    assert problem.startswith("labels/street-3.txt:2: ")
    assert reason in problem
    assert not (tmp_path / "data").exists()


def test_every_wrong_file_is_named_at_once(source: Path, tmp_path: Path):
    (source / "images" / "street-1.png").write_text("hello")
    (source / "labels" / "stret-2.txt").write_text("")
    with pytest.raises(LabelledDataError, match="cannot be trained on") as refused:
        gather(source, tmp_path / "data", CLASSES)
    assert [problem.partition(":")[0] for problem in refused.value.problems] == [
        "images/street-1.png",
        "labels/stret-2.txt",
    ]


def test_a_folder_without_pictures_or_with_a_wrong_list_of_classes_is_told(source: Path, tmp_path: Path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(LabelledDataError, match="at least two pictures"):
        gather(tmp_path / "empty", tmp_path / "data", CLASSES)
    (source / "data.yaml").write_text("classes: 3")
    with pytest.raises(LabelledDataError, match=r"data\.yaml: `names` must list"):
        gather(source, tmp_path / "data", CLASSES)


def test_pictures_are_never_laid_out_over_or_around_themselves(source: Path):
    before = sorted(source.rglob("*"))
    for folder in (source, source / "images", source.parent):
        with pytest.raises(LabelledDataError, match="choose another --out"):
            gather(source, folder, CLASSES)
    assert sorted(source.rglob("*")) == before
