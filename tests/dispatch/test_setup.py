"""What is watched for, changed in a real database; and the way of a change to detect over a real broker."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml
from prometheus_client import CollectorRegistry
from psycopg import Connection

from detect.cameras import Equipment
from detect.service import Detection
from dispatch.duties import format_duties, shipped_duties
from dispatch.seed import seed
from dispatch.setup import NoSuchDeviceError, Setup, SetupError, StaleSetupError, change_setup, load_setup
from dispatch.site import load_site
from dispatch.site_export import export_site, format_site
from edge.messages import Frame, encode_binary
from edge.topics import Share, Topic
from ingest.configs import ConfigPublisher
from ingest.migrate import migrate
from tests.conftest import Broker
from tests.detect.fakes import NoTracker, StandingCar
from tests.detect.film import BOOT, STREET, jpeg
from tests.detect.running import running
from tests.detect.street import NOON
from tests.dispatch.matters import goes_on_or_waits, rows
from tests.dispatch.test_site import CAMERA, GRID, RISING, SENSOR, USUAL, ZONE
from tests.edge.links import linked, listening
from tests.waiting import wait_for

NOW = datetime.now(UTC)
LANE = {"id": "lane", "name": "消防通道", "polygon": [[0, 0], [1, 0], [1, 1], [0, 1]], "rules": [{"kind": "fire"}]}
BOWTIE = [[0, 0], [1, 1], [1, 0], [0, 1]]
BringIn = Callable[..., list[str]]


@pytest.fixture
def bring_in(connection: Connection, tmp_path: Path) -> BringIn:
    def bring_in(**changes: object) -> list[str]:
        (tmp_path / "model.pt").touch()
        path = tmp_path / "site.yaml"
        path.write_text(yaml.safe_dump(USUAL | changes, allow_unicode=True), encoding="utf-8")
        return seed(connection, load_site(path))

    bring_in(devices=[CAMERA, SENSOR | {"rules": [RISING]}])
    return bring_in


def change(connection: Connection, device: str, given: list[Any], version: str | None = None) -> Setup:
    known = version or load_setup(connection, "tooley", device).version
    return change_setup(connection, "tooley", device, given, known, "李工", NOW)


@pytest.mark.usefixtures("bring_in")
def test_a_setup_is_what_the_site_file_said_until_somebody_changes_it(connection: Connection) -> None:
    before = load_setup(connection, "tooley", "cam-1")
    assert [zone["id"] for zone in before.watched["zones"]] == ["kerb"]
    assert not before.edited
    after = change(connection, "cam-1", [*before.watched["zones"], LANE])
    assert after.edited
    assert after.version != before.version
    assert [zone.id for zone in after.camera.zones] == ["kerb", "lane"]
    assert after.camera.zones[1].rules[0].lasting_s == 4.0
    assert load_setup(connection, "tooley", "cam-1") == after


@pytest.mark.usefixtures("bring_in")
def test_the_audit_log_tells_who_changed_what(connection: Connection) -> None:
    change(connection, "level-1", [RISING | {"above": 0.5}])
    (entry,) = rows(connection, "audit", action="set_up")
    assert (entry["actor"], entry["subject"]) == ("李工", "device tooley/level-1")
    assert (entry["before"]["rules"][0]["above"], entry["after"]["rules"][0]["above"]) == (0.3, 0.5)


@pytest.mark.usefixtures("bring_in")
def test_what_changes_nothing_is_no_edit(connection: Connection) -> None:
    before = load_setup(connection, "tooley", "cam-1")
    assert change(connection, "cam-1", [ZONE]) == before
    assert rows(connection, "audit", action="set_up") == []


@pytest.mark.usefixtures("bring_in")
def test_of_two_who_began_with_the_same_the_second_is_refused(connection: Connection) -> None:
    version = load_setup(connection, "tooley", "cam-1").version
    change(connection, "cam-1", [LANE], version)
    with pytest.raises(StaleSetupError):
        change(connection, "cam-1", [], version)
    assert [zone.id for zone in load_setup(connection, "tooley", "cam-1").camera.zones] == ["lane"]


@pytest.mark.usefixtures("bring_in")
def test_two_at_once_do_not_overwrite_each_other(connection: Connection, database: str) -> None:
    version = load_setup(connection, "tooley", "cam-1").version
    with (
        psycopg.connect(database) as slow,
        psycopg.connect(database, autocommit=True) as quick,
        ThreadPoolExecutor() as meanwhile,
    ):
        change(slow, "cam-1", [LANE], version)
        other = meanwhile.submit(change, quick, "cam-1", [], version)
        goes_on_or_waits(other, quick, connection)
        slow.commit()
        with pytest.raises(StaleSetupError):
            other.result(20)
    assert [zone.id for zone in load_setup(connection, "tooley", "cam-1").camera.zones] == ["lane"]


@pytest.mark.usefixtures("bring_in")
@pytest.mark.parametrize(
    ("device", "given", "problems"),
    [
        ("cam-1", [LANE | {"polygon": BOWTIE}], ["zones.0.polygon: the polygon's edges cross"]),
        ("cam-1", [LANE, LANE], ["zones: 'lane' is there more than once"]),
        ("cam-1", [LANE | {"rules": []}, LANE | {"id": "Ä"}], ["zones.0.rules: ", "zones.1.id: "]),
        ("cam-1", [LANE | {"rules": [{"kind": "crowd", "count": 0}]}], ["zones.0.rules.0.crowd.count: "]),
        ("cam-1", [LANE | {"rules": [{"kind": "gas_leak"}]}], ["zones.0.rules.0: "]),
        ("cam-1", [LANE | {"name": "a\0"}], ["a name has a character"]),
        ("level-1", [RISING | {"clear_below": 0.4}], ["rules.0.flood: `clear_below:` must not be over"]),
        ("level-1", [{"kind": "sensor_fault", "silent_for": 5}], ["the file: a sensor that speaks every 10 s"]),
    ],
)
def test_each_wrong_entry_is_named_and_nothing_is_changed(
    connection: Connection, device: str, given: list[Any], problems: list[str]
) -> None:
    before = load_setup(connection, "tooley", device)
    with pytest.raises(SetupError) as caught:
        change(connection, device, given)
    assert len(caught.value.problems) == len(problems)
    for said, begins in zip(caught.value.problems, problems, strict=True):
        assert said.startswith(begins)
    assert load_setup(connection, "tooley", device) == before


def test_an_edit_outlives_a_later_site_file(connection: Connection, bring_in: BringIn) -> None:
    change(connection, "cam-1", [LANE])
    assert bring_in(devices=[CAMERA | {"fps": 9}, SENSOR]) == ["cam-1"]
    assert [zone.id for zone in load_setup(connection, "tooley", "cam-1").camera.zones] == ["lane"]


@pytest.mark.parametrize("device", ["cam-9", "edge"])
def test_what_is_not_there_or_has_no_configuration_cannot_be_set_up(
    connection: Connection, bring_in: BringIn, device: str
) -> None:
    connection.execute("INSERT INTO devices (site, id, kind, name) VALUES ('tooley', 'edge', 'agent', 'edge')")
    for _ in range(2):
        with pytest.raises(NoSuchDeviceError):
            load_setup(connection, "tooley", device)
    bring_in(devices=[SENSOR])
    with pytest.raises(NoSuchDeviceError):
        load_setup(connection, "tooley", "cam-1")


def present(connection: Connection) -> list[Any]:
    """What a site file decides."""
    told = {"sites": ["duties_seed", "changed_at"], "areas": [], "matters": []}
    tables = [
        sorted(
            repr({name: value for name, value in row.items() if name not in left}) for row in rows(connection, table)
        )
        for table, left in told.items()
    ]
    query = "SELECT id, kind, name, longitude, latitude, config FROM devices WHERE NOT retired ORDER BY id"
    return [*tables, connection.execute(query).fetchall()]


FULL: dict[str, Any] = {
    "limits": {"accept": "1h", "kinds": {"fire": {"accept": "5m"}}, "severities": {"critical": {"handle": "4h"}}},
    "calendar": {"hours": ["09:00-12:00", "13:30-18:00"], "days": {"2026-12-31": "off"}},
    "press": ["0s", "2h"],
    "reports": {"open": True, "per_hour": 5},
    "areas": [GRID, GRID | {"code": "51", "level": "street", "name": "街道"}],
    "devices": [CAMERA | {"name": "东侧", "position": [104.395, 31.125], "agent": "a"}, SENSOR | {"rules": [RISING]}],
}  # fmt: skip


@pytest.mark.parametrize("changes", [{}, FULL, {"detector": None, "devices": []}], ids=["usual", "full", "bare"])
def test_the_exported_file_seeds_to_the_same_database(
    connection: Connection, bring_in: BringIn, empty_database: str, tmp_path: Path, changes: dict[str, Any]
) -> None:
    bring_in(**changes)
    if changes.get("devices", True):
        change(connection, "cam-1", [ZONE, LANE])
    copy = tmp_path / "copy" / "tooley.yaml"
    copy.parent.mkdir()
    copy.write_text(format_site(export_site(connection, "tooley") or {}), encoding="utf-8")
    before = present(connection)
    assert seed(connection, load_site(copy)) == []
    assert present(connection) == before
    migrate(empty_database)
    with psycopg.connect(empty_database, autocommit=True) as elsewhere:
        seed(elsewhere, load_site(copy))
        assert present(elsewhere) == before


def test_a_duty_list_of_the_site_s_own_goes_with_it(connection: Connection, bring_in: BringIn, tmp_path: Path) -> None:
    own = [matter.model_copy(update={"zh": "乱停"}) for matter in shipped_duties().values()][:1]
    own.append(shipped_duties()["other"])
    (tmp_path / "duties.csv").write_text(format_duties(own), encoding="utf-8")
    bring_in(duties="duties.csv")
    content = export_site(connection, "tooley") or {}
    copy = tmp_path / "copy.yaml"
    copy.write_text(format_site(content), encoding="utf-8")
    assert load_site(copy).duties == own
    assert export_site(connection, "nowhere") is None


def test_an_edit_reaches_detect_without_a_restart(
    connection: Connection, bring_in: BringIn, mosquitto: Broker, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Database, publisher, broker, detect: what stood unseen opens an incident once a zone is drawn over it."""
    monkeypatch.setattr("ingest.configs.EVERY_S", 0)
    bring_in(devices=[CAMERA | {"zones": []}, SENSOR])
    registry = CollectorRegistry()
    equipment = Equipment(lambda _: StandingCar(), NoTracker, shipped=lambda: Path("/s"), coco=lambda: Path("/c"))
    stage = Detection(mosquitto.url, Share(), registry, equipment, tmp_path / "outbox")
    topic = str(Topic("tooley", "cam-1", "frame"))

    def watched() -> float:
        return registry.get_sample_value("yihu_detect_cameras") or 0

    with (
        listening(mosquitto.url, "yihu/v1/+/+/+/incident") as heard,
        linked(mosquitto.url, "ingest") as link,
        running(stage),
    ):
        publisher = ConfigPublisher(link, Share())
        publisher.publish_changes(connection)
        assert watched() == 0
        parking = {"kind": "illegal_parking", "dwell": 2}
        change(connection, "cam-1", [LANE | {"rules": [parking]}])
        publisher.publish_changes(connection)
        wait_for(lambda: watched() == 1, within_s=20)
        for second in range(60):
            frame = Frame(BOOT, second + 1, NOON + second, jpeg(STREET), moving=True)
            assert link.publish(topic, encode_binary(frame), wait_s=10)
            if heard:
                break
        wait_for(lambda: heard, within_s=20)
    assert heard[0].topic.endswith("tooley/cam-1/incident")
