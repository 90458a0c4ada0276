"""`yihu replay`, as installers call it: on real clips with real weights."""

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import yaml
from typer.testing import CliRunner, Result

from deploy.cli import cli
from deploy.settings import UsageError
from detect.geometry import iou
from edge.mask import GREY
from tests.conftest import ROOT
from tests.deploy.replay.test_real_streets import ALL, NIGHT, VANS
from tests.detect.film import COACH

TOOLEY = ROOT / "deploy" / "examples" / "tooley.yaml"


def replay(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["replay", *map(str, arguments)])


def told(result: Result) -> list[dict[str, Any]]:
    assert result.exit_code == 0, result.exception
    return [json.loads(line) for line in result.stdout.splitlines()]


def site_of(folder: Path, *cameras: dict[str, Any]) -> Path:
    site = yaml.safe_load(TOOLEY.read_text(encoding="utf-8"))
    usual = site["devices"][0] | {"camera": "rtsp://camera/1"}
    site["detector"]["model"] = str((TOOLEY.parent / site["detector"]["model"]).resolve())
    site["devices"] = [usual | camera for camera in cameras]
    file = folder / "site.yaml"
    file.write_text(yaml.safe_dump(site, allow_unicode=True), encoding="utf-8")
    return file


@pytest.mark.usefixtures("weights")
def test_the_coach_is_told_once_and_never_cleared(media: Path, tmp_path: Path) -> None:
    video = tmp_path / "seen.mp4"
    result = replay(media / "tfl_jamcam_5.mp4", "--site", TOOLEY, "--at", "2026-11-20T08:00", "--video", video)
    (opened,) = told(result)
    assert (opened["kind"], opened["phase"], opened["device"], opened["zone"]) == (
        "illegal_parking",
        "open",
        "cam-1",
        "kerb",
    )
    assert 0 <= opened["began_at"] - 1795132800 <= 2  # eight o'clock at the site
    assert opened["explanation"]["threshold"]["dwell_s"] == 5
    assert [sorted(picture) for picture in opened["pictures"]] == [["at", "box", "redactions", "role"]] * 2
    assert "× real time): illegal_parking 1" in result.stderr
    film = cv2.VideoCapture(str(video))
    assert (film.get(cv2.CAP_PROP_FRAME_COUNT), film.get(cv2.CAP_PROP_FPS)) == (49, 5)


@pytest.fixture
def night(media: Path, tmp_path: Path) -> Path:
    """Two stills of a street, eleven minutes apart."""
    rows = [f"{media / 'stills' / name},2020-05-01T00:{minute}" for name, minute in zip(NIGHT, (40, 51), strict=True)]
    (tmp_path / "times.csv").write_text("\n".join(["file,time", *rows]))
    return tmp_path


@pytest.fixture
def ten_minutes(tmp_path: Path) -> Path:
    rule = {"kind": "illegal_parking", "dwell": "10m"}
    zone = {"id": "street", "polygon": [list(corner) for corner in ALL], "rules": [rule]}
    return site_of(tmp_path, {"id": "cam-1"}, {"id": "cam-2", "zones": [zone]})


@pytest.mark.usefixtures("weights")
def test_what_stands_on_both_of_two_stills_is_told_at_their_own_pace(night: Path, ten_minutes: Path) -> None:
    found = told(replay(night, "--site", ten_minutes, "--device", "cam-2"))
    assert {(line["phase"], line["device"], line["zone"]) for line in found} == {("open", "cam-2", "street")}
    boxes = [thing["box"] for line in found for thing in line["objects"]]
    for van in VANS:
        assert any(iou(tuple(box), van) > 0.8 for box in boxes)


@pytest.mark.usefixtures("weights")
def test_the_pace_that_is_given_holds(night: Path, ten_minutes: Path) -> None:
    result = replay(night, "--site", ten_minutes, "--device", "cam-2", "--fps", 5)
    assert "2 pictures, 660 s" in result.stderr
    assert told(result) == []


@pytest.mark.usefixtures("weights")
def test_of_a_coach_behind_a_mask_nothing_is_told_and_the_video_shows_the_mask(media: Path, tmp_path: Path) -> None:
    left, top, right, bottom = COACH
    mask = [[left, top], [right, top], [right, bottom], [left, bottom]]
    video, site = tmp_path / "seen.mp4", site_of(tmp_path, {"id": "cam-1", "masks": [mask]})
    assert told(replay(media / "tfl_jamcam_5.mp4", "--site", site, "--video", video)) == []
    there = cv2.VideoCapture(str(video)).read()[1][106:204, 190:288].astype(int)
    assert (np.abs(there - GREY) < 12).mean() > 0.8  # captions of what is beside it reach into it


@pytest.mark.usefixtures("weights")
def test_which_camera_is_meant_is_asked(media: Path, tmp_path: Path) -> None:
    clip = media / "tfl_jamcam_5.mp4"
    site = site_of(tmp_path, {"id": "cam-1"}, {"id": "cam-2"})
    refused = replay(clip, "--site", site)
    assert isinstance(refused.exception, UsageError)
    assert "with --device; the site has cam-1, cam-2" in str(refused.exception)
    plays = site_of(tmp_path, {"id": "cam-1"}, {"id": "cam-2", "camera": str(clip)})
    assert {line["device"] for line in told(replay(clip, "--site", plays))} == {"cam-2"}


@pytest.mark.usefixtures("weights")
@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("--at", "soon"), "--at soon: give it as"),
        (("--device", "cam-9"), "the site has cam-1"),
        (("--video", "/nowhere/seen.mp4"), "cannot be written"),
        (("--video", "seen.txt"), "cannot be written"),
    ],
)
def test_what_cannot_be_done_is_told(media: Path, arguments: tuple[str, str], what: str) -> None:
    refused = replay(media / "tfl_jamcam_5.mp4", "--site", TOOLEY, *arguments)
    assert isinstance(refused.exception, UsageError)
    assert what in str(refused.exception)


def test_a_file_that_is_none_is_told(tmp_path: Path) -> None:
    refused = replay(tmp_path / "none.mp4", "--site", TOOLEY)
    assert "none.mp4 is not there" in str(refused.exception)
