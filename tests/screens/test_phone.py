"""The phones: grid workers and departments at /worker, residents at /report."""

import gzip
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect
from psycopg.types.json import Jsonb

from dashboard.app import STATIC
from dispatch import desk, residents
from dispatch.people import Person
from dispatch.ticket import Order, Position
from dispatch.transitions import Action, Role
from tests.screens.conftest import PHONE, TOWN, Screens, Town, see, violations
from tests.waiting import wait_for

ROOT, CHIEF = Person("root", Role.ADMIN), Person("chief", Role.SUPERVISOR)
WANG = next(one for one in TOWN.staff if one.role == "worker")
CREW = next(one for one in TOWN.staff if one.role == "department")
MOST_BYTES = 200_000
LANGUAGES = ["zh-CN", "en"]


@pytest.fixture
def photo(tmp_path: Path, picture: bytes) -> Path:
    path = tmp_path / "photo.jpg"
    path.write_bytes(picture)
    return path


@pytest.fixture
def grid(town: Town) -> Position:
    """A place in Wang's grid."""
    query = "SELECT polygon FROM areas WHERE code = %s"
    ((polygon),) = town.connection.execute(query, [WANG.grid]).fetchone() or ([],)
    corners = polygon[:-1]
    return Position(sum(x for x, _ in corners) / len(corners), sum(y for _, y in corners) / len(corners))


@pytest.fixture
def open_town(town: Town) -> Town:
    """One that takes reports of strangers."""
    town.connection.execute("UPDATE sites SET reports = %s", [Jsonb({"open": True, "per_hour": 3})])
    return town


def order(town: Town, ticket: Any, action: Action, by: Person = ROOT, **more: Any) -> None:
    desk.act(town.connection, ticket, Order(action=action, at=datetime.now(UTC), by=by, **more), [])


def reported(
    town: Town, where: Position, kind: str = "rubbish", title: str = "金沙苑北门", assignee: str | None = None
) -> Any:
    """A ticket that was sent out."""
    ticket = desk.report(
        town.connection, desk.Report(kind, title, where, "三袋垃圾没人收"), "report", datetime.now(UTC)
    ).id
    order(town, ticket, Action.CONFIRM, assignee=assignee or WANG.name)
    return ticket


def state_of(town: Town, ticket: object) -> str:
    (state,) = town.connection.execute("SELECT state FROM tickets WHERE id = %s", [ticket]).fetchone() or ("",)
    return str(state)


def actions_of(town: Town, ticket: object) -> list[str]:
    rows = town.connection.execute("SELECT action FROM audit WHERE ticket = %s ORDER BY seq", [ticket])
    return [row[0] for row in rows]


def ready_offline(page: Page) -> None:
    """Its service worker keeps what the page needs."""
    page.evaluate("navigator.serviceWorker.ready")
    kept = "caches.keys().then((names) => names.some((name) => name.includes('precache')))"
    wait_for(lambda: page.evaluate(kept))


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_my_tickets_stand_by_their_due_time_with_one_step_and_are_accessible(
    screens: Screens, town: Town, grid: Position, language: str
) -> None:
    near = {"longitude": grid.longitude + 0.003, "latitude": grid.latitude, "accuracy": 12}
    urgent = see(town, kind="fire_lane_blocked", severity="critical")
    town.connection.execute(
        "UPDATE tickets SET longitude = %s, latitude = %s WHERE id = %s", [grid.longitude, grid.latitude, urgent.id]
    )
    order(town, urgent.id, Action.CONFIRM, assignee=WANG.name)
    for index in range(3):
        reported(town, grid, title=f"金沙苑{index + 1}栋楼下，靠近东侧消防通道出口的垃圾收集点旁边")
    free = reported(town, grid, kind="street_lamp")
    town.connection.execute("UPDATE tickets SET assignee = NULL WHERE id = %s", [free])
    with screens.page("/worker", WANG.name, PHONE, language, geolocation=near, permissions=["geolocation"]) as page:
        expect(page.get_by_test_id("task")).to_have_attribute("data-ticket-id", str(urgent.id))
        expect(page.get_by_test_id("task-row")).to_have_count(4)
        expect(page.get_by_test_id("distance")).to_have_text(re.compile("m$|米$"))
        link = page.get_by_test_id("navigate").get_attribute("href")
        assert link is not None
        assert link.startswith("geo:31.")
        wait_for(lambda: page.evaluate("document.querySelector('[data-testid=task-picture]')?.naturalWidth > 300"))
        small = (
            "[...document.querySelectorAll('a, button, input')].filter((e) => e.offsetHeight && e.offsetHeight < 48)"
        )
        assert page.evaluate(f"{small}.map((e) => e.outerHTML)") == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert violations(page) == []
        screens.keep(page, f"worker-{language}")
        page.get_by_test_id("task-row").last.click()
        expect(page.get_by_test_id("task")).not_to_have_attribute("data-ticket-id", str(urgent.id))
        assert violations(page) == []


