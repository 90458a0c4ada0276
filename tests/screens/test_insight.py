import csv
import io
from collections.abc import Callable
from pathlib import Path

import cv2
import pytest
from playwright.sync_api import Locator, Page, Route, expect

from dispatch.cases import put_terms
from ingest.queries import load_queries
from tests.dispatch.matters import terms
from tests.screens.conftest import Screens, Town, violations
from tests.waiting import wait_for

SQL = load_queries(Path(__file__).with_name("history.sql"))
CHIEF, WORKER = "赵国强", "王建军"
QUESTIONS = 14
PHONE_LIKE = {"width": 480, "height": 900}


@pytest.fixture
def lived(town: Town) -> Town:
    """A town with some weeks behind it."""
    town.connection.execute("DELETE FROM device_states")
    values = {"number": 420, "terms": put_terms(town.connection, terms())}
    for query in SQL.values():
        town.connection.execute(query, values)
    return town


def question(page: Page, name: str) -> Locator:
    return page.locator(f"[data-question={name}]")


def answered(page: Page) -> Callable[[], bool]:
    return lambda: page.locator("[data-testid=question][aria-busy=false]").count() == QUESTIONS


def listed(page: Page) -> int:
    """How many tickets the list shows that a figure opened, all pages of it."""
    page.wait_for_url("**/tickets?**")
    expect(page.get_by_test_id("row").first).to_be_visible()
    more = page.get_by_role("button", name="再看")
    while more.count():
        shown = page.get_by_test_id("row").count()
        more.click()
        expect(page.get_by_test_id("row").nth(shown)).to_be_visible()
    return page.get_by_test_id("row").count()


@pytest.mark.usefixtures("lived")
@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_question_is_answered_and_accessible_as_chart_and_as_table(screens: Screens, language: str) -> None:
    with screens.page("/insight", CHIEF, language=language) as page:
        wait_for(answered(page), within_s=90)
        expect(page.get_by_role("alert")).to_have_count(0)
        assert all(text.strip() for text in page.get_by_test_id("sentence").all_inner_texts())
        wait_for(lambda: page.get_by_test_id("hot-map").get_attribute("data-ready") == "true", within_s=60)
        assert violations(page) == []
        page.set_viewport_size(
            {"width": 1600, "height": page.evaluate("document.querySelector('main').scrollHeight") + 60}
        )
        wait_for(lambda: page.evaluate("document.querySelector('[data-testid=chart] canvas').width > 300"))
        screens.keep(page, f"insight-{language}")
        for turn in page.get_by_test_id("turn").all():
            turn.click()
        assert violations(page) == []


@pytest.mark.usefixtures("lived")
def test_a_mark_and_a_figure_open_as_many_tickets_as_they_say(screens: Screens) -> None:
    with screens.page("/insight", CHIEF) as page:
        card = question(page, "matters")
        card.get_by_test_id("turn").click()
        figure = card.get_by_role("link").nth(2)  # after the sentence and the first name
        told = int(figure.inner_text())
        figure.click()
        assert listed(page) == told
        expect(page.get_by_test_id("chips")).to_contain_text("不含驳回与合并")

        page.go_back()
        chart = question(page, "matters").get_by_test_id("chart")
        chart.scroll_into_view_if_needed()
        wait_for(lambda: page.evaluate("document.querySelector('[data-question=matters] canvas')?.width > 300"))
        box = chart.bounding_box() or {}
        page.wait_for_timeout(600)  # a bar that still grows is not where it will be
        page.mouse.click(box["x"] + box["width"] * 0.4, box["y"] + 35)
        assert listed(page) == told


@pytest.mark.usefixtures("lived")
def test_what_is_late_in_a_grid_is_listed_by_when_it_was_due(screens: Screens) -> None:
    with screens.page("/insight?days=90", CHIEF) as page:
        sentence = question(page, "late").get_by_test_id("sentence").get_by_role("link")
        told = int(sentence.inner_text().partition("最多：")[2].partition(" ")[0])
        sentence.click()
        assert listed(page) == told
        expect(page.get_by_test_id("chips")).to_contain_text("至少一步超时")
        page.get_by_test_id("chips").get_by_role("button").first.click()
        page.wait_for_url(lambda url: "grid=" not in url)


