import re
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from detect.clip import make_clip
from detect.incident import Clip
from detect.shot import Shot
from dispatch import desk
from dispatch.people import Person
from dispatch.ticket import Order, Position
from dispatch.transitions import Action, Role, State
from edge.sim.address import parse_camera
from edge.sim.film import Film
from tests.detect.film import jpeg
from tests.dispatch.matters import walk
from tests.screens.conftest import Screens, Town, see, violations
from tests.waiting import wait_for

SUN, LI = "孙丽", "刘洋"


def report(town: Town, title: str, kind: str = "rubbish") -> str:
    given = desk.Report(kind, title, Position(104.3771, 31.1221), "两天没有清运")
    return str(desk.report(town.connection, given, "report", datetime.now(UTC)).id)


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_all_tickets_are_searched_and_the_address_says_what_for(screens: Screens, town: Town, language: str) -> None:
    see(town)
    for title in ("金沙花园垃圾桶满溢", "天山家园垃圾桶满溢", "黄河佳苑路灯不亮"):
        report(town, title)
    with screens.page("/tickets", SUN, language=language) as page:
        expect(page.get_by_test_id("row")).to_have_count(4)
        assert violations(page) == []
        screens.keep(page, f"tickets-{language}")
        page.get_by_test_id("q").fill("垃圾桶")
        page.get_by_test_id("find").click()
        expect(page.get_by_test_id("row")).to_have_count(2)
        assert "q=" in page.url
        page.reload()
        expect(page.get_by_test_id("row")).to_have_count(2)
        page.get_by_test_id("q").fill("没有这样的词")
        page.get_by_test_id("find").click()
        expect(page.get_by_test_id("none")).to_be_visible()
        page.go_back()
        expect(page.get_by_test_id("row")).to_have_count(2)


def test_what_was_found_is_saved_as_a_table(screens: Screens, town: Town) -> None:
    report(town, "金沙花园垃圾桶满溢")
    with screens.page("/tickets", SUN) as page:
        for name, begins in (("CSV", b"\xef\xbb\xbf"), ("Excel", b"PK")):
            with page.expect_download() as download:
                page.get_by_role("button", name=re.compile(name)).click()
            assert Path(download.value.path()).read_bytes().startswith(begins)


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_ticket_tells_everything_and_is_checked_and_closed(screens: Screens, town: Town, language: str) -> None:
    ticket = see(town)
    walk(town.connection, ticket.id, State.HANDLED)
    with screens.page(f"/tickets/{ticket.id}", SUN, language=language) as page:
        expect(page.get_by_test_id("ticket-page")).to_have_attribute("data-state", "handled")
        expect(page.get_by_test_id("timeline").get_by_role("listitem")).to_have_count(4)
        assert violations(page) == []
        wait_for(lambda: page.evaluate("document.querySelector('[data-testid=best-picture]').naturalWidth > 300"))
        screens.keep(page, f"ticket-{language}")
        page.get_by_test_id("act-close").click()
        page.get_by_test_id("note").fill("核查属实")
        assert violations(page) == []
        page.get_by_test_id("send").click()
        expect(page.get_by_test_id("ticket-page")).to_have_attribute("data-state", "closed")
        expect(page.get_by_test_id("timeline")).to_contain_text("核查属实")


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_seconds_around_its_beginning_are_played(screens: Screens, town: Town, language: str) -> None:
    ticket = see(town, clip=filmed(seconds=4))
    for path, name, shown in ((f"/tickets/{ticket.id}", SUN, "ticket"), ("/desk", LI, "desk")):
        with screens.page(path, name, language=language) as page:
            expect(page.get_by_test_id("evidence-clip")).to_be_visible()
            wait_for(lambda page=page: page.evaluate("document.querySelector('video').currentTime > 1"))
            assert page.evaluate("document.querySelector('video').duration > 3")
            assert violations(page) == []
            screens.keep(page, f"{shown}-clip-{language}")


@pytest.mark.parametrize(("language", "words"), [("zh-CN", "按期清除"), ("en", "Removed on")])
def test_a_picture_that_was_removed_after_its_time_is_told_of(
    screens: Screens, town: Town, language: str, words: str
) -> None:
    ticket = see(town, clip=filmed(seconds=4))
    town.connection.execute("UPDATE evidence SET data = NULL, removed_at = '2026-06-01T12:00Z'")
    with screens.page(f"/tickets/{ticket.id}", SUN, language=language) as page:
        for name in ("best", "clip"):
            expect(page.get_by_test_id(f"{name}-removed")).to_contain_text(words)
            expect(page.get_by_test_id(f"{name}-removed")).to_contain_text("2026")
        expect(page.get_by_test_id("best-picture")).to_have_count(0)
        assert page.get_by_test_id("full").count() == 0
        assert violations(page) == []
        screens.keep(page, f"ticket-removed-{language}")


def drawn(page: Page) -> str:
    return str(
        page.get_by_test_id("best-picture").evaluate("async (shown) => { await shown.decode(); return shown.src }")
    )


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_plates_are_masked_until_somebody_asks_and_that_is_known(screens: Screens, town: Town, language: str) -> None:
    ticket = see(town)
    with screens.page("/desk", LI, language=language) as page:
        assert "/full." not in drawn(page)
        page.keyboard.press("v")
        expect(page.get_by_test_id("full")).to_have_attribute("aria-pressed", "true")
        assert "/full." in drawn(page)
        assert violations(page) == []
        page.keyboard.press("v")
        assert "/full." not in drawn(page)
    with screens.page(f"/tickets/{ticket.id}", SUN, language=language) as page:
        expect(page.get_by_test_id("looks")).to_be_visible()
        page.get_by_test_id("looks").locator("summary").click()
        expect(page.get_by_test_id("looks")).to_contain_text(LI)
        expect(page.get_by_test_id("looks")).to_contain_text({"zh-CN": "最清楚", "en": "Best"}[language])
        assert violations(page) == []
        screens.keep(page, f"ticket-masked-{language}")


