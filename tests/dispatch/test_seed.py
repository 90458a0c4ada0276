from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml
from psycopg import Connection
from psycopg.types.json import Jsonb

from detect.config import CameraConfig
from dispatch import cases
from dispatch.audit import Entry, append
from dispatch.conduct import Limits
from dispatch.duties import SHIPPED, DutyListError, shipped_duties
from dispatch.duties_store import hold_duties, load_matter, put_duties
from dispatch.seed import LimitsError, seed
from dispatch.site import SiteFileError, load_site
from edge.messages import DeviceConfig, decode
from ingest.store import changed_configs
from tests.dispatch.matters import goes_on_or_waits, rows
from tests.dispatch.test_site import CAMERA, GRID, SENSOR, USUAL

PLACED = CAMERA | {"name": "The kerb", "position": [104.395, 31.125]}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "model.pt").touch()
    return tmp_path


def bring_in(connection: Connection, folder: Path, **changes: object) -> list[str]:
    path = folder / "site.yaml"
    path.write_text(yaml.safe_dump(USUAL | changes, allow_unicode=True), encoding="utf-8")
    return seed(connection, load_site(path))


def device(connection: Connection, name: str) -> dict[str, Any]:
    (row,) = rows(connection, "devices", id=name)
    return row


def edit(connection: Connection, name: str, **changes: object) -> None:
    """As the installer's page does it: the seed stays, the configuration changes."""
    connection.execute("UPDATE devices SET config = config || %s WHERE id = %s", [Jsonb(changes), name])


def configs(connection: Connection) -> dict[str, str | None]:
    return {name: config for _, name, config in changed_configs(connection, datetime(2000, 1, 1, tzinfo=UTC))}


def everything(connection: Connection) -> list[object]:
    return [rows(connection, table) for table in ("sites", "areas", "devices")]


def test_the_first_import_brings_all_of_it_in(connection: Connection, folder: Path):
    assert bring_in(connection, folder, devices=[PLACED, SENSOR]) == []
    (site,), (area,), _ = everything(connection)
    assert (site["id"], site["name"], site["timezone"]) == ("tooley", "蓝田街道", "Asia/Shanghai")
    assert site["detector"] == {"model": str(folder / "model.pt"), "confidence": 0.35}
    assert (area["code"], area["name"], area["level"]) == ("510603", "第一网格", "grid")
    assert area["polygon"] == GRID["polygon"]
    camera, sensor = device(connection, "cam-1"), device(connection, "level-1")
    assert (camera["kind"], camera["name"], camera["state"]) == ("camera", "The kerb", "unknown")
    assert (camera["longitude"], camera["latitude"]) == (104.395, 31.125)
    assert (sensor["kind"], sensor["name"], sensor["longitude"]) == ("sensor", "level-1", None)
    assert camera["seed"] == camera["config"]


def test_edge_and_detect_find_in_the_configuration_what_they_need(connection: Connection, folder: Path):
    bring_in(connection, folder, devices=[PLACED | {"fps": 2, "agent": "edge-2"}, SENSOR], timezone="Europe/London")
    sent = configs(connection)
    edge = decode(sent["cam-1"].encode(), DeviceConfig)
    assert edge == DeviceConfig(camera="rtsp://10.0.0.1/live", fps=2, agent="edge-2")
    watched = CameraConfig.model_validate_json(sent["cam-1"])
    assert watched.detector.model == str(folder / "model.pt")
    assert (watched.timezone.key, watched.position) == ("Europe/London", (104.395, 31.125))
    assert watched.zones == load_site(folder / "site.yaml").devices[0].zones
    assert decode(sent["level-1"].encode(), DeviceConfig).camera is None
    assert CameraConfig.model_validate_json(sent["level-1"]).zones == []


def test_a_site_without_a_detector_is_taken_in(connection: Connection, folder: Path):
    bring_in(connection, folder, detector=None, devices=[SENSOR])
    assert CameraConfig.model_validate_json(configs(connection)["level-1"]).detector is None


def test_an_unchanged_file_changes_nothing(connection: Connection, folder: Path):
    bring_in(connection, folder)
    before = everything(connection)
    assert bring_in(connection, folder) == []
    assert everything(connection) == before


