"""`yihu replay`, as installers call it: on real clips with real weights."""

import json
from pathlib import Path
from typing import Any

import cv2
import pytest
import yaml
from typer.testing import CliRunner, Result

from deploy.cli import cli
from deploy.settings import UsageError
from tests.conftest import ROOT

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


@pytest.mark.usefixtures("weights")
def test_a_folder_of_pictures_is_watched_by_the_camera_that_is_named(media: Path, tmp_path: Path) -> None:
    pictures = sorted((media / "stills").glob("TfL-images-20200501-00*08859.jpg"))
    assert len(pictures) == 2
    rows = [f"{picture},2020-05-01T00:{minute}" for picture, minute in zip(pictures, (40, 51), strict=True)]
    (tmp_path / "times.csv").write_text("\n".join(["file,time", *rows]))
    site = site_of(tmp_path, {"id": "cam-1"}, {"id": "cam-2"})
    assert "nothing to report" in replay(tmp_path, "--site", site, "--device", "cam-2").stderr


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
