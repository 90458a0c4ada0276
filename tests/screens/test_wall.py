from datetime import UTC, datetime, timedelta
from statistics import fmean
from urllib.parse import unquote

import pytest
from playwright.sync_api import Page, expect

from deploy.embedded import free_port
from dispatch import accounts, desk
from dispatch.people import Person
from dispatch.ticket import Order
from dispatch.transitions import Action, Role
from tests.dashboard.conftest import INSIDE, report, serving
from tests.screens.conftest import Screens, Town, see, violations
from tests.waiting import wait_for

WALL, WIDE = {"width": 1920, "height": 1080}, {"width": 2560, "height": 1080}
GUEST = "刘洋"
RED = "rgb(255, 90, 82)"  # --critical
REOPENING = (Action.CONFIRM, Action.ACCEPT, Action.HANDLE, Action.REOPEN)


def rise(town: Town) -> None:
    """The water at the tunnel rises for an hour, and all sensors have been heard just now."""
    for minute in range(60):
        at = datetime.now(UTC) - timedelta(minutes=minute)
        level = 0.05 + (60 - minute) / 60 * 0.2
        town.connection.execute(
            "INSERT INTO readings (at, site, device, metric, value, unit, received_at)"
            " SELECT %s, site, id, 'water_level', %s, 'm', %s FROM devices WHERE id LIKE 'water-level-%%'",
            [at, level, at],
        )


def is_drawn(page: Page) -> None:
    wait_for(lambda: page.evaluate("document.querySelector('[data-testid=map]')?.dataset.ready === 'true'"), 30)


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_wall_shows_everything_and_is_accessible(screens: Screens, town: Town, language: str) -> None:
    see(town, kind="fire", zone="yard", severity="critical")
    see(town, "cam-square-1", kind="crowd", zone="square")
    rise(town)
    with screens.page("/wall", GUEST, WALL, language) as page:
        is_drawn(page)
        expect(page.get_by_test_id("focus")).to_be_visible()
        expect(page.get_by_test_id("trend")).to_have_count(6)
        expect(page.get_by_test_id("focus-line")).to_be_attached()
        assert violations(page) == []
        screens.keep(page, f"wall-{language}")


def test_an_ultra_wide_wall_has_a_second_column_and_more_cameras(screens: Screens, town: Town) -> None:
    for number in range(9):
        see(town, "cam-square-1", kind="crowd", zone=f"square {number}", position=None)
    with screens.page("/wall", GUEST, WIDE) as page:
        is_drawn(page)
        lefts = page.get_by_test_id("ticket").evaluate_all("all => [...new Set(all.map(one => one.offsetLeft))].length")
        assert lefts == 2
        screens.keep(page, "wall-wide")


def middle(page: Page) -> tuple[float, float] | None:
    """Of the marks of new tickets."""
    boxes = (
        page.get_by_test_id("map").locator(".mark").evaluate_all("all => all.map(one => one.getBoundingClientRect())")
    )
    corners = [(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2) for box in boxes]
    return (fmean(x for x, _ in corners), fmean(y for _, y in corners)) if corners else None


def pick(page: Page, there: str) -> None:
    """Clicks in the middle of the new tickets until that leads there: it does as soon as the signs are drawn."""

    def leads_there() -> bool:
        place = middle(page)
        if place:
            page.mouse.click(*place)
        return there in unquote(page.url)

    wait_for(leads_there, within_s=20)


def test_what_is_picked_on_the_map_is_opened_the_gravest_where_several_lie_on_each_other(
    screens: Screens, town: Town
) -> None:
    see(town)
    gravest = see(town, kind="fire", zone="yard", severity="critical")
    see(town, zone="another")
    with screens.page("/wall", GUEST, WALL) as page:
        is_drawn(page)
        pick(page, f"/tickets/{gravest.id}")


def test_a_device_that_is_picked_on_the_map_leads_to_its_tickets(screens: Screens, town: Town) -> None:
    one, other = see(town), see(town, "cam-square-1", kind="crowd", zone="square")
    assert one.position is not None
    assert other.position is not None
    between = [fmean(sides) for sides in zip(one.position, other.position, strict=True)]
    town.connection.execute("UPDATE devices SET longitude = %s, latitude = %s WHERE id = 'cam-junction-1'", between)
    with screens.page("/wall", GUEST, WALL) as page:
        is_drawn(page)
        pick(page, "device=cam-junction-1")


def test_a_live_picture_is_drawn_as_soon_as_it_has_come(screens: Screens) -> None:
    with screens.page("/wall", GUEST, WALL) as page:
        page.wait_for_selector("[data-testid=live-picture][data-live=true]")
        widths = page.locator("[data-live=true]").evaluate_all("all => all.map(one => one.width)")
        assert min(widths) > 100