def test_a_ticket_is_accepted_and_handled_with_a_photo(
    screens: Screens, town: Town, grid: Position, photo: Path
) -> None:
    ticket = reported(town, grid)
    with screens.page("/worker", WANG.name, PHONE) as page:
        page.get_by_test_id("step").click()
        wait_for(lambda: state_of(town, ticket) == "accepted")
        page.get_by_test_id("photos").set_input_files(photo)
        expect(page.get_by_test_id("step")).to_be_enabled()
        assert violations(page) == []
        screens.keep(page, "worker-handle")
        page.get_by_test_id("step").click()
        wait_for(lambda: state_of(town, ticket) == "handled")
        expect(page.get_by_test_id("empty")).to_be_visible()
        screens.keep(page, "worker-empty")
    kept = town.connection.execute("SELECT role FROM evidence WHERE ticket = %s", [ticket]).fetchall()
    assert kept == [("photo",)]


def test_a_worker_goes_on_with_what_was_paused(screens: Screens, town: Town, grid: Position) -> None:
    ticket = reported(town, grid)
    order(town, ticket, Action.ACCEPT, Person(WANG.name, Role.WORKER))
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    order(town, ticket, Action.PAUSE, reason="waiting for a part", until=tomorrow)
    with screens.page("/worker", WANG.name, PHONE) as page:
        page.get_by_test_id("resume").scroll_into_view_if_needed()
        screens.keep(page, "worker-paused")
        page.get_by_test_id("resume").click()
        wait_for(lambda: actions_of(town, ticket)[-1] == "resume")
        expect(page.get_by_test_id("resume")).to_have_count(0)


def test_a_session_that_ends_leaves_nothing_on_the_phone(screens: Screens, town: Town) -> None:
    ticket = see(town)
    order(town, ticket.id, Action.CONFIRM, assignee=WANG.name)
    kept = "caches.open('yihu-pictures').then((pictures) => pictures.keys()).then((pictures) => pictures.length)"
    with screens.page("/worker", WANG.name, PHONE) as page:
        ready_offline(page)
        page.reload()  # from now on its service worker sees what is loaded
        wait_for(lambda: page.evaluate(kept) == 1)
        town.connection.execute("DELETE FROM tokens")
        page.reload()
        expect(page).to_have_url(re.compile("/login"))
        gone = "caches.keys().then((names) => !names.includes('yihu-pictures'))"
        wait_for(lambda: page.evaluate(gone))


