"""The demo keeps off whatever is real."""

from pathlib import Path

import psycopg
import pytest

from deploy.demo.alone import check_alone, sites_in, sites_on
from deploy.settings import Settings, UsageError
from edge.mqtt import Link
from edge.topics import Topic
from tests.conftest import Broker
from tests.waiting import wait_for


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("YIHU_DATABASE_URL", "YIHU_MQTT_URL"):
        monkeypatch.delenv(name, raising=False)


def test_a_new_folder_and_its_own_are_fine(tmp_path: Path) -> None:
    check_alone(Settings(data=tmp_path), "town")
    (tmp_path / "postgres").mkdir()
    (tmp_path / "site.yaml").write_text("site: town\n")
    check_alone(Settings(data=tmp_path), "town")


@pytest.mark.parametrize("content", [None, "site: mine\n", "- a list\n"])
def test_another_sites_folder_is_left_alone(tmp_path: Path, content: str | None) -> None:
    (tmp_path / "postgres").mkdir()
    if content:
        (tmp_path / "site.yaml").write_text(content)
    with pytest.raises(UsageError, match="--data folder of its own"):
        check_alone(Settings(data=tmp_path), "town")


def test_another_sites_database_is_left_alone(tmp_path: Path, database: str, connection: psycopg.Connection) -> None:
    connection.execute(
        "INSERT INTO sites (id, name, timezone, detector) VALUES ('mine', 'Mine', 'Asia/Shanghai', 'null')"
    )
    assert sites_in(database) == {"mine"}
    with pytest.raises(UsageError, match="holds mine"):
        check_alone(Settings(data=tmp_path, database_url=database), "town")
    check_alone(Settings(data=tmp_path, database_url=database), "mine")


def test_another_sites_broker_is_left_alone(tmp_path: Path, any_broker: Broker) -> None:
    check_alone(Settings(data=tmp_path, mqtt_url=any_broker.url), "town")
    agent = Link(any_broker.url, "an-agent")
    agent.start()
    agent.publish(str(Topic("mine", "edge", "status")), b"{}", retain=True, wait_s=5)
    wait_for(lambda: sites_on(any_broker.url) == {"mine"}, within_s=20)
    with pytest.raises(UsageError, match="serves mine"):
        check_alone(Settings(data=tmp_path, mqtt_url=any_broker.url), "town")
    agent.stop()


def test_what_cannot_be_asked_is_said_by_who_uses_it(tmp_path: Path) -> None:
    check_alone(Settings(data=tmp_path, mqtt_url="mqtt://127.0.0.1:9"), "town")
    assert sites_in("postgresql://nobody@127.0.0.1:9/none") == set()
