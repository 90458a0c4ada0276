from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from dispatch.case import Case, apply
from dispatch.news import news, news_of_late, news_of_recall
from dispatch.transitions import Action
from dispatch.whistle import Grade
from tests.dispatch.matters import RECEIVED, case, order

SUMMONS: dict[str, Any] = {
    "departments": ("环卫所", "交警中队"),
    "until": RECEIVED + timedelta(hours=9),
    "note": "请到场",
}


def told(before: Case, *orders: Any) -> tuple[Case, list[tuple[str, str, str]]]:
    """The case after all orders, and what the last of them has people told."""
    for one in orders:
        last, before = before, apply(before, one)
    return before, [(notice.holder, notice.about, notice.zh) for notice in news(last, before, RECEIVED)]


def test_whoever_gets_a_ticket_is_told_and_nobody_twice():
    one, notices = told(case(number="7"), order(Action.CONFIRM, assignee="wang"))
    assert notices == [("wang", "dispatch", "新工单 — 7 Rubbish at the gate")]
    assert told(one, order(Action.COMMENT, note="x"))[1] == []
    assert told(one, order(Action.ACCEPT, "wang", 2))[1] == []
    assert [name for name, *_ in told(one, order(Action.ASSIGN, "li", 2, assignee="zhao"))[1]] == ["zhao"]
    accepted = (order(Action.ACCEPT, "wang", 2), order(Action.ASSIGN, "li", 3, assignee="zhao"))
    assert [name for name, *_ in told(one, *accepted)[1]] == ["zhao"]
    handled = (order(Action.ACCEPT, "wang", 2), order(Action.HANDLE, "wang", 3))
    assert [name for name, *_ in told(one, *handled, order(Action.REOPEN, "li", 4, reason="not done"))[1]] == ["wang"]


def test_nobody_is_told_of_what_nobody_has():
    assert told(case(), order(Action.CONFIRM))[1] == []
    assert told(case(), order(Action.REJECT, reason="test"))[1] == []


def test_whoever_was_sent_out_is_told_when_it_is_called_back():
    sent = apply(case(number="7"), order(Action.CONFIRM, assignee="wang"))
    recall = order(Action.RECALL, minutes=2, reason="twice")
    (notice,) = news_of_recall(sent, apply(sent, recall), recall)
    assert (notice.holder, notice.zh) == ("wang", "派单已撤回：twice — 7 Rubbish at the gate")
    returned = order(Action.RETURN, "wang", 2, reason="not mine")
    assert news_of_recall(sent, apply(sent, returned), returned) == []
    to_nobody = apply(case(), order(Action.CONFIRM))
    assert news_of_recall(to_nobody, apply(to_nobody, recall), recall) == []


def test_departments_are_told_of_their_letters_and_what_became_of_them():
    one, notices = told(case(number="7"), order(Action.CONFIRM), order(Action.WHISTLE, "li", 2, **SUMMONS))
    assert notices == [
        ("环卫所", "letter", "响应函，2025-06-16T13:00+00:00 前反馈：请到场 — 7 Rubbish at the gate"),
        ("交警中队", "letter", "响应函，2025-06-16T13:00+00:00 前反馈：请到场 — 7 Rubbish at the gate"),
    ]
    own = {"letter": "环卫所"}
    one, notices = told(
        one, order(Action.CHECK_IN, "he", 3, **own), order(Action.REPORT_BACK, "he", 4, note="已清", **own)
    )
    assert notices == []
    _, notices = told(one, order(Action.GRADE, "li", 5, grade=Grade.FAIR, **own))
    assert notices == [("环卫所", "letter", "响应函评价：基本满意 — 7 Rubbish at the gate")]
    _, notices = told(one, order(Action.WITHDRAW, "li", 5, letter="交警中队", reason="不用了"))
    assert notices == [("交警中队", "letter", "响应函已撤回：不用了 — 7 Rubbish at the gate")]


def test_of_a_late_letter_no_script_is_told_that_whistled_for_it():
    one, _ = told(case(number="7"), order(Action.CONFIRM), order(Action.WHISTLE, None, 2, **SUMMONS))
    for letter in (one.letters[0], replace(one.letters[0], by="")):
        assert [notice.holder for notice in news_of_late(letter, one.ticket, [], RECEIVED)] == ["环卫所"]


@pytest.mark.parametrize("grade", Grade)
def test_every_grade_has_words(grade: Grade):
    own = {"letter": "环卫所"}
    steps = (
        order(Action.CONFIRM),
        order(Action.WHISTLE, "li", 2, **SUMMONS),
        order(Action.CHECK_IN, "he", 3, **own),
        order(Action.REPORT_BACK, "he", 4, note="已清", **own),
        order(Action.GRADE, "li", 5, grade=grade, **own),
    )
    assert told(case(), *steps)[1][0][2].startswith("响应函评价：")