def test_what_is_done_without_a_network_is_kept_and_sent_once_in_order(
    screens: Screens, town: Town, grid: Position, photo: Path
) -> None:
    ticket = reported(town, grid)
    with screens.page("/worker", WANG.name, PHONE) as page:
        expect(page.get_by_test_id("task")).to_be_visible()
        ready_offline(page)
        page.context.set_offline(True)
        page.get_by_test_id("step").click()
        page.get_by_test_id("photos").set_input_files(photo)
        page.get_by_role("button", name="备注").click()
        page.get_by_role("textbox").fill("车位被占，等人挪车")
        page.get_by_role("button", name="发送").click()
        expect(page.get_by_test_id("outbox")).to_contain_text("2 条待发送")
        page.reload()  # and so would a phone that threw the page away
        expect(page.get_by_test_id("outbox")).to_contain_text("2 条待发送")
        expect(page.get_by_test_id("away")).to_contain_text("前的列表")
        page.get_by_test_id("step").click()  # with the photo that was taken before
        expect(page.get_by_test_id("outbox")).to_contain_text("3 条待发送")
        assert violations(page) == []
        screens.keep(page, "worker-offline")
        assert actions_of(town, ticket) == ["open", "confirm"]
        page.context.set_offline(False)
        wait_for(lambda: state_of(town, ticket) == "handled", within_s=60)
        expect(page.get_by_test_id("outbox")).to_have_count(0)
        assert actions_of(town, ticket) == ["open", "confirm", "accept", "comment", "handle"]


FULL = """
const put = IDBObjectStore.prototype.put;
IDBObjectStore.prototype.put = function (...given) {
  if (this.name === "entries" && sessionStorage.full) throw new DOMException("full", "QuotaExceededError");
  return put.apply(this, given);
};
"""


def test_a_full_phone_keeps_what_was_written_until_there_is_room(
    screens: Screens, town: Town, grid: Position, photo: Path
) -> None:
    ticket = reported(town, grid)
    order(town, ticket, Action.ACCEPT, Person(WANG.name, Role.WORKER))
    with screens.page("/worker", WANG.name, PHONE) as page:
        page.add_init_script(FULL)
        page.reload()
        page.evaluate("sessionStorage.full = 'yes'")
        page.get_by_role("button", name="备注").click()
        page.get_by_role("textbox").fill("等人挪车")
        page.get_by_role("button", name="发送").click()
        expect(page.get_by_role("alert")).to_contain_text("请腾出空间后再按一次")
        expect(page.get_by_role("textbox")).to_have_value("等人挪车")
        page.get_by_role("button", name="取消").click()
        page.get_by_test_id("photos").set_input_files(photo)
        page.get_by_role("textbox").fill("已清运")
        page.get_by_test_id("step").click()
        expect(page.get_by_test_id("step")).to_be_enabled()
        page.reload()
        expect(page.get_by_role("textbox")).to_have_value("已清运")
        expect(page.locator("li img")).to_have_count(1)
        assert state_of(town, ticket) == "accepted"
        page.evaluate("delete sessionStorage.full")
        page.get_by_test_id("step").click()
        wait_for(lambda: state_of(town, ticket) == "handled")
        order(town, ticket, Action.REOPEN, reason="still there")
        order(town, ticket, Action.ACCEPT, Person(WANG.name, Role.WORKER))
        page.reload()
        expect(page.get_by_test_id("photos")).to_have_count(1)
        expect(page.locator("li img")).to_have_count(0)  # what was sent is written no more


def test_an_answer_that_got_lost_is_neither_done_twice_nor_an_error(
    screens: Screens, town: Town, grid: Position
) -> None:
    ticket = reported(town, grid)
    with screens.page("/worker", WANG.name, PHONE) as page:
        lost = []

        def lose(route: Any) -> None:
            if not lost:
                lost.append(route.fetch().status)
                route.abort()
            else:
                route.continue_()

        page.route("**/comment", lose)
        page.get_by_role("button", name="备注").click()
        page.get_by_role("textbox").fill("已到场")
        page.get_by_role("button", name="发送").click()
        expect(page.get_by_test_id("outbox")).to_be_visible()
        page.evaluate("window.dispatchEvent(new Event('online'))")
        expect(page.get_by_test_id("outbox")).to_have_count(0)
        expect(page.get_by_test_id("refused")).to_have_count(0)
    assert lost == [200]
    assert actions_of(town, ticket) == ["open", "confirm", "comment"]


