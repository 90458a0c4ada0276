import sys
import time
from pathlib import Path
from subprocess import CalledProcessError, TimeoutExpired

import psycopg
import pytest

from deploy.embedded import EmbeddedDatabase, PostgresServer, broker_command, free_port, free_ports, wait_for_port
from deploy.settings import UsageError
from edge.mqtt import Link
from tests.conftest import Broker, need
from tests.waiting import wait_for


def test_a_mosquitto_is_preferred_and_listens_on_this_machine_only(tmp_path: Path) -> None:
    command = broker_command(tmp_path / "broker", 12345, "secret")
    need(command[0] != sys.executable, "mosquitto")
    config = (tmp_path / "broker" / "mosquitto.conf").read_text()
    assert "listener 12345 127.0.0.1" in config
    assert config.count("listener") == 1
    assert "secret" not in config + (tmp_path / "broker" / "password").read_text()
    assert (tmp_path / "broker").stat().st_mode & 0o77 == 0


def test_without_a_mosquitto_it_is_amqtt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deploy.embedded.shutil.which", lambda *_, **__: None)
    command = broker_command(tmp_path / "broker", 12345, "secret")
    assert command[:4] == [sys.executable, "-m", "deploy.amqtt_broker", "12345"]
    assert "secret" not in command


@pytest.mark.parametrize("user", ["yihu:wrong@", "yihu@", "somebody:of-a-broker-for-one-test@", ""])
def test_neither_broker_lets_strangers_in(any_broker: Broker, user: str) -> None:
    stranger = Link(f"mqtt://{user}{any_broker.url.partition('@')[2]}", "stranger")
    stranger.start()
    time.sleep(1)
    assert not stranger.connected
    stranger.stop()


def test_a_first_start_that_was_cut_short_is_begun_again_and_nothing_is_deleted(folder: Path) -> None:
    (folder / "postgres").mkdir()
    (folder / "postgres" / "PG_VERSION").write_text("18")
    with EmbeddedDatabase(folder / "postgres") as database, psycopg.connect(database.url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    (aside,) = folder.glob("postgres.unfinished-*")
    assert (aside / "PG_VERSION").read_text() == "18"


def test_a_database_that_takes_its_time_is_waited_for(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    start, late = PostgresServer.start, [TimeoutExpired("pg_ctl", 10), AssertionError()]

    def slowly(server: PostgresServer) -> None:
        start(server)
        if late:
            raise late.pop()

    monkeypatch.setattr(PostgresServer, "start", slowly)
    with EmbeddedDatabase(folder / "postgres") as database, psycopg.connect(database.url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert not late


def test_a_database_that_cannot_start_is_told_with_its_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: PostgresServer) -> None:
        raise CalledProcessError(1, "initdb", stderr="No space left on device")

    monkeypatch.setattr(PostgresServer, "start", fail)
    with pytest.raises(UsageError, match=r"postgres: .*disk full\? No space left"):
        EmbeddedDatabase(folder / "postgres")


def test_free_ports_are_all_different_and_none_is_the_one_left_out() -> None:
    ports = free_ports(50, but=free_port())
    assert len(set(ports)) == 50
    assert len(free_ports(3, but=ports[0])) == 3


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
