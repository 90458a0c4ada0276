"""The wall when much goes wrong at once: parts away, more than it can list, long names, another clock."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, Route, expect

from tests.dashboard.conftest import report
from tests.screens.conftest import Screens, Town, see, violations
from tests.screens.test_wall import GUEST, WALL, is_drawn, rise
from tests.waiting import wait_for

ULTRA_WIDE, LARGE = {"width": 3440, "height": 1440}, {"width": 3840, "height": 2160}
SOON = 10_000
CUT = """() => [...document.querySelectorAll(
    '[data-testid=camera] .name, [data-testid=trend] .name, .blind, [data-testid=focus] .foot p, [data-testid=late] a,'
    + '[data-testid=ticket] .kind'
)].filter(one => {
    const text = document.createRange();
    text.selectNodeContents(one);
    const [inner, outer] = [text, one.closest('.panel')].map(each => each.getBoundingClientRect());
    const overhang = 0.2 * parseFloat(getComputedStyle(one).fontSize);  // of a line's glyphs over the line
    const frame = one.matches('.blind') ? one.getBoundingClientRect() : outer;
    const isHigher = inner.top < frame.top - overhang || inner.bottom > frame.bottom + overhang;
    return isHigher || one.scrollWidth > one.clientWidth + 1;
}).map(one => one.textContent)"""


def fail(route: Route) -> None:
    route.fulfill(status=500, body="{}")


def fall_overdue(town: Town, **ago: timedelta) -> None:
    """Somebody should have accepted what is open of these kinds so long ago."""
    for kind, long in ago.items():
        town.connection.execute("UPDATE tickets SET due_accept = now() - %s WHERE kind = %s", [long, kind])


def test_what_of_the_wall_cannot_be_read_is_named(screens: Screens, town: Town) -> None:
    see(town)
    with screens.page("/wall", GUEST, WALL) as page:
        for part in ("points", "areas", "trends"):
            page.route(f"**/api/{part}*", fail)
        page.reload()
        link = page.get_by_test_id("link-state")
        expect(link).to_have_attribute("data-state", "partial", timeout=SOON)
        for words in ("地图工单", "网格", "曲线"):
            expect(link).to_contain_text(words)
        assert violations(page) == []
        screens.keep(page, "wall-partial")
        page.unroute_all()
        expect(link).to_have_attribute("data-state", "live", timeout=SOON)


def test_without_messages_all_figures_keep_up(screens: Screens, town: Town) -> None:
    see(town)
    with screens.page("/wall", GUEST, WALL) as page:
        page.route("**/api/stream", lambda route: route.abort())
        page.reload()
        expect(page.get_by_test_id("link-state")).to_contain_text("实时消息", timeout=SOON)
        see(town, "cam-square-1", kind="crowd", zone="square")
        see(town, "cam-yard-1", kind="smoke", zone="yard")
        expect(page.get_by_test_id("open")).to_have_text("3", timeout=6_000)
        expect(page.get_by_test_id("ticket")).to_have_count(3)


def test_one_that_nobody_acknowledged_is_seen_behind_a_hundred_newer_ones(screens: Screens, town: Town) -> None:
    ticket = see(town, kind="fire", zone="yard", severity="critical")
    fall_overdue(town, fire=timedelta(hours=3))
    for _ in range(101):
        report(town.connection, "manhole_open")
    acknowledged = "UPDATE tickets SET acknowledged_by = '周敏', acknowledged_at = now() WHERE id <> %s"
    town.connection.execute(acknowledged, [ticket.id])
    with screens.page("/wall", GUEST, WALL) as page:
        expect(page.get_by_test_id("acknowledge")).to_be_visible()
        expect(page.get_by_test_id("ticket").first).to_have_attribute("data-ticket-id", str(ticket.id))
        expect(page.get_by_test_id("overdue")).to_have_attribute("data-severity", "critical")


def test_what_is_overdue_is_listed_and_leads_to_its_ticket(screens: Screens, town: Town) -> None:
    ticket = see(town, kind="smoke", zone="yard", severity="critical")
    see(town, "cam-square-1", kind="crowd", zone="square", severity="minor")
    for number in range(13):
        see(town, zone=f"kerb {number}")
    fall_overdue(town, smoke=timedelta(minutes=20, seconds=30), crowd=timedelta(hours=3, seconds=30))
    with screens.page("/wall", GUEST, WALL) as page:
        late = page.get_by_test_id("late")
        expect(late).to_have_count(2)
        expect(late.first).to_contain_text("冒烟")
        expect(late.first).to_contain_text("+20 分钟")
        expect(late.last).to_contain_text("+3:00")
        late.first.get_by_role("link").click()
        page.wait_for_url(f"**/tickets/{ticket.id}*")


def focused_ticket(page: Page) -> str | None:
    page.keyboard.press("Tab")
    element = "document.activeElement.closest('[data-testid=ticket]')"
    return page.evaluate(f"{element} && getComputedStyle(document.activeElement).outlineStyle")


def test_tickets_are_opened_with_the_keyboard(screens: Screens, town: Town) -> None:
    ticket = see(town)
    with screens.page("/wall", GUEST, WALL) as page:
        expect(page.get_by_test_id("ticket")).to_have_count(1)
        assert wait_for(lambda: focused_ticket(page)) == "solid"
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/tickets/{ticket.id}*")


@pytest.mark.parametrize("size", [WALL, ULTRA_WIDE, LARGE], ids=["hd", "ultra-wide", "4k"])
@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_nothing_is_cut_off(screens: Screens, town: Town, language: str, size: dict[str, int]) -> None:
    for kind in ("fire_lane_blocked", "ebike_misparked"):
        see(town, kind=kind, zone=kind, severity="critical")
    for number in range(7):
        see(town, "cam-square-1", kind="crowd", zone=f"square {number}")
    fall_overdue(town, crowd=timedelta(hours=3))
    rise(town)
    town.connection.execute(
        "UPDATE devices SET state = 'stalled', state_at = now() - interval '2 days' WHERE id NOT LIKE 'cam-square%'"
    )
    with screens.page("/wall", GUEST, size, language) as page:
        is_drawn(page)
        expect(page.get_by_test_id("focus")).to_be_visible()
        expect(page.get_by_test_id("trend")).to_have_count(6)
        expect(page.get_by_test_id("late").first).to_be_visible()
        screens.keep(page, f"wall-worst-{language}-{size['width']}")
        assert page.evaluate(CUT) == []


SITE, ELSEWHERE = ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York")


def goes_by(page: Page, zone: ZoneInfo) -> None:
    """Wait until the wall's clock shows what it is there now."""
    clock = page.locator(".clock")
    expect(clock).to_be_visible()
    wait_for(lambda: all(part in clock.inner_text() for part in spoken(datetime.now(zone))), 2 * SOON / 1000)