def test_what_stands_already_is_no_failure_and_what_is_refused_says_why(
    screens: Screens, town: Town, grid: Position
) -> None:
    mine, taken = reported(town, grid, title="金沙苑北门"), reported(town, grid, title="金沙苑南门")
    wang = Person(WANG.name, Role.WORKER, WANG.grid)
    other = next(one for one in TOWN.staff if one.role == "worker" and one.name != WANG.name)
    with screens.page("/worker", WANG.name, PHONE) as page:
        expect(page.get_by_test_id("task-row")).to_have_count(1)
        page.context.set_offline(True)
        page.get_by_test_id("step").click()
        page.get_by_test_id("task-row").click()
        page.get_by_test_id("step").click()
        expect(page.get_by_test_id("outbox")).to_contain_text("2 条待发送")
        order(town, mine, Action.ACCEPT, wang)  # on another phone of theirs
        order(town, taken, Action.ASSIGN, assignee=other.name)
        page.context.set_offline(False)
        expect(page.get_by_test_id("refused")).to_contain_text("工单现为")
        expect(page.get_by_test_id("refused")).to_contain_text(other.name)
        expect(page.get_by_test_id("outbox")).to_have_count(0)
        assert violations(page) == []
        screens.keep(page, "worker-refused")
        page.reload()
        expect(page.get_by_test_id("refused")).to_have_count(1)
        page.get_by_test_id("refused").get_by_role("button").click()
        expect(page.get_by_test_id("refused")).to_have_count(0)


def test_a_department_checks_in_and_reports_back(screens: Screens, town: Town, grid: Position) -> None:
    ticket = reported(town, grid)
    until = datetime.now(UTC) + timedelta(hours=4)
    order(town, ticket, Action.WHISTLE, CHIEF, departments=(CREW.name,), until=until, note="请派车清运")
    with screens.page("/worker", CREW.name, PHONE) as page:
        expect(page.get_by_test_id("task")).to_contain_text("请派车清运")
        assert violations(page) == []
        screens.keep(page, "worker-letter")
        page.get_by_test_id("step").click()
        expect(page.get_by_test_id("task")).to_have_attribute("data-step", "report_back")
        page.get_by_test_id("step").click()
        page.get_by_role("textbox").fill("已清运两车")
        page.get_by_role("button", name="反馈").click()
        expect(page.get_by_test_id("empty")).to_be_visible()
        wait_for(lambda: actions_of(town, ticket)[-2:] == ["check_in", "report_back"])


def test_a_worker_gives_back_with_a_reason_and_reports_what_they_see_without_a_network(
    screens: Screens, town: Town, grid: Position, photo: Path
) -> None:
    ticket = reported(town, grid)
    place = {"longitude": grid.longitude, "latitude": grid.latitude, "accuracy": 12}
    with screens.page("/worker", WANG.name, PHONE, geolocation=place, permissions=["geolocation"]) as page:
        page.get_by_role("button", name="退回").click()
        page.get_by_role("button", name="到场没有发现").click()
        page.get_by_role("button", name="退回").click()
        wait_for(lambda: state_of(town, ticket) == "candidate")
        ready_offline(page)
        page.context.set_offline(True)
        page.get_by_role("link", name="上报所见").click()
        page.locator("[data-kind=street_lamp]").click()
        page.get_by_test_id("here").click()
        expect(page.get_by_test_id("place")).to_be_visible()
        page.get_by_role("textbox").fill("路灯不亮，一整排\n从3栋到5栋")
        page.get_by_test_id("photos").set_input_files(photo)
        page.get_by_test_id("send").click()
        expect(page.get_by_test_id("kept")).to_be_visible()
        screens.keep(page, "report-kept")
        page.get_by_role("link", name="回到我的工单").click()
        expect(page.get_by_test_id("outbox")).to_contain_text("1 条待发送")
        page.context.set_offline(False)
        expect(page.get_by_test_id("outbox")).to_have_count(0)
    photos = "(SELECT count(*) FROM evidence WHERE ticket = tickets.id)"
    query = f"SELECT kind, title, text, {photos} FROM tickets WHERE id <> %s"  # noqa: S608 - words of this test
    assert town.connection.execute(query, [ticket]).fetchall() == [
        ("street_lamp", "路灯不亮，一整排", "路灯不亮，一整排\n从3栋到5栋", 1)
    ]


