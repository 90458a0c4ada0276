"""Weights for real cameras: when they are needed, and what is said where they cannot be had."""

from pathlib import Path

import pytest

from deploy.up import fetch_weights, lacks_weights
from detect.model.catalogue import COCO, Models
from dispatch.site import Site

ZONE = {"id": "kerb", "polygon": [(0, 0), (1, 0), (1, 1)], "rules": [{"kind": "illegal_parking"}]}


def a_site(tmp_path: Path, camera: str, zones: int = 1, detector: dict[str, str] | None = None) -> Site:
    device = {"id": "cam-1", "camera": camera, "zones": [ZONE] * zones}
    entries = {"site": "here", "name": "here", "detector": detector, "devices": [device]}
    return Site.model_validate(entries, context={"folder": tmp_path})


def test_only_a_watched_real_camera_without_a_model_lacks_weights(tmp_path: Path) -> None:
    models = Models(tmp_path)
    assert lacks_weights(a_site(tmp_path, "rtsp://camera"), models)
    assert not lacks_weights(a_site(tmp_path, "rtsp://camera", zones=0), models)
    assert not lacks_weights(a_site(tmp_path, "sim://kerb"), models)
    assert not lacks_weights(a_site(tmp_path, "rtsp://camera", detector={"model": "own"}), models)


def test_without_a_network_it_says_how_to_bring_the_weights(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    assert not fetch_weights(tmp_path, "--from", "http://127.0.0.1:9")
    assert f"yihu model add {COCO}.pt" in capfd.readouterr().err
    assert "not watched" in caplog.text
    assert lacks_weights(a_site(tmp_path, "0"), Models(tmp_path / "models"))
