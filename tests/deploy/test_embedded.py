import sys
from pathlib import Path

import psycopg
import pytest

from deploy.embedded import EmbeddedDatabase, broker_command, wait_for_port
from tests.waiting import wait_for


def test_a_mosquitto_is_preferred_and_listens_on_this_machine_only(tmp_path: Path) -> None:
    command = broker_command(tmp_path / "broker", 12345)
    if command[0] == sys.executable:
        pytest.skip("there is no mosquitto on this machine")
    config = (tmp_path / "broker" / "mosquitto.conf").read_text()
    assert "listener 12345 127.0.0.1" in config
    assert config.count("listener") == 1


def test_without_a_mosquitto_it_is_amqtt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deploy.embedded.shutil.which", lambda *_, **__: None)
    assert broker_command(tmp_path, 12345) == [sys.executable, "-m", "deploy.amqtt_broker", "12345"]


def test_a_port_that_nobody_opens_is_not_waited_for_for_ever() -> None:
    assert not wait_for_port(1, within_s=0.2)


def test_the_database_keeps_its_rows_and_comes_back_after_a_kill(folder: Path) -> None:
    folder /= "postgres"
    with EmbeddedDatabase(folder) as database:
        with psycopg.connect(database.url, autocommit=True) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
        database._server.get_postmaster_info().process.kill()

        def one() -> object:
            database.tend()
            try:
                with psycopg.connect(database.url) as connection:
                    return connection.execute("SELECT one FROM kept").fetchone()
            except psycopg.OperationalError:
                return None

        assert wait_for(one, within_s=30) == (1,)
    assert not (folder / "postmaster.pid").exists()