def test_a_phone_without_a_list_or_a_session_says_so(screens: Screens) -> None:
    with screens.page("/worker", WANG.name, PHONE) as page:
        page.route("**/api/mine", lambda route: route.fulfill(status=500))
        page.reload()
        expect(page.get_by_test_id("away")).to_contain_text("服务器没有回应")
        screens.keep(page, "worker-unread")
    with screens.page("/worker", size=PHONE) as page:
        page.wait_for_url("**/login?next=**")
        assert violations(page) == []
    with screens.page("/worker", "刘洋", PHONE) as page:
        expect(page.get_by_test_id("not-allowed")).to_contain_text("网格员")
        assert violations(page) == []
        screens.keep(page, "worker-not-allowed")


def test_what_a_phone_installs_is_served_as_what_it_is(screens: Screens, town: Town) -> None:
    types = {
        "sw.js": "text/javascript",
        "manifest.webmanifest": "application/manifest+json",
        "icon-192.png": "image/png",
    }
    with screens.page("/report", None, PHONE) as page:
        for name, media_type in types.items():
            answer = page.request.get(f"{town.url}/{name}")
            assert answer.headers["content-type"].partition(";")[0] == media_type
            assert answer.headers["cache-control"] == "no-cache"


def test_a_worker_s_phone_loads_little(screens: Screens, town: Town, grid: Position) -> None:
    reported(town, grid)
    with screens.page("/login", WANG.name, PHONE) as page:
        asked: list[str] = []
        page.on("request", lambda request: asked.append(urlsplit(request.url).path))
        page.goto(f"{town.url}/worker")
        expect(page.get_by_test_id("task")).to_be_visible()
        page.wait_for_load_state("networkidle")
    files = {STATIC / path.removeprefix("/") for path in asked if not path.startswith("/api/")}
    sizes = {path.name: len(gzip.compress(path.read_bytes())) for path in files if path.is_file()}
    assert len(sizes) > 5
    assert sum(sizes.values()) + len(gzip.compress((STATIC / "index.html").read_bytes())) <= MOST_BYTES, sizes
    kept = re.findall(r'url":"(/assets/[^"]+)"', (STATIC / "sw.js").read_text(encoding="utf-8"))
    assert sum(len(gzip.compress((STATIC / path[1:]).read_bytes())) for path in kept) <= MOST_BYTES
    assert {f"/assets/{name}" for name in sizes if name.endswith((".js", ".css")) and name != "sw.js"} <= set(kept)


def choose_lamp(page: Page) -> None:
    page.get_by_role("searchbox").fill("路灯")
    page.locator("[data-kind=street_lamp]").click()


def test_a_resident_reports_follows_and_says_that_it_is_not_solved(
    screens: Screens, open_town: Town, grid: Position, photo: Path, language: str
) -> None:
    place = {"longitude": grid.longitude, "latitude": grid.latitude, "accuracy": 12}
    with screens.page("/report", None, PHONE, language, geolocation=place, permissions=["geolocation"]) as page:
        expect(page.locator("[data-kind=street_lamp]")).to_be_visible()
        assert violations(page) == []
        screens.keep(page, f"report-{language}")
        choose_lamp(page)
        page.get_by_test_id("here").click()
        expect(page.get_by_test_id("place")).to_be_visible()
        page.get_by_role("textbox").fill("3栋门口路灯不亮")
        page.get_by_test_id("photos").set_input_files(photo)
        expect(page.locator("img")).to_have_count(1)
        assert violations(page) == []
        screens.keep(page, f"report-form-{language}")
        page.get_by_test_id("send").click()
        expect(page.get_by_test_id("done")).to_be_visible()
        assert violations(page) == []
        screens.keep(page, f"report-done-{language}")
        page.get_by_test_id("follow").click()
        expect(page.get_by_test_id("steps").locator("[aria-current]")).to_have_attribute("data-stage", "received")
        (ticket,) = open_town.connection.execute("SELECT id FROM tickets").fetchone() or (None,)
        wang = Person(WANG.name, Role.WORKER, WANG.grid)
        order(open_town, ticket, Action.CONFIRM, assignee=WANG.name)
        order(open_town, ticket, Action.ACCEPT, wang)
        page.reload()
        expect(page.get_by_test_id("steps").locator("[aria-current]")).to_have_attribute("data-stage", "accepted")
        screens.keep(page, f"follow-{language}")
        order(open_town, ticket, Action.HANDLE, wang)
        order(open_town, ticket, Action.CLOSE)
        page.reload()
        page.get_by_test_id("answer").get_by_role("button").nth(1).click()
        page.get_by_role("textbox").fill("还是不亮")
        assert violations(page) == []
        screens.keep(page, f"follow-answer-{language}")
        page.get_by_test_id("answer").get_by_role("button").last.click()
        wait_for(lambda: state_of(open_town, ticket) == "dispatched")
        expect(page.get_by_test_id("steps").locator("[aria-current]")).to_have_attribute("data-stage", "sent")
        page.goto(f"{open_town.url}/report")
        page.locator("summary").click()
        expect(page.get_by_role("navigation")).to_contain_text("3栋门口路灯不亮")