def spoken(there: datetime) -> tuple[str, str]:
    return f"{there:%H:%M:}", f"{there.month}月{there.day}日"


def test_clocks_are_the_site_s_wherever_the_browser_is(screens: Screens, town: Town) -> None:
    ticket = see(town, seconds_ago=20)
    with screens.page("/wall", GUEST, WALL, timezone_id=ELSEWHERE.key) as page:
        goes_by(page, SITE)
        expect(page.get_by_test_id("ticket")).to_contain_text(f"· {ticket.opened_at.astimezone(SITE):%H:%M}")


def test_a_wall_that_came_up_before_its_server_learns_the_clocks_of_its_site(screens: Screens) -> None:
    with screens.page("/wall", GUEST, WALL, timezone_id=ELSEWHERE.key) as page:
        goes_by(page, SITE)
        page.evaluate("localStorage.clear()")
        page.route("**/api/me", lambda route: route.abort())
        page.reload()
        goes_by(page, ELSEWHERE)
        page.unroute_all()
        goes_by(page, SITE)


@pytest.mark.parametrize("area", ["nope", "99"])
def test_a_wall_of_no_area_says_so_and_leads_to_the_whole(screens: Screens, town: Town, area: str) -> None:
    see(town)
    with screens.page(f"/wall?area={area}", GUEST, WALL) as page:
        expect(page.get_by_text(f"没有编码为 {area} 的区域")).to_be_visible()
        page.get_by_role("link", name="全部").click()
        expect(page.get_by_test_id("ticket")).to_have_count(1)


def test_an_emergency_is_named_with_where_it_holds(screens: Screens, town: Town) -> None:
    grids = town.connection.execute("SELECT code, name FROM areas WHERE level = 'grid' LIMIT 1")
    code, name = grids.fetchone() or ("", "")
    until = datetime.now(UTC) + timedelta(hours=1)
    town.connection.execute(
        "INSERT INTO modes (id, kind, pace, area, reason, by, began_at, until)"
        " VALUES (gen_random_uuid(), 'flood', 2, %s, '暴雨红色预警', '周敏', now(), %s)",
        [code, until],
    )
    with screens.page("/wall", GUEST, WALL) as page:
        mode = page.get_by_test_id("mode")
        expect(mode).to_have_text(f"▲ 防汛应急 · {name}")
        assert mode.evaluate("one => one.scrollWidth <= one.clientWidth && one.scrollHeight <= one.clientHeight * 1.1")
        is_drawn(page)
        screens.keep(page, "wall-emergency")