def signs(page: Page) -> float:
    """How much of the map is covered by signs, which come after the map itself."""
    covered = """() => {
        const [, canvas] = document.querySelectorAll('[data-testid=map] canvas');
        if (!canvas) return 0;
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        return data.filter((value, index) => index % 4 === 3 && value > 0).length / (data.length / 4);
    }"""
    is_drawn(page)
    return float(page.evaluate(covered))


def test_a_wall_that_is_put_onto_a_larger_screen_draws_its_signs_larger(screens: Screens) -> None:
    with screens.page("/wall", GUEST, {"width": 960, "height": 540}) as page:
        wait_for(lambda: signs(page), 30)
        small = signs(page)
        page.set_viewport_size(WALL)
        wait_for(lambda: page.evaluate("document.querySelector('[data-testid=map] canvas').width") > 800)
        wait_for(lambda: signs(page) > 0.8 * small, 30)


def test_each_area_has_its_wall_and_a_way_back(screens: Screens, town: Town) -> None:
    ticket = see(town)
    elsewhere = see(town, "cam-square-1", kind="crowd", zone="square")
    with screens.page(f"/wall?area={ticket.area.code if ticket.area else ''}", GUEST, WALL) as page:
        expect(page.get_by_test_id("ticket")).to_have_count(1)
        page.get_by_role("link", name="全部").click()
        expect(page.get_by_test_id("ticket")).to_have_count(2)
        assert elsewhere.id != ticket.id


PASSWORD = "a long enough one"  # noqa: S105 - of the demo's staff
DIALOG = "请说明您是谁，只用这一次"


@pytest.fixture
def hall(town: Town) -> str:
    """The account of a wall in a hall, which may not acknowledge."""
    accounts.add_person(town.connection, Person("大屏", Role.INSTALLER), PASSWORD, "root", datetime.now(UTC))
    return "大屏"


def acknowledged_by(town: Town, kind: str) -> str | None:
    (name,) = town.connection.execute("SELECT acknowledged_by FROM tickets WHERE kind = %s", [kind]).fetchone() or ("",)
    return None if name is None else str(name)


def alarm(town: Town, page: Page, kind: str, device: str = "cam-kerb-1") -> None:
    see(town, device, kind=kind, zone=kind, severity="critical")
    expect(page.locator(f"[data-testid=ticket][data-kind={kind}]")).to_be_visible(timeout=15_000)


def say_who(page: Page, name: str, password: str = PASSWORD) -> None:
    page.get_by_label("姓名").fill(name)
    page.get_by_label("密码").fill(password)
    page.get_by_label("密码").press("Enter")


def test_who_acknowledges_an_alarm_means_the_one_they_pressed_whatever_comes_meanwhile(
    screens: Screens, town: Town, hall: str
) -> None:
    with screens.page("/wall", hall, WALL) as page:
        focus, dialog = page.get_by_test_id("focus"), page.get_by_role("dialog", name=DIALOG)
        alarm(town, page, "fire")
        page.get_by_test_id("acknowledge").click()
        page.get_by_label("姓名").fill(GUEST)
        alarm(town, page, "smoke", "cam-square-1")
        expect(focus).to_contain_text("明火")
        say_who(page, GUEST)
        expect(dialog).not_to_be_visible()
        expect(focus).to_contain_text("烟雾")
        assert (acknowledged_by(town, "fire"), acknowledged_by(town, "smoke")) == (GUEST, None)
        page.get_by_test_id("acknowledge").click()
        expect(page.get_by_label("姓名")).to_have_value("")


def test_a_press_that_began_on_one_alarm_acknowledges_no_other(screens: Screens, town: Town) -> None:
    with screens.page("/wall", GUEST, WALL) as page:
        alarm(town, page, "fire")
        button = page.get_by_test_id("acknowledge")
        expect(button).to_be_enabled()
        button.hover()
        page.mouse.down()
        alarm(town, page, "smoke", "cam-square-1")
        expect(page.get_by_test_id("focus")).to_contain_text("烟雾")
        page.mouse.up()
        expect(button).to_be_enabled()
        assert (acknowledged_by(town, "fire"), acknowledged_by(town, "smoke")) == (None, None)


def test_who_acknowledges_on_a_wall_is_nobody_there_afterwards_and_the_wall_stays(
    screens: Screens, town: Town, hall: str
) -> None:
    with screens.page("/wall", hall, WALL) as page:
        alarm(town, page, "fire")
        page.get_by_test_id("acknowledge").click()
        say_who(page, GUEST)
        expect(page.get_by_test_id("focus")).to_contain_text(f"{GUEST} 已知晓")
        assert page.request.get(f"{town.url}/api/me").json()["name"] == hall