@pytest.mark.usefixtures("lived")
def test_a_period_and_an_area_are_in_the_address(screens: Screens) -> None:
    with screens.page("/insight", CHIEF) as page:
        page.get_by_test_id("days-7").click()
        page.wait_for_url("**days=7**")
        page.get_by_test_id("area").select_option("510603003001")
        page.wait_for_url("**area=510603003001**")
        expect(page.locator("header").filter(has_text="金沙社区")).to_be_visible()
        wait_for(answered(page), within_s=60)
        grids = question(page, "league").get_by_role("rowheader").all_inner_texts()
        assert grids
        assert all(name.startswith("金沙") for name in grids)
        page.get_by_test_id("first").fill("2026-01-01")
        page.get_by_test_id("last").fill("2026-01-31")
        page.get_by_test_id("own-days").click()
        page.wait_for_url("**first=2026-01-01&last=2026-01-31**")


@pytest.mark.usefixtures("lived")
def test_an_answer_is_saved_as_picture_and_as_csv(screens: Screens, tmp_path: Path) -> None:
    with screens.page("/insight", CHIEF) as page:
        card = question(page, "late")
        expect(card.get_by_test_id("chart")).to_be_visible()
        for name in ("png", "csv"):
            with page.expect_download() as saved:
                card.get_by_test_id(name).click()
            saved.value.save_as(tmp_path / f"late.{name}")
        picture = cv2.imread(str(tmp_path / "late.png"))
        assert picture is not None
        assert picture.shape[1] > 800
        assert len({tuple(colour) for colour in picture[::7, ::7].reshape(-1, 3)}) > 5  # and something is drawn on it
        head, *rows = csv.reader(io.StringIO((tmp_path / "late.csv").read_text("utf-8-sig")))
        assert head[:3] == ["网格", "接单超时", "处理超时"]
        assert all(int(row[1]) >= 0 for row in rows)
        wait_for(lambda: page.get_by_test_id("hot-map").get_attribute("data-ready") == "true", within_s=60)
        with page.expect_download() as saved:
            question(page, "hotspots").get_by_test_id("png").click()
        saved.value.save_as(tmp_path / "map.png")
        drawn = cv2.imread(str(tmp_path / "map.png"))
        assert drawn is not None
        assert drawn[drawn.shape[0] // 3 :].max() > 200  # the hot spots are light


def test_where_nothing_happened_it_says_so(screens: Screens) -> None:
    with screens.page("/insight", CHIEF) as page:
        wait_for(answered(page), within_s=60)
        expect(question(page, "matters").get_by_test_id("sentence")).to_have_text("这段时间没有工单")
        expect(question(page, "late")).to_contain_text("没有一步超时")
        expect(page.get_by_role("alert")).to_have_count(0)
        assert violations(page) == []
        screens.keep(page, "insight-nothing")


@pytest.mark.usefixtures("lived")
@pytest.mark.parametrize(
    ("status", "says"), [(503, "数据库一时数不完"), (500, "服务器出错（500）"), (None, "服务器没有回应")]
)
def test_what_could_not_be_counted_is_said_and_asked_for_again(screens: Screens, status: int | None, says: str) -> None:
    broken = True

    def refuse(route: Route) -> None:
        if not broken:
            route.continue_()
        elif status is None:
            route.abort()
        else:
            route.fulfill(status=status, json={"title": "x", "status": status})

    with screens.page("/wall", CHIEF) as page:
        page.route("**/api/insight/**", refuse)
        page.goto(page.url.replace("/wall", "/insight"))
        card = question(page, "late")
        expect(card.get_by_role("alert")).to_contain_text(says)
        assert violations(page) == []
        screens.keep(page, f"insight-failed-{status}")
        broken = False
        card.get_by_role("button").click()
        expect(card.get_by_test_id("chart")).to_be_visible()


def test_it_is_not_for_everybody_and_says_for_whom(screens: Screens) -> None:
    with screens.page("/insight", WORKER) as page:
        expect(page.get_by_test_id("not-allowed")).to_contain_text("督办员")
        assert violations(page) == []
    with screens.page("/insight") as page:
        page.wait_for_url("**/login?next=**")


@pytest.mark.usefixtures("lived")
def test_it_fits_a_narrow_window(screens: Screens) -> None:
    with screens.page("/insight", CHIEF, PHONE_LIKE) as page:
        wait_for(answered(page), within_s=60)
        assert page.evaluate("document.querySelector('.page').scrollWidth <= innerWidth")
        screens.keep(page, "insight-narrow")
