"""Recordings: real clips, folders with their times, and files that are none."""

import csv
import shutil
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.capture import Shot
from edge.mask import GREY, Polygon
from edge.recording import RecordingError, _looked_at, pace, read_times, shots

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 11, 20, 12, tzinfo=SHANGHAI).timestamp()
UPPER_HALF = [(0, 0), (1, 0), (1, 0.5), (0, 0.5)]


def picture(grey: int) -> bytes:
    return cv2.imencode(".jpg", np.full((48, 64, 3), grey, np.uint8))[1].tobytes()


def folder_of(folder: Path, rows: Iterable[tuple[str, str]], header: tuple[str, str] = ("file", "time")) -> Path:
    for file, _ in rows:
        (folder / file).write_bytes(picture(int(file[:3])))
    with (folder / "times.csv").open("w", newline="", encoding="utf-8") as out:
        csv.writer(out).writerows([header, *rows])
    return folder


def read(path: Path, fps: float = 25.0, masks: Sequence[Polygon] = ()) -> tuple[list[Shot], list[str]]:
    warnings: list[str] = []
    return list(shots(path, NOON, fps, SHANGHAI, masks, warnings.append)), warnings


def pixels(shot: Shot) -> np.ndarray:
    return cv2.imdecode(np.frombuffer(shot.jpeg, np.uint8), cv2.IMREAD_COLOR)


@pytest.mark.parametrize(("fps", "expected"), [(25, 245), (5, 49), (1, 10)])
def test_a_clip_is_read_whole_at_its_own_times(media: Path, fps: float, expected: int) -> None:
    found, warnings = read(media / "tfl_jamcam_5.mp4", fps)
    assert (len(found), warnings) == (pytest.approx(expected, abs=1), [])
    assert found[0].at == NOON
    gaps = [later.at - earlier.at for earlier, later in pairwise(found)]
    assert gaps == pytest.approx([1 / fps] * len(gaps), abs=0.041)
    assert pixels(found[-1]).shape == (288, 352, 3)


def test_a_folder_is_read_by_its_times(tmp_path: Path) -> None:
    rows = [("020.jpg", f"{NOON + 600}"), ("010.jpg", "2026-11-20T12:00:00"), ("030.jpg", "2026-11-20T05:00:00+00:00")]
    found, _ = read(folder_of(tmp_path, rows))
    assert [shot.at - NOON for shot in found] == [0, 600, 3600]
    assert found[0].jpeg == (tmp_path / "010.jpg").read_bytes()


def test_of_a_folder_no_more_than_asked_is_read(tmp_path: Path) -> None:
    found, _ = read(folder_of(tmp_path, [(f"{n:03}.jpg", f"{n / 10}") for n in range(100)]), 2)
    assert [shot.at for shot in found] == pytest.approx([n / 2 for n in range(20)])


@given(gap=st.floats(1, 900), since=st.floats(0, 2e9), rounded=st.floats(0.9, 1.1))
def test_a_still_is_looked_at_though_its_rate_was_rounded(
    gap: float, since: float, rounded: float, tmp_path_factory: pytest.TempPathFactory
) -> None:
    table = tmp_path_factory.getbasetemp() / "times.csv"
    table.write_text(f"file,time\n1.jpg,{since}\n2.jpg,{since + gap}\n")
    assert len(_looked_at(table.parent, rounded / gap, SHANGHAI)) == 2


@pytest.mark.parametrize(
    ("times", "fps", "expected"),
    [
        ([0, 660], 5, 1 / 660),
        ([0, 600, 1260, 1860], 5, 1 / 600),
        ([0, 600, 600.1, 1200], 5, 1 / 600),
        ([0, 0.18, 0.36], 5, 5),
        ([n / 10 for n in range(100)], 5, 5),
        ([0], 5, 5),
    ],
)
def test_the_pace_of_a_folder_is_that_of_what_is_looked_at(
    tmp_path: Path, times: list[float], fps: float, expected: float
) -> None:
    folder_of(tmp_path, [(f"{n:03}.jpg", f"{time}") for n, time in enumerate(times)])
    assert pace(tmp_path, fps, SHANGHAI) == pytest.approx(expected)


def test_the_pace_of_a_video_is_what_is_asked(media: Path) -> None:
    assert pace(media / "tfl_jamcam_5.mp4", 5, SHANGHAI) == 5