def test_a_report_again_after_a_lost_answer_is_one_and_duplicates_are_offered(
    screens: Screens, open_town: Town, grid: Position
) -> None:
    place = {"longitude": grid.longitude, "latitude": grid.latitude, "accuracy": 12}
    with screens.page("/report", None, PHONE, geolocation=place, permissions=["geolocation"]) as page:
        statuses: list[int] = []

        def lose(route: Any) -> None:
            statuses.append(route.fetch().status)
            route.abort()

        page.route("**/api/tickets", lose, times=1)
        choose_lamp(page)
        page.get_by_test_id("here").click()
        page.get_by_test_id("send").click()
        expect(page.get_by_test_id("trouble")).to_contain_text("不会重复上报")
        page.get_by_test_id("send").click()
        expect(page.get_by_test_id("done")).to_be_visible()
        assert statuses == [201]
        assert open_town.connection.execute("SELECT count(*) FROM tickets").fetchone() == (1,)
        page.get_by_role("button", name="再报一件").click()
        choose_lamp(page)
        page.get_by_test_id("here").click()
        expect(page.get_by_test_id("nearby")).to_be_visible()
        assert violations(page) == []
        screens.keep(page, "report-nearby")
        page.get_by_role("button", name="就是这件").click()
        expect(page.get_by_test_id("known")).to_be_visible()


def test_a_report_outlives_its_page_until_it_is_sent(
    screens: Screens, open_town: Town, grid: Position, photo: Path, language: str
) -> None:
    place = {"longitude": grid.longitude, "latitude": grid.latitude, "accuracy": 12}
    with screens.page("/report", None, PHONE, language, geolocation=place, permissions=["geolocation"]) as page:
        choose_lamp(page)
        page.get_by_test_id("here").click()
        expect(page.get_by_test_id("place")).to_be_visible()
        page.get_by_role("textbox").fill("3栋门口路灯不亮")
        page.get_by_test_id("photos").set_input_files(photo)
        expect(page.locator("li img")).to_have_count(1)
        page.reload()
        expect(page.get_by_role("textbox")).to_have_value("3栋门口路灯不亮")
        expect(page.locator("li img")).to_have_count(1)
        expect(page.get_by_test_id("place")).to_be_visible()
        assert violations(page) == []
        screens.keep(page, f"report-recalled-{language}")
        page.route("**/api/tickets", lambda route: (route.fetch(), route.abort()), times=1)
        page.get_by_test_id("send").click()
        expect(page.get_by_test_id("trouble")).to_be_visible()
        page.reload()
        page.get_by_test_id("send").click()
        expect(page.get_by_test_id("done")).to_be_visible()
        assert open_town.connection.execute("SELECT count(*) FROM tickets").fetchone() == (1,)
        page.reload()
        expect(page.get_by_role("searchbox")).to_be_visible()
        expect(page.get_by_role("textbox", name="补充说明")).to_have_count(0)


