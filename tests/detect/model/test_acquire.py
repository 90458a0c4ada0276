import functools
import sys
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import msgspec
import numpy as np
import pytest

from deploy.embedded import LOOPBACK, free_port
from detect.model.acquire import by_name, export, from_file
from detect.model.catalogue import ModelError, Models, digest, write_card
from detect.model.yolo import open_detector

# isort: split
from ultralytics import YOLO


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def mirror(untrained: Path) -> Iterator[str]:
    handler = functools.partial(Quiet, directory=untrained.parent)
    with ThreadingHTTPServer((LOOPBACK, 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://{LOOPBACK}:{server.server_port}"
        server.shutdown()


@pytest.fixture
def kept(tmp_path: Path) -> Models:
    return Models(tmp_path / "models")


def test_a_file_becomes_a_model_that_runs_here(kept: Models, untrained: Path):
    card = kept.put("mine", from_file(untrained, "mine"))
    detector = open_detector(kept.named("mine"))
    assert (card.hash, card.classes, card.size) == (detector.model["hash"], detector.classes, None)
    assert len(detector.detect([np.zeros((1080, 1920, 3), np.uint8), np.zeros((288, 352, 3), np.uint8)])) == 2
    assert (kept.folder / "mine" / "mine.pt").read_bytes() == untrained.read_bytes()


def test_an_export_is_taken_as_it_is(kept: Models, weights: Path):
    card = kept.put("eleven", from_file(weights, "eleven"))
    assert (card.hash, card.size, card.classes[2]) == (digest(weights), (640, 640), "car")


def test_a_model_with_a_card_keeps_it_unless_it_is_damaged(kept: Models, weights: Path):
    first = kept.put("first", from_file(weights, "first"))
    second = kept.put("second", from_file(kept.folder / "first", "second"))
    assert (second.hash, second.made_at, second.name) == (first.hash, first.made_at, "second")
    (kept.named("first") / "yolo11n.bin").write_bytes(b"cut")
    with pytest.raises(ModelError, match="damaged"):
        kept.put("third", from_file(kept.folder / "first", "third"))


def test_published_weights_are_fetched(kept: Models, mirror: str):
    card = kept.put("yolo26n", by_name("yolo26n", "yolo26n", mirror))
    assert card.source == f"{mirror}/yolo26n.pt"
    assert kept.coco().is_dir()


def test_what_is_not_published_is_told(kept: Models, mirror: str):
    with pytest.raises(ModelError, match="neither a file"):
        by_name("nonsense", "nonsense")
    with pytest.raises(ModelError, match="yolo26n-seg is a model for something else"):
        by_name("yolo26n-seg", "seg", mirror)
    with pytest.raises(ModelError, match=r"the server says 404.*yihu model add yolo26s\.pt"):
        kept.put("yolo26s", by_name("yolo26s", "yolo26s", mirror))


@pytest.mark.timeout(20)
def test_without_a_network_it_fails_at_once_and_says_what_to_do(kept: Models):
    with pytest.raises(ModelError, match=r"no connection\. Download it elsewhere.*yihu model add yolo26n\.pt"):
        kept.put("yolo26n", by_name("yolo26n", "yolo26n", f"http://{LOOPBACK}:{free_port()}"))
    assert kept.all() == []


@pytest.mark.parametrize("content", [b"", b"hello"])
def test_a_file_that_is_no_model_is_told_by_its_path(content: bytes, kept: Models, tmp_path: Path):
    file = tmp_path / "notes.pt"
    file.write_bytes(content)
    with pytest.raises(ModelError, match=f"^{file} cannot be exported: it is damaged, or no model") as told:
        kept.put("notes", from_file(file, "notes"))
    assert str(kept.folder) not in str(told.value)
    with pytest.raises(ModelError, match="is not there"):
        from_file(tmp_path / "nothing.pt", "nothing")
    assert kept.all() == []


@pytest.mark.parametrize("name", ["notes.txt", "notes_openvino_model"])
def test_an_export_that_is_none_is_told_by_its_path_in_one_line(name: str, kept: Models, tmp_path: Path):
    path = tmp_path / name
    file = path if path.suffix else path / "notes.xml"
    file.parent.mkdir(exist_ok=True)
    file.write_text("<hello")
    with pytest.raises(ModelError, match=f"^{path} cannot be loaded: ") as told:
        kept.put("notes", from_file(path, "notes"))
    assert not any(part in str(told.value) for part in ("\n", str(kept.folder), "https:"))


def test_what_an_export_needs_to_run_is_told(kept: Models, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    (tmp_path / "mine.onnx").write_bytes(b"hello")
    with pytest.raises(ModelError, match=r"`pip install onnxruntime`, or give the \.pt that it was exported from"):
        kept.put("mine", from_file(tmp_path / "mine.onnx", "mine"))


def test_a_card_whose_weights_lie_elsewhere_is_told_by_its_path(kept: Models, weights: Path):
    card = kept.put("mine", from_file(weights, "mine"))
    write_card(kept.folder / "mine", msgspec.structs.replace(card, weights="../../../etc/hostname"))
    with pytest.raises(ModelError, match=f"^{kept.folder / 'mine'} holds no model that can be used"):
        kept.put("other", from_file(kept.folder / "mine", "other"))


def test_a_model_that_does_not_detect_is_refused(kept: Models, tmp_path: Path):
    YOLO("yolo26n-cls.yaml").save(tmp_path / "yolo26n-cls.pt")
    with pytest.raises(ModelError, match="to classify: one that detects is needed"):
        kept.put("cls", from_file(tmp_path / "yolo26n-cls.pt", "cls"))


def test_an_export_of_a_size_keeps_it(untrained: Path, tmp_path: Path):
    file = tmp_path / "street.pt"
    file.write_bytes(untrained.read_bytes())
    assert open_detector(export(file, (96, 160))).size == (96, 160)


def test_an_export_does_not_tell_when_it_was_made(untrained: Path, tmp_path: Path):
    file = tmp_path / "street.pt"
    file.write_bytes(untrained.read_bytes())
    assert "date" not in (export(file, (96, 160)) / "metadata.yaml").read_text()