def test_what_a_mask_covers_is_on_no_shot_of_a_clip(media: Path) -> None:
    for shot in read(media / "tfl_jamcam_5.mp4", 1, [UPPER_HALF])[0]:
        assert np.abs(pixels(shot)[:140].astype(int) - GREY).max() <= 3
        assert pixels(shot)[150:].std() > 20


def test_what_a_mask_covers_in_a_folder_is_seen_by_nobody_and_moves_nothing(tmp_path: Path) -> None:
    folder_of(tmp_path, [("010.jpg", "0"), ("020.jpg", "1"), ("030.jpg", "2")])
    for number, name in enumerate(("010.jpg", "020.jpg", "030.jpg")):
        image = np.full((48, 64, 3), 200, np.uint8)
        image[: 16 * number] = 0
        cv2.imwrite(str(tmp_path / name), image)
    found, _ = read(tmp_path, masks=[UPPER_HALF])
    assert [shot.moving for shot in found] == [True, False, True]
    assert all(np.abs(pixels(shot)[:22].astype(int) - GREY).max() <= 3 for shot in found)
    assert pixels(found[0])[32:].mean() == pytest.approx(200, abs=3)


def test_pictures_of_other_formats_become_jpeg(tmp_path: Path) -> None:
    folder_of(tmp_path, [("010.jpg", "0")])
    cv2.imwrite(str(tmp_path / "010.png"), np.full((48, 64, 3), 10, np.uint8))
    (tmp_path / "times.csv").write_text("file,time\n010.png,0\n")
    assert read(tmp_path)[0][0].jpeg.startswith(b"\xff\xd8")


def test_what_is_no_picture_is_told_and_passed_over(tmp_path: Path) -> None:
    folder_of(tmp_path, [("010.jpg", "0"), ("020.jpg", "1"), ("030.jpg", "2")])
    (tmp_path / "010.jpg").write_bytes(b"GIF89a")
    (tmp_path / "020.jpg").unlink()
    found, warnings = read(tmp_path)
    assert [shot.at for shot in found] == [2]
    assert [warning.split(" is passed over")[0] for warning in warnings] == [
        str(tmp_path / name) for name in ("010.jpg", "020.jpg")
    ]


@pytest.mark.parametrize(
    ("table", "what"),
    [
        ("name,time\n010.jpg,0\n", "expected the columns file and time"),
        ("file,time\n010.jpg,yesterday\n", "line 2: expected the columns file and time"),
        ("file,time\n010.jpg\n", "line 2"),
        ("file,time\n010.jpg,nan\n", "line 2"),
        ("file,time\n", "0 pictures could be read"),
    ],
)
def test_a_table_that_makes_no_sense_is_told(tmp_path: Path, table: str, what: str) -> None:
    folder_of(tmp_path, [("010.jpg", "0")])
    (tmp_path / "times.csv").write_text(table)
    with pytest.raises(RecordingError, match=what):
        read(tmp_path)


def test_what_is_no_recording_is_told(tmp_path: Path, media: Path) -> None:
    with pytest.raises(RecordingError, match=r"nothing\.mp4 is not there: name a video"):
        read(tmp_path / "nothing.mp4")
    with pytest.raises(RecordingError, match=r"times\.csv cannot be read"):
        read(tmp_path)
    (tmp_path / "letter.mp4").write_text("Dear all,")
    with pytest.raises(RecordingError, match="0 pictures could be read"):
        read(tmp_path / "letter.mp4")
    shutil.copy(media / "tfl_jamcam_5.mp4", tmp_path / "half.mp4")
    with (tmp_path / "half.mp4").open("r+b") as half:
        half.truncate(20_000)
    with pytest.raises(RecordingError, match="it may be damaged"):
        read(tmp_path / "half.mp4")


def test_its_process_ends_with_whoever_has_seen_enough(media: Path) -> None:
    reading = shots(media / "tfl_jamcam_5.mp4", NOON, 25, SHANGHAI, [], print)
    next(reading)
    reading.close()  # type: ignore[attr-defined] - a generator


def test_times_without_a_zone_are_the_site_s(tmp_path: Path) -> None:
    folder_of(tmp_path, [("010.jpg", "2026-11-20 12:00:00")])
    (one,) = read_times(tmp_path / "times.csv", UTC)
    assert one.at == NOON + 8 * 3600
