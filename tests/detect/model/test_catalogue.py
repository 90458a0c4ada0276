from pathlib import Path

import msgspec
import pytest

from detect.model import catalogue as models
from detect.model.catalogue import (
    Accuracy,
    Card,
    ModelError,
    Models,
    Training,
    digest,
    is_name,
    read_card,
    shipped,
    write_card,
)


def card(name: str = "mine") -> Card:
    scores = Accuracy(0.9, 0.7, 12)
    training = Training("yihu train", "yolo26n.yaml", 3, {"train": 10}, {"seeds": {}}, scores, {"car": scores})
    return Card(name, "weights.onnx", "0123456789abcdef", ["car"], (384, 640), "here", "2026-01-01", {}, training)


def fill(folder: Path) -> Card:
    (folder / "weights.onnx").write_bytes(b"weights")
    return card()


@pytest.fixture
def kept(tmp_path: Path) -> Models:
    return Models(tmp_path / "models")


def test_a_model_is_found_by_its_name(kept: Models):
    kept.put("mine", fill)
    assert kept.named("mine").read_bytes() == b"weights"
    assert kept.all() == [card()]


def test_a_path_is_no_name(kept: Models):
    assert kept.named("/a/model.pt") == Path("/a/model.pt")
    assert [is_name(text) for text in ("yolo26n", "x-1_b", "a/b", "x.pt", "", "..", "A")] == [True, True, *[False] * 5]


def test_what_fails_half_way_leaves_nothing(kept: Models):
    def fail(folder: Path) -> Card:
        fill(folder)
        raise ModelError("no")

    with pytest.raises(ModelError, match="no"):
        kept.put("mine", fail)
    assert list(kept.folder.iterdir()) == []


def test_a_model_is_replaced_only_when_that_is_meant(kept: Models):
    kept.put("mine", fill)
    with pytest.raises(ModelError, match="--replace"):
        kept.put("mine", fill)
    kept.put("mine", lambda folder: (folder / "weights.onnx").write_bytes(b"new") and card(), replace=True)
    assert kept.named("mine").read_bytes() == b"new"
    assert [path.name for path in kept.folder.iterdir()] == ["mine"]


@pytest.mark.parametrize("name", ["../x", "", "A", ".x", "x" * 41])
def test_a_name_that_is_none_is_refused(name: str, kept: Models):
    with pytest.raises(ModelError, match="--name"):
        kept.put(name, fill)


def test_without_coco_weights_both_ways_to_get_them_are_told(kept: Models):
    with pytest.raises(ModelError) as told:
        kept.coco()
    for source in ("yolo26n", "yolo26n.pt"):
        assert f"`yihu model add {source} --data {kept.folder.parent}`" in str(told.value)


def test_a_model_without_a_card_is_told_by_its_path(kept: Models):
    (kept.folder / "bare").mkdir(parents=True)
    with pytest.raises(ModelError, match=r"models/bare holds no model"):
        kept.all()


@pytest.mark.parametrize(
    "weights", ["../../secret", "/etc/hostname", "sub/weights.onnx", "..", ".", "", "missing.onnx"]
)
def test_weights_that_do_not_lie_beside_their_card_are_refused(weights: str, kept: Models):
    kept.put("mine", fill)
    (kept.folder / "mine" / "sub").mkdir()
    (kept.folder / "mine" / "sub" / "weights.onnx").touch()
    (kept.folder.parent / "secret").touch()
    write_card(kept.folder / "mine", msgspec.structs.replace(card(), weights=weights))
    for asked in (kept.all, lambda: kept.named("mine")):
        with pytest.raises(ModelError, match=f"models/mine holds no model .*{weights!r} are not beside it"):
            asked()


def test_a_package_without_its_model_says_how_to_make_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(models, "SHIPPED", tmp_path)
    with pytest.raises(ModelError, match="yihu train"):
        shipped()
    write_card(tmp_path, fill(tmp_path))
    assert read_card(tmp_path) == card()
    assert shipped() == tmp_path / "weights.onnx"


def test_the_hash_tells_contents_apart(tmp_path: Path):
    (tmp_path / "a").write_bytes(b"1")
    first = digest(tmp_path)
    (tmp_path / "a").write_bytes(b"2")
    assert len(first) == 16
    assert digest(tmp_path) != first
