"""An installer's screen: devices by health, zones over the picture, rules as sentences, what they would do."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
import yaml
from playwright.sync_api import Locator, Page, expect

from detect.incident import IncidentObject
from dispatch import accounts, enrolment
from dispatch.desk import act
from dispatch.people import Person
from dispatch.setup import Setup, change_setup, load_setup
from dispatch.ticket import Order
from dispatch.transitions import Action, Role
from tests.screens.conftest import BOX, TOWN, Screens, Town, see, violations
from tests.waiting import wait_for

INSTALLER, GRID = "李工", "510603003001001"
TABLET = {"width": 1024, "height": 768}
KERB = f"/install?device={TOWN.site}/cam-kerb-1"
LANGUAGES = pytest.mark.parametrize("language", ["zh-CN", "en"])


@pytest.fixture(autouse=True)
def installer(town: Town) -> None:
    accounts.add_person(
        town.connection, Person(INSTALLER, Role.INSTALLER), "a long enough one", "root", datetime.now(UTC)
    )


def stored(town: Town, device: str = "cam-kerb-1") -> Setup:
    return load_setup(town.connection, TOWN.site, device)


def zones(town: Town) -> list[dict[str, Any]]:
    return list(stored(town).watched["zones"])


def save(page: Page) -> None:
    page.get_by_test_id("save").click()
    expect(page.get_by_test_id("save-state")).to_have_text(re.compile("已保存|Saved"))


def press_at(page: Page, surface: Locator, *places: tuple[float, float]) -> None:
    """Press on the picture, in fractions of it."""
    box = surface.bounding_box()
    assert box
    for x, y in places:
        page.mouse.click(box["x"] + x * box["width"], box["y"] + y * box["height"])


def wait_for_picture(page: Page, which: str = ".fitted [data-live=true]") -> None:
    wait_for(lambda: page.evaluate(f"document.querySelector('{which}')?.width > 300"), within_s=60)


def report(town: Town, zone: str = "no-parking") -> None:
    """Four cars: one stands there still, two were real, one was rejected as a reflection."""
    now = datetime.now(UTC)
    root = Person("root", Role.ADMIN)
    for phase, reason in (("clear", "reflection"), ("clear", None), ("open", "")):
        car = IncidentObject("car", BOX, 0.8, 1)
        ticket = see(town, phase=phase, objects=[car], zone=zone)
        if reason is not None and reason:
            act(town.connection, ticket.id, Order(at=now, by=root, action=Action.REJECT, reason=reason), [])
        elif reason is None:
            act(town.connection, ticket.id, Order(at=now, by=root, action=Action.CONFIRM, assignee="王建军"), [])


@LANGUAGES
def test_a_camera_with_its_zones_and_what_they_would_do(screens: Screens, town: Town, language: str) -> None:
    report(town)
    town.connection.execute(
        "UPDATE devices SET state = 'offline', detail = '{\"error\": \"401 Unauthorized\"}' WHERE id = 'cam-door-1'"
    )
    town.connection.execute("UPDATE devices SET state = 'unknown' WHERE id = 'water-level-1'")
    with screens.page(KERB, INSTALLER, language=language) as page:
        wait_for_picture(page)
        expect(page.get_by_test_id("trial")).to_have_attribute("data-fresh", "true")
        expect(page.get_by_test_id("device").first).to_have_attribute("data-grade", "down")
        expect(page.get_by_test_id("rule").first).to_be_visible()
        assert violations(page) == []
        screens.keep(page, f"install-{language}")


@pytest.mark.parametrize(
    ("language", "cut"), [("zh-CN", "流量上限挡下 1.5 张"), ("en", "1.5 held back by the byte budget")]
)
def test_how_many_pictures_a_camera_takes_and_sends_is_told(
    screens: Screens, town: Town, language: str, cut: str
) -> None:
    town.connection.execute(
        'UPDATE devices SET detail = \'{"rate": 5.0, "sent": 3.5, "over_budget": 1.5, "quality": 60}\''
        " WHERE id = 'cam-kerb-1'"
    )
    with screens.page(KERB, INSTALLER, language=language) as page:
        pace = page.get_by_test_id("pace")
        expect(pace).to_contain_text(cut)
        for figure in ("5", "3.5", "60"):
            expect(pace).to_contain_text(figure)
        assert violations(page) == []
        screens.keep(page, f"install-pace-{language}")


def test_a_zone_drawn_with_the_mouse_is_stored_and_takes_effect(screens: Screens, town: Town) -> None:
    before = zones(town)
    with screens.page(KERB, INSTALLER) as page:
        wait_for_picture(page)
        page.get_by_test_id("draw").click()
        corners = [(0.1, 0.2), (0.3, 0.2), (0.3, 0.6), (0.1, 0.6)]
        press_at(page, page.get_by_test_id("surface"), *corners)
        page.get_by_test_id("first").click()
        page.get_by_test_id("zone-name").fill("东门禁停区")
        page.get_by_test_id("chip").and_(page.locator("[data-field=dwell]")).click()
        page.get_by_test_id("editor").get_by_role("spinbutton").fill("5")
        save(page)
        (drawn,) = [zone for zone in zones(town) if zone not in before]
        assert (drawn["id"], drawn["name"]) == ("zone-1", "东门禁停区")
        assert [pytest.approx(point, abs=0.01) for point in drawn["polygon"]] == [list(corner) for corner in corners]
        assert drawn["rules"][0].items() >= {"kind": "illegal_parking", "dwell": 300.0}.items()
        assert drawn in stored(town).watched["zones"]
        assert violations(page) == []


def test_a_zone_drawn_and_bent_by_keyboard_is_stored(screens: Screens, town: Town) -> None:
    before = zones(town)
    with screens.page(KERB, INSTALLER) as page:
        wait_for_picture(page)
        page.get_by_test_id("draw").focus()
        page.keyboard.press("Enter")
        page.keyboard.press("Enter")
        corners = page.get_by_test_id("corner")
        expect(corners.first).to_be_focused()
        page.keyboard.press("Shift+ArrowLeft")
        page.keyboard.press("ArrowUp")
        page.keyboard.press("Enter")
        expect(corners).to_have_count(5)
        expect(corners.nth(1)).to_be_focused()
        page.keyboard.press("Tab")
        page.keyboard.press("Delete")
        expect(corners).to_have_count(4)
        page.keyboard.press("Control+z")
        page.keyboard.press("Control+z")
        expect(corners).to_have_count(4)
        page.keyboard.press("Control+Shift+z")
        expect(corners).to_have_count(5)
        save(page)
        (drawn,) = [zone for zone in zones(town) if zone not in before]
        first = [drawn["polygon"][0][0] + 0.05, drawn["polygon"][0][1] + 0.005]
        assert first == pytest.approx([drawn["polygon"][4][0], drawn["polygon"][2][1]])


def test_a_line_drawn_with_the_mouse_tells_one_way_and_is_turned_round(screens: Screens, town: Town) -> None:
    before = zones(town)
    points = [(0.1, 0.7), (0.3, 0.6), (0.6, 0.7)]
    with screens.page(KERB, INSTALLER) as page:
        wait_for_picture(page)
        page.get_by_test_id("draw-line").click()
        press_at(page, page.get_by_test_id("surface"), *points, points[-1])  # the last one again ends it
        expect(page.get_by_test_id("corner")).to_have_count(3)
        rule = page.locator("[data-testid=zone-entry][data-zone=line-1] [data-testid=rule]")
        expect(rule.get_by_test_id("kind").locator("option")).to_have_count(2)
        expect(page.get_by_test_id("arrow")).to_have_count(0)
        rule.get_by_test_id("kind").select_option("wrong_way")
        expect(page.get_by_test_id("arrow")).to_have_count(1)
        page.get_by_test_id("turn").click()
        save(page)
        (drawn,) = [zone for zone in zones(town) if zone not in before]
        assert drawn.keys() == {"id", "name", "line", "rules"}
        assert [pytest.approx(point, abs=0.01) for point in drawn["line"]] == [list(point) for point in points[::-1]]
        assert [rule["kind"] for rule in drawn["rules"]] == ["wrong_way"]
        assert violations(page) == []
        screens.keep(page, "install-line")


def test_a_line_drawn_and_bent_by_keyboard_is_stored(screens: Screens, town: Town) -> None:
    before = zones(town)
    with screens.page(KERB, INSTALLER) as page:
        wait_for_picture(page)
        page.get_by_test_id("draw-line").focus()
        page.keyboard.press("Enter")
        page.keyboard.press("Enter")
        corners = page.get_by_test_id("corner")
        expect(corners.first).to_be_focused()
        page.keyboard.press("Tab")
        page.keyboard.press("Delete")  # two points it needs
        expect(corners).to_have_count(2)
        corners.nth(1).focus()
        page.keyboard.press("Enter")
        expect(corners.nth(1)).to_be_focused()
        page.keyboard.press("Shift+ArrowUp")
        save(page)
        (drawn,) = [zone for zone in zones(town) if zone not in before]
        first, middle, last = drawn["line"]
        assert middle == pytest.approx([(first[0] + last[0]) / 2, first[1] - 0.05], abs=0.001)


def test_a_corner_is_dragged_and_an_edge_gains_one(screens: Screens, town: Town) -> None:
    (polygon,) = [zone["polygon"] for zone in zones(town) if zone["id"] == "no-parking"]
    with screens.page(KERB, INSTALLER) as page:
        wait_for_picture(page)
        page.locator("[data-testid=zone-entry][data-zone=no-parking] button").first.click()
        drag(page, page.get_by_test_id("corner").first, 40, 25)
        drag(page, page.get_by_test_id("edge").nth(1), 0, 10)
        page.get_by_test_id("edge").first.click()
        page.get_by_test_id("remove-corner").click()
        save(page)
        (bent,) = [zone["polygon"] for zone in zones(town) if zone["id"] == "no-parking"]
        assert len(bent) == len(polygon) + 1
        assert bent[0][0] > polygon[0][0] + 0.02


def drag(page: Page, handle: Locator, right: float, down: float) -> None:
    box = handle.bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + right / 2, y + down / 2)
    page.mouse.move(x + right, y + down)
    page.mouse.up()


def test_edges_that_cross_are_told_before_anything_is_sent(screens: Screens, town: Town) -> None:
    before = zones(town)
    with screens.page(KERB, INSTALLER) as page:
        wait_for_picture(page)
        page.get_by_test_id("draw").click()
        press_at(page, page.get_by_test_id("surface"), (0.1, 0.2), (0.3, 0.6), (0.3, 0.2), (0.1, 0.6))
        page.get_by_test_id("finish").click()
        expect(page.get_by_test_id("fault")).to_contain_text("边线交叉")
        expect(page.get_by_test_id("save")).to_be_disabled()
        assert violations(page) == []
        screens.keep(page, "install-crossing")
        page.get_by_test_id("undo").click()
        expect(page.get_by_test_id("fault")).to_have_count(0)
    assert zones(town) == before


def test_a_longer_dwell_shows_at_once_what_it_would_no_longer_report(screens: Screens, town: Town) -> None:
    report(town)
    with screens.page(KERB, INSTALLER) as page:
        trial = page.get_by_test_id("trial")
        reported = trial.locator("[data-testid=past][data-outcome=reported]")
        expect(trial.get_by_test_id("past")).to_have_count(3)
        within = reported.count()
        page.get_by_test_id("chip").and_(page.locator("[data-field=dwell]")).first.click()
        editor = page.get_by_test_id("editor")
        editor.get_by_role("spinbutton").fill("2")
        editor.get_by_role("radio").nth(2).check()
        expect(reported).to_have_count(0)
        expect(trial.get_by_test_id("gone")).to_contain_text("3")
        assert within > 0
        assert len(zones(town)) > 0
        assert not stored(town).edited


def test_of_two_installers_the_second_sees_what_the_first_has_done(screens: Screens, town: Town) -> None:
    with screens.page(KERB, INSTALLER) as page:
        page.get_by_test_id("zone-name").fill("我的名字")
        present = stored(town)
        theirs = [present.watched["zones"][0] | {"name": "他们的名字"}, *present.watched["zones"][1:]]
        change_setup(town.connection, TOWN.site, "cam-kerb-1", theirs, present.version, "root", datetime.now(UTC))
        page.get_by_test_id("save").click()
        expect(page.get_by_test_id("stale")).to_be_visible()
        assert zones(town)[0]["name"] == "他们的名字"
        assert violations(page) == []
        screens.keep(page, "install-stale")
        page.get_by_test_id("mine").click()
        wait_for(lambda: zones(town)[0]["name"] == "我的名字")


@LANGUAGES
def test_a_sensor_with_its_readings_and_its_limits(screens: Screens, town: Town, language: str) -> None:
    town.connection.execute(
        "INSERT INTO readings (at, site, device, metric, value, unit, received_at)"
        " SELECT now() - n * interval '20 seconds', %s, 'water-level-1', 'water_level',"
        " 0.12 + 0.25 * greatest(0, sin(n / 270.0)) ^ 3, 'm', now() FROM generate_series(0, 4200) AS n",
        [TOWN.site],
    )
    with screens.page(f"/install?device={TOWN.site}/water-level-1", INSTALLER, language=language) as page:
        expect(page.get_by_test_id("chart")).to_be_visible()
        expect(page.get_by_test_id("alarm").first).not_to_have_attribute("data-count", "0")
        assert violations(page) == []
        screens.keep(page, f"install-sensor-{language}")
        page.get_by_test_id("chip").and_(page.locator("[data-field=above]")).click()
        page.get_by_test_id("editor").get_by_role("spinbutton").fill("0.9")
        expect(page.get_by_test_id("alarm").first).to_have_attribute("data-count", "0")
        save(page)
    assert stored(town, "water-level-1").watched["rules"][0]["above"] == 0.9


def test_the_site_file_is_exported_with_what_was_edited(screens: Screens) -> None:
    with screens.page(KERB, INSTALLER) as page:
        page.get_by_test_id("zone-name").fill("改过的名字")
        save(page)
        with page.expect_download() as download:
            page.get_by_test_id("export").click()
        content = yaml.safe_load(download.value.path().read_text(encoding="utf-8"))
    assert download.value.suggested_filename == f"{TOWN.site}.yaml"
    kerb = next(device for device in content["devices"] if device["id"] == "cam-kerb-1")
    assert kerb["zones"][0]["name"] == "改过的名字"


def test_whoever_leaves_with_changes_is_asked(screens: Screens) -> None:
    with screens.page(KERB, INSTALLER) as page:
        page.get_by_test_id("zone-name").fill("没有保存")
        page.locator("[data-testid=device][data-device=cam-door-1]").click()
        expect(page.get_by_role("dialog")).to_be_visible()
        assert violations(page) == []
        page.keyboard.press("Enter")
        expect(page.get_by_test_id("zone-name")).to_have_value("没有保存")
        page.locator("[data-testid=device][data-device=cam-door-1]").click()
        page.get_by_test_id("leave").click()
        expect(page.get_by_test_id("pane")).to_have_attribute("data-device", "cam-door-1")


def test_without_a_network_nothing_is_lost_and_the_screen_says_so(screens: Screens, town: Town) -> None:
    with screens.page(KERB, INSTALLER) as page:
        page.get_by_test_id("zone-name").fill("断网时改的")
        page.context.set_offline(True)
        page.get_by_test_id("save").click()
        expect(page.get_by_test_id("save-state")).to_contain_text("没有送达")
        expect(page.get_by_test_id("away")).to_be_visible(timeout=30_000)
        screens.keep(page, "install-away")
        page.context.set_offline(False)
        save(page)
        assert zones(town)[0]["name"] == "断网时改的"


def test_a_blind_camera_shows_its_last_picture_and_says_that_it_is_old(screens: Screens, town: Town) -> None:
    town.connection.execute("UPDATE pictures SET received_at = now() - interval '2 hours'")
    town.connection.execute("UPDATE devices SET state = 'offline', detail = '{\"error\": \"its agent is offline\"}'")
    with screens.page(KERB, INSTALLER, TABLET) as page:
        wait_for_picture(page, "img.old")
        expect(page.get_by_test_id("trial")).to_have_attribute("data-fresh", "true")
        expect(page.get_by_test_id("old-picture")).to_contain_text("最后一张画面")
        expect(page.get_by_test_id("health")).to_contain_text("先检查边缘盒")
        assert violations(page) == []
        screens.keep(page, "install-blind-tablet")
        page.get_by_test_id("save").scroll_into_view_if_needed()
        expect(page.get_by_test_id("rule").first).to_be_in_viewport()
        screens.keep(page, "install-tablet-below")


def test_nothing_there_and_everything_there(screens: Screens, town: Town) -> None:
    town.connection.execute(
        "INSERT INTO devices (site, id, kind, name, longitude, latitude, state, state_at, config)"
        " SELECT site, 'cam-' || n, kind, name || '与一个长得一行写不下的名字' || n, longitude, latitude,"
        " (ARRAY['online', 'offline', 'stalled'])[n %% 3 + 1], now(), config || '{\"zones\": []}'"
        " FROM devices, generate_series(1, 300) AS n WHERE id = 'cam-kerb-1' AND site = %s",
        [TOWN.site],
    )
    with screens.page(f"/install?device={TOWN.site}/cam-7", INSTALLER) as page:
        expect(page.get_by_test_id("device").nth(300)).to_be_attached()
        expect(page.get_by_test_id("no-zones")).to_be_visible()
        assert violations(page) == []
        screens.keep(page, "install-many")
    town.connection.execute("UPDATE devices SET retired = true")
    with screens.page("/install", INSTALLER, language="en") as page:
        expect(page.get_by_test_id("no-devices")).to_be_visible()
        assert violations(page) == []
        screens.keep(page, "install-empty")


def test_it_is_an_installer_s_home_and_not_for_everybody(screens: Screens) -> None:
    with screens.page("/", INSTALLER) as page:
        page.wait_for_url("**/install")
        expect(page.get_by_test_id("choose")).to_be_visible()
        assert violations(page) == []
    with screens.page(f"/install?device={TOWN.site}/nothing", INSTALLER) as page:
        expect(page.get_by_test_id("choose")).to_contain_text("没有这台设备")
    with screens.page("/install", "王建军") as page:
        expect(page.get_by_test_id("not-allowed")).to_contain_text("安装员")


@LANGUAGES
def test_an_agent_is_enrolled_by_one_command(screens: Screens, town: Town, language: str) -> None:
    with screens.page("/install", INSTALLER, language=language) as page:
        page.get_by_test_id("enrol").click()
        page.get_by_test_id("agent-name").fill("Box 1")
        expect(page.get_by_test_id("make-token")).to_be_disabled()
        page.get_by_test_id("agent-name").fill("box-1")
        page.get_by_test_id("make-token").click()
        command = page.get_by_test_id("command")
        expect(command).to_have_value(re.compile(rf"^yihu edge enrol {town.url} [0-9a-f]{{32}}$"))
        assert violations(page) == []
        screens.keep(page, f"enrol-{language}")
        token = command.input_value().split()[-1]
        page.get_by_test_id("revoke").click()
        expect(page.get_by_test_id("waiting")).to_have_count(0)
    with pytest.raises(enrolment.SpentTokenError, match="was revoked"):
        enrolment.redeem(town.connection, token, "10.0.0.7", {}, datetime.now(UTC))