def test_a_changed_entry_is_taken_over(connection: Connection, folder: Path):
    bring_in(connection, folder)
    sensor = device(connection, "level-1")
    moved = CAMERA | {"camera": "rtsp://10.0.0.2/live", "position": [104.4, 31.1], "name": "Moved"}
    assert bring_in(connection, folder, devices=[moved, SENSOR]) == []
    camera = device(connection, "cam-1")
    assert camera["config"]["camera"] == "rtsp://10.0.0.2/live"
    assert (camera["name"], camera["longitude"]) == ("Moved", 104.4)
    assert device(connection, "level-1") == sensor


def test_an_edit_stays_and_is_reported_when_the_file_changes_too(connection: Connection, folder: Path):
    bring_in(connection, folder)
    edit(connection, "cam-1", fps=1)
    assert bring_in(connection, folder) == []  # the file says nothing new
    assert device(connection, "cam-1")["config"]["fps"] == 1
    changed = [CAMERA | {"fps": 10}, SENSOR]
    assert bring_in(connection, folder, devices=changed) == ["cam-1"]
    assert bring_in(connection, folder, devices=changed) == ["cam-1"]
    assert device(connection, "cam-1")["config"]["fps"] == 1


def test_an_edit_that_the_file_catches_up_with_is_no_conflict(connection: Connection, folder: Path):
    bring_in(connection, folder)
    edit(connection, "cam-1", fps=1.0)
    assert bring_in(connection, folder, devices=[CAMERA | {"fps": 1}, SENSOR]) == []
    assert bring_in(connection, folder, devices=[CAMERA | {"fps": 2}, SENSOR]) == []
    assert device(connection, "cam-1")["config"]["fps"] == 2


def test_what_left_the_file_is_retired_and_comes_back_with_it(connection: Connection, folder: Path):
    bring_in(connection, folder)
    bring_in(connection, folder, devices=[SENSOR])
    assert device(connection, "cam-1")["retired"]
    assert configs(connection)["cam-1"] is None
    assert not device(connection, "level-1")["retired"]
    bring_in(connection, folder)
    assert not device(connection, "cam-1")["retired"]
    assert configs(connection)["cam-1"] is not None


@pytest.mark.parametrize("fps", [5, 10])
def test_an_edited_device_that_comes_back_has_kept_its_edit(connection: Connection, folder: Path, fps: float):
    bring_in(connection, folder)
    edit(connection, "cam-1", fps=1)
    bring_in(connection, folder, devices=[SENSOR])
    kept = bring_in(connection, folder, devices=[CAMERA | {"fps": fps}, SENSOR])
    assert kept == ([] if fps == 5 else ["cam-1"])
    camera = device(connection, "cam-1")
    assert (camera["retired"], camera["config"]["fps"]) == (False, 1)


def test_other_sites_and_agents_are_left_alone(connection: Connection, folder: Path):
    bring_in(connection, folder)
    connection.execute("INSERT INTO devices (site, id, kind, name) VALUES ('tooley', 'edge', 'agent', 'edge')")
    bring_in(connection, folder, site="borough", devices=[CAMERA])
    bring_in(connection, folder, devices=[CAMERA])
    assert {(row["site"], row["id"]) for row in rows(connection, "devices", retired=True)} == {("tooley", "level-1")}


def test_a_device_that_reported_itself_before_is_taken_over(connection: Connection, folder: Path):
    connection.execute("INSERT INTO devices (site, id, kind, name) VALUES ('tooley', 'cam-1', 'agent', 'cam-1')")
    assert bring_in(connection, folder) == []
    assert device(connection, "cam-1")["kind"] == "camera"


def test_a_changed_name_model_or_time_zone_of_the_site_is_taken_over(connection: Connection, folder: Path):
    bring_in(connection, folder)
    (folder / "better.pt").touch()
    bring_in(connection, folder, name="New", timezone="Asia/Urumqi", detector={"model": "better.pt"})
    (site,) = rows(connection, "sites")
    assert (site["name"], site["timezone"]) == ("New", "Asia/Urumqi")
    assert CameraConfig.model_validate_json(configs(connection)["cam-1"]).detector.model == str(folder / "better.pt")


def test_a_changed_area_is_taken_over(connection: Connection, folder: Path):
    bring_in(connection, folder)
    bring_in(connection, folder, areas=[GRID | {"name": "第二网格"}])
    assert [row["name"] for row in rows(connection, "areas")] == ["第二网格"]


