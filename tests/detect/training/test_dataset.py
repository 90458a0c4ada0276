import json
import shutil
from pathlib import Path

import cv2
import pytest

from detect.training.dataset import BENCH, HELD_OUT, TRAINING, Reel, asked_for, label_line, plan, render
from edge.sim.script import FAULTS
from edge.sim.truth import LABELS, Thing


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*.*") if p.name != "data.yaml"}


def silent(*_: int) -> None:
    pass


@pytest.fixture(scope="module")
def reels() -> list[Reel]:
    return plan("train", TRAINING[:2], 4) + plan("val", HELD_OUT[:1], 2)


@pytest.fixture(scope="module")
def rendered(reels: list[Reel], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    render(reels, folder, 2, silent)
    return folder


def test_what_is_measured_by_was_never_trained_on():
    assert not set(TRAINING) & set(HELD_OUT)
    assert HELD_OUT[-1] < BENCH[0]


def test_a_plan_has_the_pictures_wanted_of_every_kind_of_place():
    reels = plan("train", TRAINING, 1000)
    assert sum(len(reel.times) for reel in reels) == 1000
    assert len({(reel.camera.view, reel.camera.light) for reel in reels}) > 20
    assert {reel.camera.weather for reel in reels} == {"clear", "rain"}
    assert 0.05 < sum(reel.camera.events == "none" for reel in reels) / len(reels) < 0.3
    assert not any(fault in reel.camera.events for reel in reels for fault in FAULTS)
    assert all(
        later - earlier > 1 for reel in reels for earlier, later in zip(reel.times, reel.times[1:], strict=False)
    )
    assert reels == plan("train", TRAINING, 1000)


def test_few_places_are_pictured_more_often():
    assert [len(reel.times) for reel in plan("val", range(10_000, 10_003), 100)] == [34, 33, 33]


def test_the_same_plan_gives_the_same_pictures_in_one_process_or_two(reels: list[Reel], rendered: Path, tmp_path: Path):
    render(reels, tmp_path, 1, silent)
    assert contents(tmp_path) == contents(rendered)


def test_every_picture_has_its_labels(rendered: Path):
    pictures = sorted((rendered / "images").rglob("*.jpg"))
    assert len(pictures) == 6
    for picture in pictures:
        assert cv2.imread(str(picture)).shape == (540, 960, 3)
        file = rendered / "labels" / picture.parent.name / f"{picture.stem}.txt"
        for line in file.read_text().splitlines():
            label, *sides = line.split()
            assert int(label) in range(len(LABELS))
            assert all(0 <= float(side) <= 1 for side in sides)
    assert json.loads((rendered / "data.yaml").read_text())["names"] == list(LABELS)


def test_rendering_goes_on_where_it_stopped(reels: list[Reel], rendered: Path, tmp_path: Path):
    whole, told = contents(rendered), list[tuple[int, int]]()
    shutil.copytree(rendered, tmp_path, dirs_exist_ok=True)
    for name in reels[1].names:
        (tmp_path / "labels" / reels[1].part / f"{name}.txt").unlink()
    kept = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.txt")}
    render(reels, tmp_path, 1, lambda done, of: told.append((done, of)))
    assert {path: path.stat().st_mtime_ns for path in kept} == kept
    assert contents(tmp_path) == whole
    assert told[-1] == (6, 6)


def test_what_cannot_be_seen_is_not_asked_for():
    clear = Thing(1, "car", (0.1, 0.1, 0.2, 0.2))
    hidden = Thing(2, "car", (0.1, 0.1, 0.2, 0.2), visible=0.3)
    tiny = Thing(3, "person", (0.1, 0.1, 0.104, 0.2))
    assert asked_for([clear, hidden, tiny], 960, 540) == [clear]


def test_a_label_is_the_middle_and_the_sides():
    assert label_line(Thing(1, "ebike", (0.1, 0.2, 0.3, 0.6))) == "1 0.20000 0.40000 0.20000 0.40000\n"