def test_the_wall_never_shows_a_plate(screens: Screens, town: Town) -> None:
    see(town)
    with screens.page("/wall", SUN) as page:
        expect(page.get_by_test_id("thumbnail-picture")).to_be_visible()
        assert "/full." not in page.get_by_test_id("thumbnail-picture").evaluate("(shown) => shown.src")


def filmed(seconds: int) -> Clip:
    film, fps = Film(parse_camera("sim://kerb?seed=7&light=day"), 0.0), 5
    shots = [Shot(number / fps, jpeg(film.picture(number / fps)), []) for number in range(seconds * fps)]
    return Clip(datetime.now(UTC).timestamp() - 4, make_clip(shots))


def test_a_ticket_page_follows_what_others_do(screens: Screens, town: Town) -> None:
    ticket = report(town, "金沙花园垃圾桶满溢")
    with screens.page(f"/tickets/{ticket}", LI) as page:
        expect(page.get_by_test_id("ticket-page")).to_have_attribute("data-state", "candidate")
        by = Order(action=Action.REJECT, at=datetime.now(UTC), by=Person(LI, Role.DISPATCHER), reason="test")
        desk.act(town.connection, UUID(ticket), by, [])
        expect(page.get_by_test_id("ticket-page")).to_have_attribute("data-state", "rejected")
        expect(page.get_by_test_id("timeline")).to_contain_text("测试")


def test_what_lies_elsewhere_is_said_not_to_be_there(screens: Screens, town: Town) -> None:
    ticket = report(town, "金沙花园垃圾桶满溢")
    town.connection.execute("UPDATE people SET area = '999' WHERE name = %s", [SUN])
    with screens.page(f"/tickets/{ticket}", SUN) as page:
        expect(page.get_by_test_id("failure")).to_contain_text("没有这张工单")


@pytest.mark.parametrize(("status", "words"), [(500, "服务器出错（500）"), (503, "缩短日期范围")])
def test_a_server_s_fault_is_told_with_what_to_do(screens: Screens, status: int, words: str) -> None:
    with screens.page("/tickets", SUN) as page:
        page.route("**/api/tickets?**", lambda route: route.fulfill(status=status, body="{}"))
        page.get_by_test_id("find").click()
        page.reload()
        expect(page.get_by_role("alert")).to_contain_text(words)


CHUNK = "**/assets/InsightScreen-*.js"


def test_after_an_upgrade_a_link_loads_the_page_anew(screens: Screens) -> None:
    with screens.page("/tickets", SUN) as page:
        page.get_by_test_id("none").wait_for()
        loaded: list[str] = []
        page.on("request", lambda request: loaded.append(request.url) if request.is_navigation_request() else None)
        page.route(CHUNK, lambda route: route.continue_() if loaded else route.fulfill(status=404))
        page.get_by_role("link", name="问数").click()
        page.wait_for_url("**/insight")
        expect(page.get_by_role("main")).not_to_be_empty()
        assert [urlsplit(url).path for url in loaded] == ["/insight"]
        page.go_back()
        page.get_by_test_id("none").wait_for()


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_what_cannot_be_opened_is_told_and_loaded_anew_once(screens: Screens, language: str) -> None:
    with screens.page("/tickets", SUN, language=language) as page:
        page.get_by_test_id("none").wait_for()
        loaded: list[str] = []
        page.on("request", lambda request: loaded.append(request.url) if request.is_navigation_request() else None)
        page.context.set_offline(True)
        page.get_by_role("link", name="问数" if language == "zh-CN" else "Insight").click()
        expect(page.get_by_test_id("away")).to_be_visible()
        assert (loaded, urlsplit(page.url).path) == ([], "/tickets")
        assert violations(page) == []
        screens.keep(page, f"unopened-{language}")
        page.context.set_offline(False)
        page.route(CHUNK, lambda route: route.fulfill(status=404))
        page.get_by_test_id("away").get_by_role("link").click()
        page.wait_for_url("**/insight")
        expect(page.get_by_test_id("away")).to_be_visible()
        assert len(loaded) == 1


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_who_agrees_and_who_should_have_told_is_said_at_the_desk(screens: Screens, town: Town, language: str) -> None:
    town.connection.execute("UPDATE devices SET state = 'online'")
    see(town, "cam-underpass-1", kind="flood", zone="road")
    with screens.page("/desk", LI, language=language) as page:
        expect(page.get_by_test_id("contradicted")).to_contain_text("天山路隧道水位")
        assert violations(page) == []
        screens.keep(page, f"desk-contradicted-{language}")
        ticket = see(town, "water-level-1", kind="flood", zone="water_level", pictures=[])
        expect(page.get_by_test_id("agreed")).to_contain_text("天山路下穿隧道")
        expect(page.get_by_test_id("contradicted")).not_to_contain_text("天山路隧道水位")
    with screens.page(f"/tickets/{ticket.id}", SUN, language=language) as page:
        expect(page.get_by_test_id("agreed")).to_be_visible()
        assert violations(page) == []
