import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from deploy.cli import cli
from deploy.embedded import LOOPBACK


def yihu(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    bare = {key: value for key, value in os.environ.items() if not key.startswith("YIHU_")}
    return subprocess.run(
        [sys.executable, "-m", "deploy.cli", *arguments],
        env=bare | environment,
        capture_output=True,
        text=True,
        timeout=170,
        check=False,
    )


def test_every_command_of_the_contract_is_there() -> None:
    text = yihu("--help").stdout
    for command in ("demo", "up", "edge", "ingest", "detect", "dispatch", "web", "migrate", "replay", "bench"):
        assert command in text


@pytest.mark.parametrize("stage", ["edge", "ingest", "detect", "dispatch"])
def test_a_stage_without_a_broker_says_what_to_set(stage: str) -> None:
    refused = yihu(stage, YIHU_DATABASE_URL="postgresql://127.0.0.1:1/x", YIHU_SITE="tooley")
    assert refused.returncode == 2
    assert "YIHU_MQTT_URL" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_detect_is_told_where_added_models_lie(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    given: dict[str, object] = {}
    monkeypatch.setattr("deploy.cli.run_command", lambda _name, _stage, _leave, **options: given.update(options))
    assert CliRunner().invoke(cli, ["detect", "--data", str(tmp_path)]).exit_code == 0
    assert given["data"] == tmp_path


def test_an_agent_without_a_site_says_what_to_set() -> None:
    assert "YIHU_SITE" in yihu("edge", YIHU_MQTT_URL="mqtt://127.0.0.1").stderr


def test_the_web_without_a_token_says_what_to_set() -> None:
    assert "YIHU_TOKEN" in yihu("web", YIHU_DATABASE_URL="postgresql://127.0.0.1:1/x").stderr


def test_an_address_that_is_none_is_told() -> None:
    refused = yihu("detect", YIHU_MQTT_URL="localhost:1883")
    assert "MQTT_URL" in refused.stderr
    assert "localhost" not in refused.stderr  # an address may hold a password
    assert refused.returncode == 2


def test_an_unknown_setting_is_named() -> None:
    refused = yihu("migrate", YIHU_DATABASE="x")
    assert (refused.returncode, refused.stderr) == (2, "yihu: YIHU_DATABASE: there is no such setting\n")


def test_migrate_brings_the_embedded_database_up_to_date(folder: Path) -> None:
    first, second = (yihu("migrate", "--data", str(folder)) for _ in range(2))
    assert first.stdout.split()[0] == "0001_street.sql"
    assert second.stdout == "up to date\n"


def test_up_with_a_port_that_is_taken_says_so(tmp_path: Path) -> None:
    site = tmp_path / "site.yaml"
    site.write_text("site: empty\nname: 空\n")
    with socket.socket() as taken:
        taken.bind((LOOPBACK, 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        refused = yihu("up", "--site", str(site), "--data", str(tmp_path / "data"), "--port", port)
    assert refused.returncode == 2
    assert "--port" in refused.stderr


def test_bench_prints_one_json_object() -> None:
    answer = json.loads(yihu("bench", "rates", "--tickets", "20", "--json").stdout)
    assert answer["equal"] is True
    assert answer["tickets"] == 20
