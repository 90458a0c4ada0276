"""Setting devices up over the API; who may what is walked in test_access."""

from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import psycopg
import pytest
import yaml
from fastapi.testclient import TestClient
from msgspec.structs import replace
from psycopg.types.json import Jsonb
from pydantic import Field

from dashboard.rulebook import describe, rulebook
from detect.config import known_rules
from detect.incident import IncidentObject
from detect.rules import camera, line, sensor
from detect.stays.holding import For, HoldingSettings
from detect.values import Spans
from dispatch.intake import take_in
from tests.dashboard.conftest import add_reading
from tests.dispatch.matters import HERE, incident

ZONE: dict[str, Any] = {
    "id": "kerb", "name": "东侧", "polygon": [[0, 0], [1, 0], [1, 1], [0, 1]],
    "rules": [{"kind": "illegal_parking", "dwell": "3m"}],
}  # fmt: skip
URL, TRIAL = "/api/devices/tooley/cam-1/setup", "/api/devices/tooley/cam-1/trial"
SENSOR = "/api/devices/tooley/level-1"
FLOOD = {"kind": "flood", "above": 0.3}
NOW = datetime.now(UTC)
CORNER = [[0.0, 0.0], [0.1, 0.0], [0.1, 0.1]]


@pytest.fixture(autouse=True)
def street(connection: psycopg.Connection) -> None:
    """A site with a camera and a gauge."""
    connection.execute(
        "INSERT INTO sites (id, name, timezone, detector) VALUES ('tooley', '街', 'Asia/Shanghai', 'null')"
    )
    camera = {"camera": "rtsp://admin:secret@10.0.0.1/live", "fps": 5.0, "zones": [], "rules": [], "position": HERE}
    gauge = {"sensor": "mqtt", "every": 10.0, "zones": [], "rules": []}
    for name, kind, config in (("cam-1", "camera", camera), ("level-1", "sensor", gauge)):
        connection.execute(
            "INSERT INTO devices (site, id, kind, name, longitude, latitude, config, seed)"
            " VALUES ('tooley', %s, %s, %s, 104.395, 31.125, %s, %s)",
            [name, kind, name, Jsonb(config), Jsonb(config)],
        )


def put(client: TestClient, url: str, **changes: Any) -> Any:
    return client.put(url, json={"version": client.get(url).json()["version"]} | changes)


def test_zones_are_read_replaced_and_read_again(client: TestClient) -> None:
    before = client.get(URL).json()
    assert (before["zones"], before["edited"], before["fps"], before["every"]) == ([], False, 5.0, None)
    after = put(client, URL, zones=[ZONE])
    assert after.status_code == 200
    (zone,) = after.json()["zones"]
    assert zone["rules"][0].items() >= {"kind": "illegal_parking", "dwell": 180.0, "hours": "00:00-24:00"}.items()
    assert after.json()["edited"]
    assert client.get(URL).json() == after.json()
    assert put(client, URL, zones=after.json()["zones"]).json() == after.json()


def test_a_line_is_stored_as_it_was_drawn_and_a_zone_as_ever(client: TestClient) -> None:
    gate = {"id": "gate", "name": "大门", "line": [[0.1, 0.5], [0.9, 0.5]], "rules": [{"kind": "wrong_way"}]}
    shown = put(client, URL, zones=[ZONE, gate]).json()["zones"]
    assert [(one["polygon"], one["line"]) for one in shown] == [(ZONE["polygon"], None), (None, gate["line"])]
    assert put(client, URL, zones=shown).json()["zones"] == shown
    content = yaml.safe_load(client.get("/api/sites/tooley/file").content)
    zone, line = content["devices"][0]["zones"]
    assert (zone.keys(), line.keys()) == (ZONE.keys(), gate.keys())
    refused = put(client, URL, zones=[gate | {"rules": [{"kind": "crowd"}]}])
    assert "gate is a line" in refused.json()["errors"][0]


def test_what_crossed_a_line_is_known_by_what_it_told(client: TestClient, connection: psycopg.Connection) -> None:
    person = IncidentObject("person", (0.4, 0.4, 0.6, 0.6), 0.8, 1)
    usual = incident(kind="intrusion", zone="gate", position=HERE, objects=[person])
    told = replace(usual, explanation=replace(usual.explanation, observed={"crossings": 2}, threshold={"crossings": 1}))
    take_in(connection, told, NOW)
    gate = {"id": "gate", "line": [[0.1, 0.5], [0.9, 0.5]], "rules": [{"kind": "intrusion"}]}
    (past,) = client.post(TRIAL, json={"zones": [gate]}).json()["incidents"]
    assert (past["outcome"], past["zone"], past["dwell_s"]) == ("reported", "gate", None)


def test_an_address_with_its_password_is_not_shown(client: TestClient) -> None:
    assert "secret" not in client.get(URL).text


def test_whoever_was_slower_is_told(client: TestClient) -> None:
    version = client.get(URL).json()["version"]
    assert client.put(URL, json={"version": version, "zones": [ZONE]}).status_code == 200
    late = client.put(URL, json={"version": version, "zones": []})
    assert late.status_code == 409
    assert len(client.get(URL).json()["zones"]) == 1


def test_every_wrong_entry_is_named(client: TestClient) -> None:
    wrong = [ZONE | {"polygon": [[0, 0], [1, 1], [1, 0], [0, 1]]}, ZONE | {"rules": []}]
    for answer in (put(client, URL, zones=wrong), client.post(TRIAL, json={"zones": wrong})):
        assert answer.status_code == 422
        assert [entry.partition(": ")[0] for entry in answer.json()["errors"]] == ["zones.0.polygon", "zones.1.rules"]


