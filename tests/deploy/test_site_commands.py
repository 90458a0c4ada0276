from pathlib import Path

import pytest
import yaml
from psycopg import Connection
from typer.testing import CliRunner

from deploy.cli import cli
from deploy.settings import UsageError
from dispatch.seed import seed
from dispatch.site import load_site
from tests.dispatch.test_site import USUAL


@pytest.fixture(autouse=True)
def _on(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YIHU_DATABASE_URL", database)


def test_what_is_printed_is_the_site_file_as_it_stands(connection: Connection, tmp_path: Path) -> None:
    (tmp_path / "model.pt").touch()
    path = tmp_path / "site.yaml"
    path.write_text(yaml.safe_dump(USUAL, allow_unicode=True), encoding="utf-8")
    before = load_site(path)
    seed(connection, before)
    connection.execute("UPDATE devices SET config = config || '{\"fps\": 2}' WHERE id = 'cam-1'")
    path.write_text(CliRunner().invoke(cli, ["site", "export", "tooley"]).stdout, encoding="utf-8")
    after = load_site(path)
    assert [device.fps for device in after.devices if device.kind == "camera"] == [2]
    assert after.areas == before.areas


def test_a_site_that_is_not_there_is_an_error() -> None:
    result = CliRunner().invoke(cli, ["site", "export", "nowhere"])
    assert isinstance(result.exception, UsageError)
