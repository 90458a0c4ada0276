from pathlib import Path

import msgspec
import pytest
from prometheus_client import CollectorRegistry

from detect.config import CameraConfig
from detect.memory import Shelf
from detect.watch import Watch
from edge.topics import Topic

CAMERA = Topic("tooley", "cam-1", "frame")
MEMORY = Watch(CAMERA, CameraConfig(), None).memory()


class Kept:
    def __init__(self, folder: Path) -> None:
        self._registry = CollectorRegistry()
        self.shelf = Shelf(folder, self._registry)

    @property
    def errors(self) -> float:
        return self._registry.get_sample_value("yihu_detect_memory_errors_total") or 0


def test_what_is_kept_is_recalled_until_it_is_forgotten(tmp_path: Path):
    kept = Kept(tmp_path / "new")
    assert kept.shelf.recall(CAMERA) is None
    kept.shelf.keep(CAMERA, MEMORY)
    assert kept.shelf.recall(CAMERA) == MEMORY
    kept.shelf.forget(CAMERA)
    kept.shelf.forget(CAMERA)
    assert kept.shelf.recall(CAMERA) is None
    assert kept.errors == 0


def test_what_is_no_news_is_not_written(tmp_path: Path):
    kept = Kept(tmp_path)
    kept.shelf.keep(CAMERA, MEMORY)
    (file,) = tmp_path.iterdir()
    file.unlink()
    kept.shelf.keep(CAMERA, MEMORY)
    assert not file.exists()
    kept.shelf.keep(CAMERA, msgspec.structs.replace(MEMORY, at=MEMORY.at + 1))
    assert file.exists()


@pytest.mark.parametrize("content", [b"", b"\x81", b"{}", b"\x81\xa8settings\x01"])
def test_what_cannot_be_understood_is_begun_anew(content: bytes, tmp_path: Path, caplog: pytest.LogCaptureFixture):
    kept = Kept(tmp_path)
    kept.shelf.keep(CAMERA, MEMORY)
    (file,) = tmp_path.iterdir()
    file.write_bytes(content)
    assert kept.shelf.recall(CAMERA) is None
    assert kept.errors == 1
    assert "begun anew" in caplog.text


def test_a_disk_that_fails_is_told_of_and_stops_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    (tmp_path / "file").touch()
    kept = Kept(tmp_path / "file")
    kept.shelf.keep(CAMERA, MEMORY)
    assert kept.errors == 1
    assert f"make room in {tmp_path / 'file'}" in caplog.text
