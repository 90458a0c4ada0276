from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from prometheus_client import CollectorRegistry

from dashboard.app import create_app
from tests.dashboard.conftest import TOKEN, web_settings


def ask(database: str, file: Path | None, path: str = "/api/map", **headers: str):
    app = create_app(web_settings(database, file), CollectorRegistry())
    with TestClient(app, headers={"Authorization": f"Bearer {TOKEN}"}) as client:
        return client.get(path, headers=headers)


def test_without_a_map_there_is_none_and_it_says_how_to_give_one(database: str):
    assert ask(database, None).json() == {"format": None, "url": None}
    missing = ask(database, None, "/api/map/content")
    assert (missing.status_code, "YIHU_MAP" in missing.json()["detail"]) == (404, True)


@pytest.mark.parametrize(
    ("name", "format"), [("a.geojson", "geojson"), ("a.json", "geojson"), ("a.pmtiles", "pmtiles")]
)
def test_a_map_is_told_by_its_ending_and_read_piece_by_piece(database: str, tmp_path: Path, name: str, format: str):  # noqa: A002 - its name
    (file := tmp_path / name).write_bytes(b"0123456789")
    assert ask(database, file).json() == {"format": format, "url": "/api/map/content"}
    piece = ask(database, file, "/api/map/content", Range="bytes=2-4")
    assert (piece.status_code, piece.content) == (206, b"234")


def test_a_map_that_was_taken_away_is_told(database: str, tmp_path: Path):
    assert ask(database, tmp_path / "gone.geojson", "/api/map/content").status_code == 404