def test_limits_come_and_go_with_the_file(connection: Connection, folder: Path):
    bring_in(connection, folder, limits={"accept": "90s", "kinds": {"fire": {"accept": "1m"}}})
    assert cases.load_conduct(connection, "tooley", None).limits.kinds["fire"].accept == 60
    bring_in(connection, folder)
    assert cases.load_conduct(connection, "tooley", None).limits == Limits()


def test_a_duty_list_of_the_file_comes_in_once_and_edits_stay_until_the_file_changes(
    connection: Connection, folder: Path
):
    shipped = SHIPPED.read_text(encoding="utf-8")
    file = folder / "duties.csv"
    file.write_text(shipped.replace("路灯故障", "路灯不亮"), encoding="utf-8")
    bring_in(connection, folder, duties="duties.csv")
    assert load_matter(connection, "street_lamp").zh == "路灯不亮"
    connection.execute("UPDATE matters SET zh = '路灯' WHERE code = 'street_lamp'")
    bring_in(connection, folder, duties="duties.csv")
    assert load_matter(connection, "street_lamp").zh == "路灯"
    file.write_text(shipped, encoding="utf-8")
    bring_in(connection, folder, duties="duties.csv")
    assert load_matter(connection, "street_lamp").zh == "路灯故障"


def test_a_file_and_a_person_who_bring_in_a_duty_list_at_once_do_not_wait_for_each_other_for_ever(
    connection: Connection, database: str, folder: Path
):
    shipped = SHIPPED.read_text(encoding="utf-8")
    (folder / "duties.csv").write_text(shipped.replace("路灯故障", "路灯不亮"), encoding="utf-8")
    bring_in(connection, folder, duties="duties.csv")
    (folder / "duties.csv").write_text(shipped, encoding="utf-8")
    entry = Entry(at=datetime(2026, 6, 1, tzinfo=UTC), actor="root", action="put_duties", subject="duties")
    with psycopg.connect(database, autocommit=True) as other, ThreadPoolExecutor() as threads:
        with connection.transaction():
            hold_duties(connection)  # as put_duties does, before it appends
            meanwhile = threads.submit(bring_in, other, folder, duties="duties.csv", limits={"accept": "1h"})
            goes_on_or_waits(meanwhile, other, connection)
            append(connection, entry)
        assert meanwhile.result(timeout=20) == []
    assert load_matter(connection, "street_lamp").zh == "路灯故障"


def test_a_duty_list_that_does_not_suit_another_site_is_refused_with_the_whole_file(
    connection: Connection, folder: Path
):
    bring_in(connection, folder, site="borough", limits={"kinds": {"street_lamp": {"accept": "1h"}}}, devices=[CAMERA])
    lines = SHIPPED.read_text(encoding="utf-8").splitlines(keepends=True)
    (folder / "duties.csv").write_text("".join(one for one in lines if not one.startswith("street_lamp,")), "utf-8")
    with pytest.raises(DutyListError, match="street_lamp: the limits of site borough name it"):
        bring_in(connection, folder, duties="duties.csv")
    assert [row["id"] for row in rows(connection, "sites")] == ["borough"]


@pytest.mark.parametrize(
    ("limits", "why"),
    [
        ({"kinds": {"street_lamp": {"accept": "1h"}}}, "unknown kind 'street_lamp'; known: illegal_parking"),
        ({"kinds": {"rubbish": {"accept": "30h"}}}, "a later step of rubbish, minor, is due before an earlier one"),
    ],
)
def test_limits_are_held_against_the_duty_list_that_holds(
    connection: Connection, folder: Path, limits: dict[str, Any], why: str
):
    """Not against the shipped one."""
    kept = [one for one in shipped_duties().values() if one.code != "street_lamp"]
    named = kept[0].model_copy(update={"code": "drone"})
    put_duties(connection, [*kept, named], "root", datetime(2026, 6, 1, tzinfo=UTC))
    with pytest.raises(LimitsError, match=f"nothing was changed:\n  - limits: .*{why}(?s:.*)yihu duties export"):
        bring_in(connection, folder, limits=limits)
    assert everything(connection) == [[], [], []]
    assert bring_in(connection, folder, limits={"kinds": {"drone": {"accept": "1h"}}}) == []


