"""Beside nothing else: it takes every core."""

from pathlib import Path

from deploy.bench.load import CAMERAS, bench_load


def test_cameras_that_offer_too_much_have_equal_shares(media: Path, weights: Path) -> None:
    said: list[str] = []
    load = bench_load(media / "opendatacam_junction.mp4", weights, 8.0, said.append)
    assert 0 < load.dealt < load.offered
    assert load.least > 0.7  # some seconds are a few frames each
    assert load.most < 1.4
    assert load.camera_mb < 20
    assert f"{CAMERAS} cameras offer" in said[0]
