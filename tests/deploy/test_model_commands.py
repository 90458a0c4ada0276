import functools
import json
import shutil
import subprocess
import sys
from pathlib import Path

import cv2
import pytest

from deploy.cli import main
from tests.deploy import test_cli

yihu = functools.partial(
    test_cli.yihu, OMP_NUM_THREADS="1"
)  # other tests run beside: threads would wait for each other


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A training as small as can be: one epoch over one view or two."""
    out = tmp_path_factory.mktemp("training") / "run"
    done = yihu("train", "--out", str(out), *SMALL)
    assert done.returncode == 0, done.stderr
    assert "epoch 1/1: mAP50" in done.stdout
    return out


SMALL = ("--pictures", "16", "--held-out-pictures", "16", "--epochs", "1", "--size", "160", "--batch", "8")


def test_a_training_ends_in_a_model_with_its_card(trained: Path):
    card = json.loads((trained / "model" / "card.json").read_text())
    assert (card["size"], card["training"]["pictures"]) == ([96, 160], {"train": 16, "val": 16})
    assert card["training"]["data"]["seeds"] == {"train": "0:2", "val": "10000:10002"}
    assert card["training"]["overall"]["things"] > 16
    assert set(card["training"]["classes"]) <= set(card["classes"])
    assert f"\nyihu train {' '.join(SMALL)}\n" in (trained / "model" / "CARD.md").read_text()


def test_the_same_command_gives_the_same_weights_and_the_same_hash(trained: Path, tmp_path: Path):
    again = tmp_path / "again"
    shutil.copytree(trained / "data", again / "data")
    assert yihu("train", "--out", str(again), *SMALL).returncode == 0
    first, second = (json.loads((out / "model" / "card.json").read_text()) for out in (trained, again))
    assert first["training"] == second["training"]
    assert first["hash"] == second["hash"]
    assert (again / "model" / "street_int8_openvino_model" / "street.bin").read_bytes() == (
        trained / "model" / "street_int8_openvino_model" / "street.bin"
    ).read_bytes()


def test_a_trained_model_is_added_and_listed(trained: Path, tmp_path: Path):
    added = yihu("model", "add", str(trained / "model"), "--name", "mine", "--data", str(tmp_path))
    assert added.returncode == 0, added.stderr
    assert "detector: {model: mine}" in added.stdout
    listed = json.loads(yihu("model", "list", "--json", "--data", str(tmp_path)).stdout)
    assert "mine" in [card["name"] for card in listed]
    assert "person, ebike" in yihu("model", "list", "--data", str(tmp_path)).stdout


def test_a_model_is_fine_tuned_on_labelled_pictures(trained: Path, tmp_path: Path):
    own = tmp_path / "own"
    (own / "images").mkdir(parents=True)
    shutil.copytree(trained / "data" / "labels" / "train", own / "labels")
    for picture in (trained / "data" / "images" / "train").iterdir():
        cv2.imwrite(str(own / "images" / picture.name), cv2.resize(cv2.imread(str(picture)), (640, 480)))
    base = str(trained / "model" / "street.pt")
    given = ("--data", str(own), "--base", base, "--epochs", "1", "--size", "160", "--name", "tuned")
    done = yihu("train", "--out", str(tmp_path / "run"), *given)
    assert done.returncode == 0, done.stderr
    card = json.loads((tmp_path / "run" / "model" / "card.json").read_text())
    assert (card["name"], card["size"]) == ("tuned", [128, 160])
    assert card["training"]["data"] == {"folder": "own"}
    assert card["training"]["base"].startswith("street.pt (")


def test_a_training_is_not_begun_over_another(trained: Path):
    assert "--resume" in yihu("train", "--out", str(trained), *SMALL).stderr
    assert "other arguments" in yihu("train", "--out", str(trained), "--resume").stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("train", "--seeds", "9000:12000"), "--seeds 9000:12000: expected A:B from 0 to 10000"),
        (("train", "--seeds", "x"), "--seeds x"),
        (("train", "--data", "/nowhere", "--base", "/nothing.pt"), "/nothing.pt is not there"),
        (("model", "add", "nonsense"), "neither a file"),
        (("model", "add", "nothing.pt"), "nothing.pt is not there"),
        (("model", "add", "yolo26n", "--from", "http://127.0.0.1:1"), "yihu model add yolo26n.pt"),
    ],
)
def test_what_cannot_be_done_is_told(
    arguments: tuple[str, ...],
    told: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    monkeypatch.setenv("YIHU_DATA", str(tmp_path))
    monkeypatch.setattr("sys.argv", ["yihu", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert told in capsys.readouterr().err


def test_an_interrupted_training_goes_on(trained: Path, tmp_path: Path):
    shutil.copytree(trained / "data", tmp_path / "run" / "data")
    longer = ("train", "--out", str(tmp_path / "run"), *SMALL, "--epochs", "3")
    command = [sys.executable, "-m", "deploy.cli", *longer]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        next(line for line in process.stdout if "epoch 1/3: mAP50" in line)
        process.kill()
    done = yihu(*longer, "--resume")
    assert done.returncode == 0, done.stderr
    assert "epoch 1/3: mAP50" not in done.stdout
    assert "epoch 3/3: mAP50" in done.stdout