def test_limits_are_held_against_a_list_that_is_just_being_put(connection: Connection, database: str, folder: Path):
    less = [one for one in shipped_duties().values() if one.code != "street_lamp"]
    limits = {"kinds": {"street_lamp": {"accept": "1h"}}}
    with psycopg.connect(database, autocommit=True) as other, ThreadPoolExecutor() as threads:
        with connection.transaction():
            put_duties(connection, less, "root", datetime(2026, 6, 1, tzinfo=UTC))
            meanwhile = threads.submit(bring_in, other, folder, limits=limits)
            with psycopg.connect(database, autocommit=True) as observer:
                goes_on_or_waits(meanwhile, other, observer)
        with pytest.raises(LimitsError, match="unknown kind 'street_lamp'"):
            meanwhile.result(timeout=20)


def test_a_wrong_duty_list_is_told_as_a_wrong_site_file(folder: Path):
    (folder / "duties.csv").write_text("code,zh\nx,y\n", encoding="utf-8")
    path = folder / "site.yaml"
    path.write_text(yaml.safe_dump(USUAL | {"duties": "duties.csv"}, allow_unicode=True), encoding="utf-8")
    with pytest.raises(SiteFileError, match="the duty list is refused"):
        load_site(path)


def test_calendar_and_pressing_come_with_the_file(connection: Connection, folder: Path):
    bring_in(connection, folder, calendar={"hours": ["08:00-12:00"], "days": {"2026-06-02": "off"}}, press=["0s", "1h"])
    conduct = cases.load_conduct(connection, "tooley", None)
    assert (conduct.press, conduct.calendar.hours) == ([0, 3600], ["08:00-12:00"])
    bring_in(connection, folder)
    assert cases.load_conduct(connection, "tooley", None).press is None


def test_what_a_file_changes_is_told_in_the_audit_log_and_what_it_leaves_is_not(connection: Connection, folder: Path):
    bring_in(connection, folder)
    bring_in(connection, folder)
    bring_in(connection, folder, limits={"accept": "1h"}, areas=[GRID | {"name": "改名的网格"}])
    first, second = sorted(rows(connection, "audit", action="seed"), key=lambda row: row["seq"])
    assert first["before"] == {"site": None, "areas": {}}
    assert (second["actor"], second["subject"]) == ("site file", "site tooley")
    assert (second["before"]["site"]["limits"], second["after"]["site"]["limits"]) == ({}, {"accept": 3600})
    assert [area["name"] for area in second["after"]["areas"].values()] == ["改名的网格"]


def test_of_two_files_at_once_each_is_told_with_what_it_changed(connection: Connection, database: str, folder: Path):
    (there := folder / "there").mkdir()
    (there / "model.pt").touch()
    of_other = {"site": "borough", "areas": [GRID | {"code": "510604"}], "devices": [CAMERA]}
    with psycopg.connect(database, autocommit=True) as other, ThreadPoolExecutor() as threads:
        with connection.transaction():
            bring_in(connection, folder)
            meanwhile = threads.submit(bring_in, other, there, **of_other)
            with psycopg.connect(database, autocommit=True) as observer:
                goes_on_or_waits(meanwhile, other, observer)
        assert meanwhile.result(timeout=20) == []
    told = {entry["subject"]: list(entry["after"]["areas"]) for entry in rows(connection, "audit", action="seed")}
    assert told == {"site tooley": ["510603"], "site borough": ["510604"]}


def test_which_devices_a_file_adds_changes_and_retires_is_told_without_their_addresses(
    connection: Connection, folder: Path
):
    bring_in(connection, folder)
    other = SENSOR | {"id": "level-2"}
    bring_in(connection, folder, devices=[CAMERA | {"camera": "rtsp://a:s3cret@10.0.0.2/live"}, other])
    bring_in(connection, folder, devices=[CAMERA | {"camera": "rtsp://a:s3cret@10.0.0.2/live"}, other])
    bring_in(connection, folder, devices=[CAMERA | {"camera": "rtsp://a:s3cret@10.0.0.2/live"}, SENSOR, other])
    edit(connection, "cam-1", fps=1)
    bring_in(connection, folder, devices=[CAMERA | {"fps": 10}, SENSOR, other])  # the edit stays
    entries = sorted(rows(connection, "audit", action="seed"), key=lambda row: row["seq"])
    assert [row["detail"].get("devices") for row in entries] == [
        {"added": ["cam-1", "level-1"]},
        {"added": ["level-2"], "changed": ["cam-1"], "retired": ["level-1"]},
        {"added": ["level-1"]},
    ]
    assert "s3cret" not in str(entries)
