import re

import pytest
from playwright.sync_api import Page, expect

from dispatch import claims
from dispatch.people import Person
from dispatch.transitions import Role
from tests.screens.conftest import Screens, Town, see, violations
from tests.waiting import wait_for

LI, ZHAO = "刘洋", "陈静"


def state_of(town: Town, ticket: object) -> str:
    (state,) = town.connection.execute("SELECT state FROM tickets WHERE id = %s", [ticket]).fetchone() or ("",)
    return str(state)


def candidate(page: Page) -> str | None:
    return page.get_by_test_id("candidate").get_attribute("data-ticket-id")


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_candidate_fills_the_desk_and_is_accessible(screens: Screens, town: Town, language: str) -> None:
    see(town)
    see(town, "cam-square-1", kind="crowd", zone="square")
    with screens.page("/desk", LI, language=language) as page:
        wait_for(
            lambda: page.evaluate("document.querySelector('[data-testid=best-picture]')?.naturalWidth > 300"),
            within_s=60,
        )
        expect(page.get_by_test_id("dwell")).to_be_visible()
        expect(page.get_by_test_id("prospect")).not_to_be_empty()
        wait_for(
            lambda: page.evaluate("document.querySelector('[data-testid=map]')?.dataset.ready === 'true'"), within_s=60
        )
        assert violations(page) == []
        screens.keep(page, f"desk-{language}")


def test_one_key_confirms_and_the_next_is_there(screens: Screens, town: Town) -> None:
    first, second = see(town), see(town, "cam-square-1", kind="crowd", zone="square")
    with screens.page("/desk", LI) as page:
        wait_for(lambda: candidate(page) == str(first.id))
        page.keyboard.press("Enter")
        wait_for(lambda: candidate(page) == str(second.id))
        assert state_of(town, first.id) == "dispatched"
        page.keyboard.press("1")
        expect(page.get_by_test_id("desk-empty")).to_be_visible()
        assert state_of(town, second.id) == "rejected"


def test_a_verdict_is_taken_back_by_one_key(screens: Screens, town: Town) -> None:
    ticket = see(town)
    with screens.page("/desk", LI) as page:
        for key, state in (("Enter", "dispatched"), ("3", "rejected")):
            wait_for(lambda: candidate(page) == str(ticket.id))
            page.keyboard.press(key)
            expect(page.get_by_test_id("undo")).to_be_visible()
            assert state_of(town, ticket.id) == state
            page.keyboard.press("z")
            wait_for(lambda: state_of(town, ticket.id) == "candidate")


def test_what_comes_next_appears_by_itself(screens: Screens, town: Town) -> None:
    with screens.page("/desk", LI) as page:
        expect(page.get_by_test_id("desk-empty")).to_be_visible()
        ticket = see(town)
        wait_for(lambda: candidate(page) == str(ticket.id))


def test_two_dispatchers_look_at_different_ones(screens: Screens, town: Town) -> None:
    first, second = see(town), see(town, "cam-square-1", kind="crowd", zone="square")
    with screens.page("/desk", LI) as one, screens.page("/desk", ZHAO) as other:
        wait_for(lambda: {candidate(one), candidate(other)} == {str(first.id), str(second.id)})
        taken = other.get_by_test_id("queued").filter(has_text=LI)
        expect(taken).to_be_disabled()


def test_whoever_was_slower_is_told_and_gets_the_next(screens: Screens, town: Town) -> None:
    first, second = see(town), see(town, "cam-square-1", kind="crowd", zone="square")
    with screens.page("/desk", LI) as page:
        wait_for(lambda: candidate(page) == str(first.id))
        page.route("**/confirm", lambda route: (town.connection.execute(REJECTED, [first.id]), route.continue_()))
        page.keyboard.press("Enter")
        expect(page.get_by_test_id("trouble")).to_have_text(re.compile("已驳回"))
        wait_for(lambda: candidate(page) == str(second.id))


REJECTED = "UPDATE tickets SET state = 'rejected', ended_at = now() WHERE id = %s"


def test_without_a_network_the_desk_does_not_know_and_is_asked_again(screens: Screens, town: Town) -> None:
    ticket = see(town)
    with screens.page("/desk", LI) as page:
        wait_for(lambda: candidate(page) == str(ticket.id))
        page.context.set_offline(True)
        page.keyboard.press("Enter")
        expect(page.get_by_test_id("trouble")).to_have_text(re.compile("不知“确认派单”是否送达"))
        page.context.set_offline(False)
        page.keyboard.press("Enter")
        expect(page.get_by_test_id("desk-empty")).to_be_visible()
        assert state_of(town, ticket.id) == "dispatched"


