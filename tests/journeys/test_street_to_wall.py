"""From a real street camera to a ticket on the wall, and what must not become one."""

import time
from collections.abc import Callable
from copy import deepcopy
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.journeys.conftest import City, Start, wait_until_well, wall_page
from tests.waiting import wait_for

pytestmark = pytest.mark.timeout(300)

COACH = (0.54, 0.37, 0.82, 0.71)  # where it stands in tfl_jamcam_5.mp4, in fractions of the picture
FIRST_TICKET_S, LATER_S = 30, 120


@pytest.fixture(scope="module")
def coach(start_city: Start) -> City:
    """The example, with the coach at the kerb."""
    return start_city()


@pytest.fixture(scope="module")
def moving(start_city: Start, tooley: dict[str, Any], write_site: Callable[[dict[str, Any]], Path]) -> City:
    """The same over a junction where everything moves."""
    site = deepcopy(tooley)
    camera = Path(site["devices"][0]["camera"])
    site["devices"][0]["camera"] = str(camera.with_name("tfl_jamcam_1.mp4"))
    return start_city(write_site(site))


def test_the_coach_comes_onto_the_wall_by_itself(coach: City, browser: Browser) -> None:
    with wall_page(browser, coach) as page:
        page.evaluate("window.sameDocument = true")
        ticket = page.get_by_test_id("ticket")
        left_s = FIRST_TICKET_S - (time.monotonic() - coach.started_at)
        expect(ticket).to_have_count(1, timeout=left_s * 1000)
        expect(ticket).to_have_attribute("data-kind", "illegal_parking")
        expect(ticket).to_contain_text("机动车违停")
        expect(page.get_by_test_id("link-state")).to_have_attribute("data-state", "live")
        assert_box_on_coach(page)
        assert page.evaluate("window.sameDocument")


def assert_box_on_coach(page: Page) -> None:
    picture = page.get_by_test_id("evidence-picture")
    expect(picture).to_be_visible()
    wait_for(
        lambda: page.evaluate("document.querySelector('[data-testid=evidence-picture]').naturalWidth > 0"), within_s=60
    )
    drawn = fractions(page.get_by_test_id("evidence-box").first, picture)
    assert all(abs(side - truth) < 0.05 for side, truth in zip(drawn, COACH, strict=True)), drawn


def fractions(box: Locator, picture: Locator) -> list[float]:
    """Left, top, right and bottom of what is drawn, in fractions of the picture under it."""
    inner, outer = box.bounding_box(), picture.bounding_box()
    assert inner
    assert outer
    x, y = (inner["x"] - outer["x"]) / outer["width"], (inner["y"] - outer["y"]) / outer["height"]
    return [x, y, x + inner["width"] / outer["width"], y + inner["height"] / outer["height"]]


def test_the_ticket_explains_itself(coach: City) -> None:
    (ticket,) = coach.parking_tickets()
    explanation = ticket["explanation"]
    assert explanation["rule"] == {"kind": "illegal_parking", "version": "3"}
    assert explanation["threshold"]["dwell_s"] == 5 <= explanation["observed"]["dwell_s"]
    assert explanation["zone"]["id"] == "kerb"
    assert explanation["model"]["name"] == "yolo11n_int8_openvino_model"
    assert ticket["area"] == {"code": "510603003001001", "name": "第一网格"}
    assert {picture["role"] for picture in ticket["evidence"]} == {"first", "best"}
    for picture in ticket["evidence"]:
        shown, full = (coach.http.get(picture[url]).content for url in ("url", "full_url"))
        assert shown.startswith(b"\xff\xd8")
        assert shown != full  # the coach has number plates
        assert sha256(full).hexdigest() == picture["sha256"]


def test_the_camera_is_on_the_wall(coach: City, browser: Browser) -> None:
    with wall_page(browser, coach) as page:
        camera = page.get_by_test_id("camera")
        expect(camera).to_have_count(1)
        wait_for(
            lambda: page.evaluate("document.querySelector('[data-testid=camera] [data-live=true]')?.width > 0"),
            within_s=60,
        )


def test_after_two_minutes_it_is_still_one_ticket_and_moving_traffic_has_none(
    coach: City, moving: City, browser: Browser
) -> None:
    wait_until_well(moving)
    time.sleep(max(0.0, LATER_S - (time.monotonic() - coach.started_at)))
    (ticket,) = coach.parking_tickets()
    assert ticket["explanation"]["observed"]["dwell_s"] > 60
    assert moving.parking_tickets() == []
    with wall_page(browser, moving) as page:
        expect(page.get_by_test_id("link-state")).to_have_attribute("data-state", "live")
        expect(page.get_by_test_id("ticket")).to_have_count(0)
    wait_for(lambda: frames_seen(moving) > 300, within_s=60)
    assert moving.parking_tickets() == []


def frames_seen(city: City) -> float:
    return sum(float(line.split()[-1]) for line in metrics(city) if line.startswith("yihu_detect_frames_total"))


def metrics(city: City) -> list[str]:
    return city.http.get("/metrics").text.splitlines()


def test_every_stage_shows_its_figures(coach: City) -> None:
    text = "\n".join(metrics(coach))
    for stage in ("edge", "ingest", "detect", "dispatch", "web"):
        assert f"yihu_{stage}_process_resident_memory_bytes" in text


def test_a_ticket_is_driven_to_its_end_and_forbidden_moves_say_what_is_allowed(coach: City) -> None:
    (ticket,) = coach.parking_tickets()

    def order(action: str, **body: Any) -> Any:
        return coach.http.post(f"/api/tickets/{ticket['id']}/{action}", json=body)

    refused = order("accept")
    assert refused.status_code == 409
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["allowed"][:3] == ["confirm", "reject", "merge"]
    assert order("confirm", actor="dispatcher").json()["state"] == "dispatched"
    assert order("accept", actor="worker").json()["state"] == "accepted"
    assert order("handle", actor="worker", note="moved on").json()["state"] == "handled"
    assert order("close", actor="worker").status_code == 409
    assert order("close", actor="supervisor").json()["state"] == "closed"
    timeline = coach.get(f"/api/tickets/{ticket['id']}/timeline")
    assert [entry["action"] for entry in timeline] == ["open", "confirm", "accept", "handle", "close"]


def test_without_the_token_nothing_is_moved(coach: City) -> None:
    (ticket,) = coach.parking_tickets()
    refused = coach.http.post(f"/api/tickets/{ticket['id']}/reopen", headers={"Authorization": "Bearer guess"})
    assert refused.status_code == 401