@pytest.mark.usefixtures("open_town")
def test_a_report_that_was_left_is_not_shown_to_whoever_comes_later(screens: Screens) -> None:
    with screens.page("/report", None, PHONE) as page:
        choose_lamp(page)
        page.get_by_role("textbox").fill("3栋门口路灯不亮")
        page.clock.set_fixed_time(datetime.now(UTC) + timedelta(minutes=25))
        page.reload()
        expect(page.get_by_role("textbox")).to_have_value("3栋门口路灯不亮")
        page.clock.set_fixed_time(datetime.now(UTC) + timedelta(minutes=60))
        page.reload()
        expect(page.get_by_role("searchbox")).to_be_visible()
        expect(page.get_by_role("textbox", name="补充说明")).to_have_count(0)


def test_a_place_is_picked_on_a_map_that_loads_only_then(screens: Screens, open_town: Town) -> None:
    with screens.page("/report", None, PHONE) as page:
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        choose_lamp(page)
        assert not any("PlaceMap" in url for url in asked)
        page.get_by_test_id("on-map").click()
        wait_for(
            lambda: page.evaluate("document.querySelector('[data-testid=place-map]')?.dataset.ready === 'true'"),
            within_s=60,
        )
        assert violations(page) == []
        screens.keep(page, "report-map")
        page.get_by_test_id("take-place").click()
        expect(page.get_by_test_id("place")).to_be_visible()
        page.get_by_test_id("send").click()
        expect(page.get_by_test_id("done")).to_be_visible()
    (areas,) = open_town.connection.execute("SELECT areas FROM tickets").fetchone() or ([],)
    assert areas  # it lies within the town


@pytest.mark.usefixtures("open_town")
def test_a_map_that_is_gone_since_an_upgrade_does_not_cost_the_report(screens: Screens) -> None:
    with screens.page("/report", None, PHONE) as page:
        choose_lamp(page)
        page.get_by_role("textbox").fill("3栋门口路灯不亮")
        page.route("**/PlaceMap-*", lambda route: route.fulfill(status=404))
        page.get_by_test_id("on-map").click()
        expect(page.get_by_test_id("away")).to_contain_text("没有打开")
        page.unroute_all()
        page.get_by_role("link", name="再试一次").click()
        expect(page.get_by_role("textbox")).to_have_value("3栋门口路灯不亮")
        page.get_by_test_id("on-map").click()
        expect(page.get_by_test_id("place-map")).to_be_visible()


def test_who_may_not_report_or_reports_too_much_is_told_what_to_do(
    screens: Screens, open_town: Town, grid: Position
) -> None:
    place = {"longitude": grid.longitude, "latitude": grid.latitude, "accuracy": 12}
    for _ in range(3):
        matter = desk.Report("rubbish", "垃圾", grid)
        residents.receive(open_town.connection, matter, None, "127.0.0.1", datetime.now(UTC))
    with screens.page("/report", None, PHONE, geolocation=place, permissions=["geolocation"]) as page:
        choose_lamp(page)
        page.get_by_test_id("here").click()
        page.get_by_test_id("send").click()
        expect(page.get_by_test_id("trouble")).to_contain_text(re.compile("约 60 分钟后再试"))
        screens.keep(page, "report-too-much")
        open_town.connection.execute("UPDATE sites SET reports = '{}'")
        page.get_by_test_id("send").click()
        expect(page.get_by_test_id("trouble")).to_contain_text("12345")
        expect(page.get_by_test_id("trouble").get_by_role("link")).to_have_attribute("href", re.compile("/login"))
        page.reload()
        expect(page.get_by_test_id("closed")).to_be_visible()
        assert violations(page) == []
        screens.keep(page, "report-closed")


def test_a_link_that_leads_nowhere_says_so(screens: Screens) -> None:
    with screens.page("/report/nothing", None, PHONE) as page:
        expect(page.get_by_test_id("failure")).to_contain_text("没有这条上报")
        assert violations(page) == []
        screens.keep(page, "follow-missing")