def test_an_answer_that_got_lost_is_no_failure_and_the_verdict_is_taken_back(screens: Screens, town: Town) -> None:
    ticket = see(town)
    with screens.page("/desk", LI) as page:
        wait_for(lambda: candidate(page) == str(ticket.id))
        page.route("**/confirm", lambda route: (route.fetch(), route.abort()), times=1)
        page.keyboard.press("Enter")
        expect(page.get_by_test_id("undo")).to_be_visible()
        expect(page.get_by_test_id("trouble")).to_have_count(0)
        assert state_of(town, ticket.id) == "dispatched"
        page.keyboard.press("z")
        wait_for(lambda: state_of(town, ticket.id) == "candidate")


def test_a_verdict_that_nobody_knew_of_is_found_out_once_its_candidate_has_gone(screens: Screens, town: Town) -> None:
    ticket = see(town)
    with screens.page("/desk", LI) as page:
        wait_for(lambda: candidate(page) == str(ticket.id))
        page.route("**/timeline", lambda route: route.abort(), times=1)
        page.route("**/confirm", lambda route: (route.fetch(), route.abort()), times=1)
        page.keyboard.press("Enter")
        expect(page.get_by_test_id("undo")).to_be_visible()
        expect(page.get_by_test_id("trouble")).to_have_count(0)


def test_another_verdict_does_not_overturn_one_whose_answer_got_lost(screens: Screens, town: Town) -> None:
    ticket = see(town)
    with screens.page("/desk", LI) as page:
        wait_for(lambda: candidate(page) == str(ticket.id))
        page.route("**/api/desk", lambda route: route.abort())  # else it would find out by itself and go on
        page.route("**/timeline", lambda route: route.abort(), times=1)
        page.route("**/confirm", lambda route: (route.fetch(), route.abort()), times=1)
        page.keyboard.press("Enter")
        expect(page.get_by_test_id("trouble")).to_have_text(re.compile("不知“确认派单”是否送达"))
        page.keyboard.press("1")
        expect(page.get_by_test_id("undo")).to_be_visible()
        expect(page.get_by_test_id("trouble")).to_have_count(0)
        assert state_of(town, ticket.id) == "dispatched"


def whistle_for(page: Page) -> None:
    page.keyboard.press("w")
    page.get_by_role("checkbox").first.check()
    page.get_by_role("dialog").get_by_role("textbox").fill("请到场")
    page.get_by_role("dialog").get_by_role("button").first.click()


def letters_of(town: Town, ticket: object) -> list[str]:
    return [row[0] for row in town.connection.execute("SELECT state FROM letters WHERE ticket = %s", [ticket])]


def test_a_whistle_that_got_lost_is_told_and_sent_again_or_all_is_taken_back(screens: Screens, town: Town) -> None:
    first, second = see(town), see(town, "cam-square-1", kind="crowd", zone="square")
    with screens.page("/desk", LI) as page:
        page.route("**/whistle", lambda route: route.abort(), times=2)
        for ticket in (first, second):
            wait_for(lambda wanted=str(ticket.id): candidate(page) == wanted)
            whistle_for(page)
            expect(page.get_by_test_id("trouble")).to_have_text(re.compile("“确认派单”已生效，“吹哨”没有送达"))
            expect(page.get_by_test_id("undo")).to_be_visible()
            expect(page.get_by_test_id("again")).to_contain_text(ticket.number)
            assert (state_of(town, ticket.id), letters_of(town, ticket.id)) == ("dispatched", [])
        assert violations(page) == []
        screens.keep(page, "desk-unfinished")
        page.keyboard.press("z")
        wait_for(lambda: candidate(page) == str(second.id))
        expect(page.get_by_test_id("again")).not_to_contain_text(second.number)
        page.keyboard.press("r")
        expect(page.get_by_test_id("again")).to_have_count(0)
        wait_for(lambda: len(letters_of(town, first.id)) == 1)
        assert letters_of(town, second.id) == []


