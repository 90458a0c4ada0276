import shutil
from pathlib import Path

import pytest

from detect.geometry import iou
from detect.model.catalogue import SHIPPED, Models, digest, shipped
from detect.model.exports import Backend, Exports, backend
from detect.model.yolo import open_detector
from edge.sim.address import SimCamera
from edge.sim.film import Film

OPENVINO = Backend("openvino", "_openvino_model")
ENGINE = Backend("trt-10-h200", ".engine")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "models" / ".exports"


def test_weights_are_exported_at_their_first_use_and_found_by_their_hash(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights, picture = SHIPPED / "street.pt", Film(SimCamera("kerb", 3, "day"), 1000.0).picture(1010.0)
    made = Exports(folder, OPENVINO).fit(weights)
    assert made.parent == folder / f"{digest(weights)}-openvino"
    ours, its_own = (open_detector(path).detect([picture])[0] for path in (made, weights))
    sure = [found for found in its_own if found.score > 0.5]
    assert sure
    assert all(any(one.label == two.label and iou(one.box, two.box) > 0.8 for two in ours) for one in sure)
    monkeypatch.setattr("detect.model.exports._export", None)
    assert Exports(folder, OPENVINO).fit(weights) == made
    assert Models(folder.parent).all() == []


def test_what_cannot_be_exported_runs_as_it_is_or_says_itself_why_not(
    folder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    notes = tmp_path / "notes.pt"
    notes.write_text("no weights")
    assert Exports(folder).fit(notes) == notes
    assert "cannot be exported" in caplog.text
    assert "runs as it is" in caplog.text
    assert [*folder.iterdir()] == []


def test_what_fits_this_machine_is_taken_as_it_is(folder: Path, weights: Path, tmp_path: Path) -> None:
    exports = Exports(folder, OPENVINO)
    for one in (shipped(), weights, tmp_path / "other.onnx", tmp_path / "missing.pt"):
        assert exports.fit(one) == one
    assert not folder.exists()


def test_a_model_of_ours_that_was_exported_for_another_machine_is_exported_from_its_weights(folder: Path) -> None:
    exports = Exports(folder, ENGINE)
    assert exports._source(shipped()) == SHIPPED / "street.pt"


def test_an_export_that_somebody_chose_is_theirs(folder: Path, weights: Path, tmp_path: Path) -> None:
    chosen = tmp_path / "chosen"
    shutil.copytree(weights, chosen / weights.name)
    (chosen / "chosen.pt").touch()
    assert Exports(folder, ENGINE).fit(chosen / weights.name) == chosen / weights.name


def test_this_machine_has_a_backend() -> None:
    assert backend().suffix in {"_openvino_model", ".engine"}
