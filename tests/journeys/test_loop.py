"""From a camera's picture to a closed ticket, each of its people at their own screen; every step leaves a picture."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Browser, Geolocation, Page, ViewportSize, expect

from deploy.demo.town import load_town, write_site
from tests.journeys.conftest import City, Start, wait_until_well
from tests.waiting import wait_for

pytestmark = pytest.mark.timeout(420)

PASSWORD = "of-one-journey-only"  # noqa: S105 - of accounts that live as long
WALL: ViewportSize = {"width": 1920, "height": 1080}
OFFICE: ViewportSize = {"width": 1600, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
HERE: Geolocation = {"longitude": 104.3851, "latitude": 31.1256, "accuracy": 10}
OPERATOR, DISPATCHER, WORKER, SUPERVISOR, INSTALLER = "值班小周", "调度小刘", "网格小王", "督办老孙", "安装李工"
STAFF = {
    OPERATOR: "operator",
    DISPATCHER: "dispatcher",
    WORKER: "worker",
    SUPERVISOR: "supervisor",
    INSTALLER: "installer",
}
LANGUAGES = pytest.mark.parametrize("language", ["zh-CN", "en"])


def hire(city: City) -> None:
    for name, role in STAFF.items():
        city.http.post("/api/people", json={"name": name, "role": role, "password": PASSWORD}).raise_for_status()


@pytest.fixture(scope="module")
def town(start_city: Start, tmp_path_factory: pytest.TempPathFactory) -> City:
    """The city in a box with one camera and its own people, who are all played here."""
    site = write_site(load_town(), tmp_path_factory.mktemp("town"), 7, 1, "day", "clear")
    site.write_text(site.read_text(encoding="utf-8") + "reports: {open: true}\n", encoding="utf-8")
    city = start_city(site)
    wait_until_well(city)
    hire(city)
    return city


@pytest.fixture(scope="module")
def unwatched(start_city: Start, tooley: dict[str, Any], write_site: Callable[[dict[str, Any]], Path]) -> City:
    """A real street with a coach at its kerb, in which nobody has drawn a zone yet."""
    site = deepcopy(tooley)
    site["devices"][0]["zones"] = []
    city = start_city(write_site(site))
    wait_until_well(city)
    hire(city)
    return city


@contextmanager
def screen(browser: Browser, city: City, path: str, name: str, size: ViewportSize, language: str) -> Iterator[Page]:
    """Somebody at their screen, who has signed in as people do."""
    context = browser.new_context(viewport=size, locale=language, timezone_id="Asia/Shanghai")
    page = context.new_page()
    page.goto(f"{city.url}/login?lang={language}&next={path}")
    page.locator("[name=name]").fill(name)
    page.locator("[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{path}")
    yield page
    context.close()


def keep(page: Page, tmp_path: Path, name: str) -> None:
    """For the documentation, where YIHU_TEST_PICTURES names a folder."""
    folder = Path(os.environ.get("YIHU_TEST_PICTURES", tmp_path))
    page.screenshot(path=folder / f"{name}.jpg", type="jpeg", quality=80)


def state_of(city: City, ticket: str) -> str:
    return str(city.get(f"/api/tickets/{ticket}")["state"])


@LANGUAGES
def test_a_picture_becomes_a_closed_ticket(town: City, browser: Browser, tmp_path: Path, language: str) -> None:
    with screen(browser, town, "/wall", OPERATOR, WALL, language) as wall:
        wall.evaluate("window.sameDocument = true")
        ticket = judged(town, browser, wall, tmp_path, language)
        handled(town, browser, ticket, tmp_path, language)
        closed(town, browser, ticket, tmp_path, language)
        expect(wall.locator(f"[data-ticket-id='{ticket}']")).to_have_count(0)
        assert wall.evaluate("window.sameDocument"), "the wall was loaded anew"
    done = [entry["action"] for entry in town.get(f"/api/tickets/{ticket}/timeline")]
    assert [one for one in done if one != "join"] == ["open", "confirm", "accept", "handle", "close"]


def judged(city: City, browser: Browser, wall: Page, tmp_path: Path, language: str) -> str:
    """A dispatcher confirms by keyboard what the wall shows; its id."""
    with screen(browser, city, "/desk", DISPATCHER, OFFICE, language) as desk:
        candidate = desk.get_by_test_id("candidate")
        wait_for(lambda: is_seen(desk), within_s=240)
        ticket = str(candidate.get_attribute("data-ticket-id"))
        expect(wall.locator(f"[data-testid=ticket][data-ticket-id='{ticket}']")).to_be_visible()
        wait_for(lambda: desk.evaluate("document.querySelector('[data-testid=best-picture]')?.naturalWidth > 300"))
        keep(wall, tmp_path, f"loop-1-wall-{language}")
        keep(desk, tmp_path, f"loop-2-desk-{language}")
        desk.keyboard.press("a")
        desk.get_by_role("radio").first.wait_for()
        desk.keyboard.press("Enter")
        wait_for(lambda: state_of(city, ticket) == "dispatched")
    return ticket


def is_seen(desk: Page) -> bool:
    """A candidate with a picture is on the desk; what a sensor told is put off."""
    if desk.get_by_test_id("best-picture").count() > 0:
        return True
    if desk.get_by_test_id("candidate").count() > 0:
        desk.keyboard.press("n")
        desk.wait_for_timeout(1000)
    return False


def handled(city: City, browser: Browser, ticket: str, tmp_path: Path, language: str) -> None:
    """A grid worker accepts it and handles it with a photo, on a phone."""
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(city.http.get(picture_of(city)).content)
    with screen(browser, city, "/worker", WORKER, PHONE, language) as phone:
        row = phone.locator(f"[data-ticket-id='{ticket}']").first
        row.wait_for()
        if row.get_attribute("data-testid") == "task-row":
            row.click()
        phone.get_by_test_id("step").click()
        wait_for(lambda: state_of(city, ticket) == "accepted")
        phone.get_by_test_id("photos").set_input_files(photo)
        expect(phone.get_by_test_id("step")).to_be_enabled()
        keep(phone, tmp_path, f"loop-3-worker-{language}")
        phone.get_by_test_id("step").click()
        wait_for(lambda: state_of(city, ticket) == "handled")


def picture_of(city: City) -> str:
    return str(next(device["picture"] for device in city.get("/api/devices") if device["picture"]))


def closed(city: City, browser: Browser, ticket: str, tmp_path: Path, language: str) -> None:
    """A supervisor looks at what was done, and closes it."""
    with screen(browser, city, f"/tickets/{ticket}", SUPERVISOR, OFFICE, language) as office:
        expect(office.get_by_test_id("photo-picture")).to_be_visible()
        keep(office, tmp_path, f"loop-4-ticket-{language}")
        office.get_by_test_id("act-close").click()
        office.get_by_test_id("send").click()
        expect(office.get_by_test_id("ticket-page")).to_have_attribute("data-state", "closed")


def test_a_zone_that_an_installer_draws_fires(unwatched: City, browser: Browser, tmp_path: Path) -> None:
    assert unwatched.parking_tickets() == []
    camera = next(one for one in unwatched.get("/api/devices") if one["kind"] == "camera")
    path = f"/install?device={camera['site']}/{camera['id']}"
    with screen(browser, unwatched, path, INSTALLER, OFFICE, "zh-CN") as page:
        wait_for(lambda: page.evaluate("document.querySelector('.fitted [data-live=true]')?.width > 300"), within_s=60)
        page.get_by_test_id("draw").click()
        surface = page.get_by_test_id("surface").bounding_box()
        assert surface
        for x, y in ((0.45, 0.30), (0.90, 0.30), (0.90, 0.80), (0.45, 0.80)):
            page.mouse.click(surface["x"] + x * surface["width"], surface["y"] + y * surface["height"])
        page.get_by_test_id("first").click()
        page.get_by_test_id("zone-name").fill("路缘禁停区")
        page.get_by_test_id("chip").and_(page.locator("[data-field=dwell]")).click()
        page.get_by_test_id("editor").get_by_role("radio").first.check()
        page.get_by_test_id("editor").get_by_role("spinbutton").fill("10")
        page.get_by_test_id("save").click()
        wait_for(unwatched.parking_tickets, within_s=120)
        keep(page, tmp_path, "loop-install")
    (ticket,) = unwatched.parking_tickets()
    assert ticket["explanation"]["zone"]["name"] == "路缘禁停区"


@LANGUAGES
def test_a_resident_reports_and_follows(town: City, browser: Browser, tmp_path: Path, language: str) -> None:
    context = browser.new_context(viewport=PHONE, locale=language, geolocation=HERE, permissions=["geolocation"])
    page = context.new_page()
    page.goto(f"{town.url}/report?lang={language}")
    page.get_by_role("searchbox").fill("路灯" if language == "zh-CN" else "lamp")
    page.locator("[data-kind=street_lamp]").click()
    page.get_by_test_id("here").click()
    expect(page.get_by_test_id("place")).to_be_visible()
    page.get_by_role("textbox").fill(f"3栋门口路灯不亮 {language}")
    keep(page, tmp_path, f"loop-5-report-{language}")
    page.get_by_test_id("send").click()
    page.get_by_test_id("follow").click()
    stage = page.get_by_test_id("steps").locator("[aria-current]")
    expect(stage).to_have_attribute("data-stage", "received")
    found = [
        one for one in town.get("/api/tickets?kind=street_lamp")["items"] if language in one["text"] + one["title"]
    ]
    confirmed: httpx2.Response = town.http.post(f"/api/tickets/{found[0]['id']}/confirm", json={})
    assert confirmed.is_success
    page.reload()
    expect(stage).to_have_attribute("data-stage", "sent")
    keep(page, tmp_path, f"loop-6-follow-{language}")
    context.close()