def test_enter_after_a_click_is_for_the_candidate(screens: Screens, town: Town) -> None:
    first, second = see(town), see(town, "cam-square-1", kind="crowd", zone="square")
    third = see(town, "cam-slope-1", kind="debris", zone="road")
    with screens.page("/desk", LI) as page:
        wait_for(lambda: candidate(page) == str(first.id))
        page.get_by_test_id("reject-reflection").click()
        wait_for(lambda: candidate(page) == str(second.id))
        page.keyboard.press("Enter")
        wait_for(lambda: candidate(page) == str(third.id))
        fourth = see(town, "cam-square-2", kind="crowd", zone="square")
        page.locator("[data-testid=queued]:not([aria-current=true])").click()
        wait_for(lambda: candidate(page) == str(fourth.id))
        page.keyboard.press("Enter")
        wait_for(lambda: state_of(town, fourth.id) == "dispatched")
    assert [state_of(town, one.id) for one in (first, second, third)] == ["rejected", "dispatched", "candidate"]


def test_the_focus_is_seen_all_around_in_the_queue(screens: Screens, town: Town) -> None:
    see(town)
    see(town, "cam-square-1", kind="crowd", zone="square")
    with screens.page("/desk", LI) as page:
        page.get_by_test_id("queued").last.wait_for()
        page.get_by_test_id("queued").first.focus()
        page.keyboard.press("Tab")
        screens.keep(page, "desk-focus")
        sticks_out = (
            "(e) => { const s = getComputedStyle(e); return parseFloat(s.outlineOffset) + parseFloat(s.outlineWidth) }"
        )
        assert page.locator("[data-testid=queued]:focus-visible").evaluate(sticks_out) <= 0


def test_a_window_that_closes_leaves_the_candidate_to_the_other_of_the_same_person(
    screens: Screens, town: Town
) -> None:
    first, second = see(town), see(town, "cam-square-1", kind="crowd", zone="square")
    with screens.page("/desk", LI) as one:
        wait_for(lambda: candidate(one) == str(first.id))
        other = one.context.new_page()
        other.goto(f"{town.url}/desk")
        wait_for(lambda: candidate(other) == str(first.id))
        with other.expect_response(lambda answer: answer.request.method == "DELETE"):
            other.get_by_role("link", name="工单", exact=True).click()
        found = claims.claim(town.connection, Person(ZHAO, Role.DISPATCHER), second.opened_at)
        assert found is not None
        assert found.ticket == second.id


def test_a_ticket_is_merged_assigned_and_whistled_for_by_keyboard(screens: Screens, town: Town) -> None:
    root = see(town)
    town.connection.execute("UPDATE tickets SET state = 'dispatched' WHERE id = %s", [root.id])
    merged = see(town, kind="debris", zone="road")
    with screens.page("/desk", LI) as page:
        wait_for(lambda: candidate(page) == str(merged.id))
        page.keyboard.press("m")
        expect(page.get_by_role("dialog")).to_contain_text(root.number)
        page.keyboard.press("Enter")
        wait_for(lambda: state_of(town, merged.id) == "merged")

        assigned = see(town, "cam-square-1", kind="crowd", zone="square")
        wait_for(lambda: candidate(page) == str(assigned.id))
        page.keyboard.press("a")
        page.get_by_role("radio").nth(1).wait_for()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        wait_for(lambda: state_of(town, assigned.id) == "dispatched")

        whistled = see(town, "cam-slope-1", kind="debris", zone="road")
        wait_for(lambda: candidate(page) == str(whistled.id))
        whistle_for(page)
        wait_for(lambda: state_of(town, whistled.id) == "dispatched")
        wait_for(lambda: len(letters_of(town, whistled.id)) == 1)


def test_a_desk_that_closes_gives_its_candidate_back(screens: Screens, town: Town) -> None:
    ticket = see(town)
    with screens.page("/desk", LI) as page:
        wait_for(lambda: candidate(page) == str(ticket.id))
        page.goto("about:blank")
        zhao = Person(ZHAO, Role.DISPATCHER)
        wait_for(lambda: claims.claim(town.connection, zhao, ticket.opened_at) is not None)


def test_a_desk_is_not_for_everybody_and_says_for_whom(screens: Screens) -> None:
    worker = "王建军"
    with screens.page("/desk", worker) as page:
        expect(page.get_by_test_id("not-allowed")).to_contain_text("调度员")
        assert violations(page) == []
    with screens.page("/desk") as page:
        page.wait_for_url("**/login?next=**")
        assert violations(page) == []
        for password in ("not the right one", "a long enough one"):
            page.get_by_label("姓名").fill(ZHAO)
            page.get_by_label("密码").fill(password)
            page.get_by_role("button", name="登录").click()
            if password.startswith("not"):
                expect(page.get_by_role("alert")).to_contain_text("姓名或密码不对")
        page.wait_for_url("**/desk**")
