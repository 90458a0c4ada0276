from pathlib import Path

import cv2
import numpy as np
import pytest

from detect.training.labelled import LabelledDataError, gather

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
    return {part: {file.resolve().stem for file in (folder / "images" / part).iterdir()} for part in ("train", "val")}


def labels(folder: Path) -> dict[str, str]:
    """What the training is told of each picture, by where that lies."""
    texts = {file: folder / "labels" / file.parent.name / f"{file.stem}.txt" for file in folder.rglob("images/*/*")}
    return {"/".join(file.resolve().parts[-2:]): text.read_text() for file, text in texts.items()}


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
    assert parts(tmp_path / "data") == {"train": {"a", "b"}, "val": {"c"}}


def test_a_picture_without_labels_shows_nothing(source: Path, tmp_path: Path):
    write(source, "empty", None)
    gather(source, tmp_path / "data", CLASSES)
    assert labels(tmp_path / "data")["images/empty.png"] == ""


def test_pictures_whose_paths_look_alike_keep_their_own_labels(source: Path, tmp_path: Path):
    write(source, "a-b", "0 0.5 0.5 0.1 0.1\n")
    write(source, "a/b", "1 0.5 0.5 0.4 0.4\n")
    gather(source, tmp_path / "data", CLASSES)
    laid = labels(tmp_path / "data")
    assert (laid["images/a-b.png"], laid["a/b.png"]) == ("0 0.5 0.5 0.1 0.1\n", "1 0.5 0.5 0.4 0.4\n")


def test_labels_may_begin_with_the_mark_of_an_editor(source: Path, tmp_path: Path):
    (source / "labels" / "street-3.txt").write_text("1 0.5 0.5 0.2 0.2\n", encoding="utf-8-sig")
    gather(source, tmp_path / "data", CLASSES)
    assert set(labels(tmp_path / "data").values()) == {"1 0.5 0.5 0.2 0.2\n"}


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


def test_a_folder_without_pictures_is_told(tmp_path: Path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(LabelledDataError, match="at least two pictures"):
        gather(tmp_path / "empty", tmp_path / "data", CLASSES)


@pytest.mark.parametrize(
    "text", ["classes: 3", "names: abc", "names: []", "names: {}", "names: {1: car}", "names: [[car]]", "names: ["]
)
def test_a_list_of_classes_that_is_none_is_told_in_one_line(text: str, source: Path, tmp_path: Path):
    (source / "data.yaml").write_text(text)
    with pytest.raises(LabelledDataError) as refused:
        gather(source, tmp_path / "data", CLASSES)
    (problem,) = refused.value.problems
    assert problem.startswith("data.yaml: `names` must list the classes in order")
    assert "\n" not in problem


@pytest.mark.parametrize(
    ("labelled", "told"),
    [
        ({"val/a": True, "val/b": True}, "images/: all pictures are in images/val"),
        (
            {"train/a": False, "val/b": False},
            "labels/: no picture has a label; that of images/train/a.png was looked for in labels/train/a.txt",
        ),
        ({"train/a": True, "val/b": False}, "images/: none of the 1 pictures to measure by has a label"),
        ({"train/a": False, "val/b": True}, "images/: none of the 1 pictures to train on has a label"),
    ],
)
def test_pictures_that_teach_or_tell_nothing_are_refused(labelled: dict[str, bool], told: str, tmp_path: Path):
    for name, has_one in labelled.items():
        write(tmp_path / "own", name, "0 0.5 0.5 0.2 0.2\n" if has_one else None)
    with pytest.raises(LabelledDataError) as refused:
        gather(tmp_path / "own", tmp_path / "data", CLASSES)
    (problem,) = refused.value.problems
    assert problem.startswith(told)
    assert not (tmp_path / "data").exists()


def test_pictures_are_never_laid_out_over_or_around_themselves(source: Path):
    before = sorted(source.rglob("*"))
    for folder in (source, source / "images", source.parent):
        with pytest.raises(LabelledDataError, match="choose another --out"):
            gather(source, folder, CLASSES)
    assert sorted(source.rglob("*")) == before