@pytest.mark.parametrize(("url", "body"), [(URL, {"rules": [FLOOD]}), (f"{SENSOR}/setup", {"zones": [ZONE]})])
def test_zones_are_a_camera_s_and_rules_a_sensor_s(client: TestClient, url: str, body: dict[str, Any]) -> None:
    assert put(client, url, **body).status_code == 422


def test_a_trial_tells_what_would_be_reported_still_and_changes_nothing(
    client: TestClient, connection: psycopg.Connection
) -> None:
    at = NOW.timestamp()
    car = IncidentObject("car", (0.4, 0.4, 0.6, 0.6), 0.8, 1)
    usual = incident(position=HERE, began_at=at - 300, at=at, objects=[car])
    told = replace(usual, explanation=replace(usual.explanation, observed={"dwell_s": 300.0}))
    ticket = take_in(connection, told, NOW)
    reject = {"reason": "wrong_zone"}
    assert client.post(f"/api/tickets/{ticket.id}/reject", json=reject).status_code == 200
    before = client.get(URL).json()
    inside = client.post(TRIAL, json={"zones": [ZONE]}).json()
    (past,) = inside["incidents"]
    assert (past["outcome"], past["zone"], past["state"], past["reason"]) == (
        "reported",
        "kerb",
        "rejected",
        "wrong_zone",
    )
    assert (past["dwell_s"], past["things"][0]["box"], past["lasts"]) == (300.0, [0.4, 0.4, 0.6, 0.6], True)
    assert client.get(past["picture"]).headers["content-type"] == "image/jpeg"
    assert inside["balance"] == {"rejected": 1, "rejected_gone": 0, "sent": 0, "sent_gone": 0}
    outside = client.post(TRIAL, json={"zones": [ZONE | {"polygon": CORNER}]}).json()
    assert outside["incidents"][0]["outcome"] == "outside"
    assert outside["balance"]["rejected_gone"] == 1
    assert client.get(URL).json() == before


def test_what_no_zone_has_a_part_in_is_not_tried(client: TestClient, connection: psycopg.Connection) -> None:
    take_in(connection, incident(kind="camera_covered", zone="picture", position=HERE), NOW)
    assert client.post(TRIAL, json={"zones": [ZONE]}).json()["incidents"] == []


def test_a_trial_of_a_sensor_plays_the_last_day(client: TestClient, connection: psycopg.Connection) -> None:
    for minutes, value in ((30, 0.1), (20, 0.5), (19, 0.5), (18, 0.1), (17, 0.1), (2, 0.4), (1, 0.4)):
        add_reading(connection, value)
        connection.execute("UPDATE readings SET at = %s WHERE at > %s", [NOW - timedelta(minutes=minutes), NOW])
    trial = client.post(f"{SENSOR}/trial", json={"rules": [FLOOD, {"kind": "flood", "above": 2}]}).json()
    first, second = trial["alarms"]
    assert [end is None for _, end in first["times"]] == [False, True]
    assert (second["rule"], second["times"]) == (1, [])


def test_the_file_of_a_site_is_yaml_with_what_was_edited(client: TestClient) -> None:
    put(client, URL, zones=[ZONE])
    answer = client.get("/api/sites/tooley/file")
    assert answer.headers["content-type"] == "application/yaml"
    assert answer.headers["content-disposition"] == 'attachment; filename="tooley.yaml"'
    content = yaml.safe_load(answer.content)
    assert [device["id"] for device in content["devices"]] == ["cam-1", "level-1"]
    assert content["devices"][0]["zones"][0]["name"] == "东侧"
    assert client.get("/api/sites/nowhere/file").status_code == 404


def test_every_rule_is_in_the_book_with_settings_that_it_takes(client: TestClient) -> None:
    book = client.get("/api/rules").json()
    known = {"camera": known_rules(camera), "line": known_rules(line), "sensor": known_rules(sensor)}
    assert {(one["device"], one["kind"]) for one in book} == {
        (d, kind) for d, family in known.items() for kind in family
    }
    for one in book:
        known[one["device"]][one["kind"]].model_validate(one["usual"])
        assert one["usual"].keys() - {"kind"} <= {field["name"] for field in one["fields"]}
        assert one["about"].endswith(".")


def test_a_rule_that_nobody_has_heard_of_is_described_by_its_settings() -> None:
    class Settings(HoldingSettings):
        """As a new module in detect/rules would have it."""

        severity = "minor"
        kind: Literal["puddle"]
        for_s: For = 7.0
        exempt: Spans | None = None
        depth: float | None = Field(default=None, gt=0, lt=2)
        most: int = Field(default=3, ge=1, le=9)

    told = describe("puddle", "camera", Settings)
    shapes = {field.name: (field.shape, field.optional, field.least, field.over, field.most) for field in told.fields}
    assert shapes == {
        "hours": ("hours", False, None, False, None),
        "exempt": ("hours", True, None, False, None),
        "for": ("duration", False, 0.0, True, 365 * 86400.0),
        "depth": ("number", True, 0.0, True, 2.0),
        "most": ("integer", False, 1.0, False, 9.0),
    }
    assert told.usual == {"kind": "puddle", "hours": "00:00-24:00", "for": 7.0, "most": 3}
    assert all(one.fields for one in rulebook())