def test_who_may_not_acknowledge_is_told_why_and_the_alarm_goes_on(screens: Screens, town: Town, hall: str) -> None:
    with screens.page("/wall", hall, WALL) as page:
        alarm(town, page, "fire")
        page.get_by_test_id("acknowledge").click()
        dialog = page.get_by_role("dialog", name=DIALOG)
        say_who(page, GUEST, "not the right one")
        expect(dialog.get_by_role("alert")).to_contain_text("姓名或密码不对")
        say_who(page, hall)
        expect(dialog.get_by_role("alert")).to_contain_text("这个账号无权确认警情")
        assert violations(page) == []
        dialog.get_by_role("button", name="取消").click()
        expect(page.get_by_test_id("acknowledge")).to_be_enabled()
        assert acknowledged_by(town, "fire") is None


def test_what_was_reopened_is_shown_with_the_time_to_handle_it(screens: Screens, town: Town) -> None:
    ticket = report(town.connection, position=INSIDE, at=datetime.now(UTC) - timedelta(minutes=4))
    for action in REOPENING:
        by = Person("root", Role.ADMIN)
        order = Order(action=action, at=datetime.now(UTC), by=by, assignee="王建军", reason="又坏了", note="修好了")
        desk.act(town.connection, ticket, order, [])
    with screens.page("/wall", GUEST, WALL) as page:
        expect(page.get_by_test_id("ticket")).to_contain_text("处理剩")
        expect(page.get_by_test_id("overdue")).to_have_text("0")


def test_a_server_that_is_gone_is_told_in_red_and_what_was_known_stays(screens: Screens, town: Town) -> None:
    see(town)
    with screens.page("/wall", GUEST, WALL) as page:
        expect(page.get_by_test_id("ticket")).to_have_count(1)
        page.context.set_offline(True)
        expect(page.get_by_test_id("link-state")).to_have_attribute("data-state", "down", timeout=20_000)
        expect(page.get_by_test_id("ticket")).to_have_count(1)
        screens.keep(page, "wall-down")
        page.context.set_offline(False)
        expect(page.get_by_test_id("link-state")).to_have_attribute("data-state", "live", timeout=20_000)


def test_a_server_that_is_started_again_tells_what_happened_meanwhile(
    screens: Screens, town: Town, database: str
) -> None:
    port, state = free_port(), "data-state"
    see(town)
    with screens.page("/wall", GUEST, WALL) as page:
        link = page.get_by_test_id("link-state")
        with serving(database, port=port) as url:
            page.goto(f"{url}/wall?lang=zh-CN")
            expect(link).to_have_attribute(state, "live")
            expect(page.get_by_test_id("ticket")).to_have_count(1)
        expect(link).to_have_attribute(state, "down", timeout=20_000)
        expect(page.get_by_test_id("ticket")).to_have_count(1)
        see(town, "cam-square-1", kind="crowd", zone="square")
        with serving(database, port=port):
            expect(link).to_have_attribute(state, "live", timeout=20_000)
            expect(page.get_by_test_id("ticket")).to_have_count(2)


def test_data_that_grow_old_are_told_in_red_and_dimmed(screens: Screens, town: Town) -> None:
    see(town)
    town.connection.execute("UPDATE devices SET seen_at = now() - interval '5 minutes'")
    town.connection.execute("UPDATE pictures SET received_at = now() - interval '5 minutes'")
    with screens.page("/wall", GUEST, WALL) as page:
        link = page.get_by_test_id("link-state")
        expect(link).to_have_attribute("data-state", "stale")
        expect(link).to_have_css("background-color", RED)
        expect(page.locator(".feed")).to_have_css("opacity", "0.45")
        screens.keep(page, "wall-stale")


def test_a_server_s_fault_is_told_by_its_number(screens: Screens) -> None:
    with screens.page("/wall", GUEST, WALL) as page:
        expect(page.get_by_test_id("link-state")).to_have_attribute("data-state", "live")
        page.route("**/api/wall*", lambda route: route.fulfill(status=500, body="{}"))
        expect(page.get_by_test_id("link-state")).to_contain_text("500", timeout=20_000)


def test_a_site_with_one_camera_shows_it(screens: Screens, town: Town) -> None:
    town.connection.execute("UPDATE devices SET retired = true WHERE id <> 'cam-kerb-1'")
    town.connection.execute("DELETE FROM areas")
    with screens.page("/wall", GUEST, WALL) as page:
        expect(page.get_by_test_id("camera")).to_have_count(1)
        expect(page.get_by_test_id("map")).to_be_visible()
        screens.keep(page, "wall-one")


def test_an_empty_site_says_what_is_missing(screens: Screens, town: Town) -> None:
    for table in ("pictures", "devices", "areas"):
        town.connection.execute(f"DELETE FROM {table}")  # noqa: S608 - of our own words
    with screens.page("/wall", GUEST, WALL) as page:
        expect(page.get_by_text("还没有接入摄像头")).to_be_visible()
        expect(page.get_by_text("没有未结工单")).to_be_visible()
        screens.keep(page, "wall-empty")
