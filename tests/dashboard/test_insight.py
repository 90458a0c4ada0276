from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from fastapi.testclient import TestClient

from dashboard.insight import blindness_of
from tests.dashboard.conftest import INSIDE, OUTSIDE, add_camera, report

THEN = datetime(2026, 6, 15, 16, 30, tzinfo=UTC)  # half past midnight of Tuesday in Shanghai
WHILE = {"from": (THEN - timedelta(days=1)).isoformat(), "to": (THEN + timedelta(days=1)).isoformat()}


def get(client: TestClient, what: str, **query: Any) -> Any:
    answer = client.get(f"/api/insight/{what}", params=WHILE | query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_day_is_the_sites_own_and_ends_with_the_period(client: TestClient, connection: psycopg.Connection) -> None:
    report(connection, at=THEN)
    (day,) = get(client, "breakdown", by="day", to="2026-06-15T20:00:00Z")
    assert (day["key"], day["begin"], day["end"]) == ("2026-06-16", "2026-06-15T16:00:00Z", "2026-06-15T20:00:00Z")
    (week,) = get(client, "breakdown", by="week")
    assert (week["key"], week["begin"]) == ("2026-06-15", WHILE["from"].replace("+00:00", "Z"))
    (hour,) = get(client, "breakdown", by="hour")
    assert (hour["key"], hour["begin"]) == ("2 0", None)


def test_a_slice_tells_its_rates_as_the_rates_do(client: TestClient, connection: psycopg.Connection, grid: str) -> None:
    report(connection, at=THEN)
    report(connection, "lift_fault", OUTSIDE, THEN)
    (here,) = get(client, "breakdown", by="grid", area=grid)
    assert (here["key"], here["name"], here["tickets"], here["late"]) == (grid, "第一网格", 1, 1)
    assert here["rates"] == client.get("/api/rates", params=WHILE | {"area": grid}).json()
    (property_matter,) = get(client, "breakdown", by="community", **{"class": "物业监管"})
    assert (property_matter["tickets"], property_matter["genuine"]) == (1, 1)


def test_the_same_place_twice_is_a_recurrence_and_a_hot_spot(
    client: TestClient, connection: psycopg.Connection, grid: str
) -> None:
    for _ in range(2):
        ticket = report(connection, at=THEN)
        for action, who in (("confirm", "zhou"), ("accept", "wang"), ("handle", "wang"), ("close", "li")):
            client.post(f"/api/tickets/{ticket}/{action}", json={"actor": who})
    (place,) = get(client, "recurrences")
    assert (place["kind"], place["tickets"], place["cell"]) == ("street_lamp", 2, "104395,31125")
    (spot,) = get(client, "hotspots")
    assert (spot["cell"], spot["tickets"], spot["kind"], spot["area"]) == (place["cell"], 2, "street_lamp", "第一网格")
    assert spot["position"] == pytest.approx(INSIDE)
    (missed,) = get(client, "missed")
    assert (missed["key"], missed["accept"], missed["handle"]) == (grid, 2, 0)  # the other was due after the period
    items = client.get("/api/tickets", params={"cell": place["cell"]} | WHILE).json()["items"]
    assert len(items) == 2


def test_blindness_is_told_of_what_stands_there(client: TestClient, connection: psycopg.Connection, grid: str) -> None:
    add_camera(connection)
    add_camera(connection, "cam-2", OUTSIDE)
    told = client.get("/api/insight/blindness", params={"area": grid}).json()
    assert (told["devices"], told["blind"], [one["id"] for one in told["worst"]]) == (1, 1, ["cam-1"])
    assert told["known_s"] == told["blind_s"] > 0  # nothing was ever heard of it
    assert sum(told["hours"]) == pytest.approx(told["blind_s"], abs=1e-4)


def test_what_always_saw_is_among_the_devices_and_not_among_the_blind() -> None:
    seeing = {"site": "s", "id": "b", "name": "b", "kind": "camera", "known_s": 100.0, "blind_s": 0.0}
    blind = seeing | {"id": "a", "blind_s": 60.0, "begins": [3600.0], "ends": [3660.0]}
    told = blindness_of([blind, seeing | {"begins": [], "ends": []}])
    assert (told.devices, told.blind, told.known_s, told.blind_s, told.hours[1]) == (2, 1, 200, 60, 60)
    assert [one.id for one in told.worst] == ["a"]
    assert blindness_of([]).hours == [0] * 24


@pytest.mark.parametrize("query", [{"hour": 24}, {"weekday": 0}, {"missed": "all"}, {"cell": "here"}, {"solved": "so"}])
def test_filters_that_mean_nothing_are_refused(client: TestClient, query: dict[str, Any]) -> None:
    assert client.get("/api/tickets", params=query).status_code == 422
