"""Who is told what when an order was carried out. Pure."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime

from uuid_utils.compat import uuid7

from dispatch.case import Case
from dispatch.ledger import Clock
from dispatch.notices import Notice
from dispatch.people import SYSTEM, Person, Signature
from dispatch.press import told
from dispatch.ticket import Order, Ticket
from dispatch.transitions import TRANSITIONS, Action, State
from dispatch.whistle import Grade, Letter, open_letters

GRADES = {
    Grade.SATISFIED: ("满意", "satisfied"),
    Grade.FAIR: ("基本满意", "fair"),
    Grade.UNSATISFIED: ("不满意", "unsatisfied"),
}
NOBODY = {"", Signature.SCRIPT}  # a server's own token has whistled; older letters of one are not signed
STEPS = {Clock.ACCEPT: ("接单", "accept"), Clock.HANDLE: ("处理", "handle"), Clock.CLOSE: ("办结", "close")}

Told = tuple[str, str, tuple[str, str]]  # a notice's key, what it is about, its words in Chinese and English


def news(before: Case, after: Case, now: datetime) -> list[Notice]:
    """Of a ticket to whoever has it now and had it not, and of letters to the departments they are addressed to."""
    ticket, told = after.ticket, []
    if ticket.assignee and comes_to_somebody(before.ticket, ticket):
        key = f"dispatch/{ticket.id}/{len(after.ledger)}"
        told.append(_notice(key, ticket.assignee, "dispatch", ticket, ("新工单", "A ticket for you"), now))
    known = {letter.id: letter for letter in before.letters}
    return [
        *told,
        *(_of_letter(letter, ticket, now) for letter in after.letters if _is_news(letter, known.get(letter.id))),
    ]


def news_of_recall(before: Case, after: Case, order: Order) -> list[Notice]:
    """Of a ticket that was called back before anybody accepted it, to whoever had been told that it comes."""
    holder, words = before.ticket.assignee, (f"派单已撤回：{order.reason}", f"Called back: {order.reason}")
    if order.action is not Action.RECALL or not holder:
        return []
    return [_notice(f"recall/{after.ticket.id}/{len(after.ledger)}", holder, "dispatch", after.ticket, words, order.at)]


def news_of_climb(before: Case, after: Case, supervisors: Sequence[Person], order: Order) -> list[Notice]:
    """Of a step that climbed to whoever has the ticket and to the supervisors that its level reaches (督办)."""
    ticket = after.ticket
    old, new = (map(sum, zip(one.levels, one.hands, strict=True)) for one in (before.ticket, ticket))
    rises = [(clock, level) for clock, was, level in zip(Clock, old, new, strict=True) if level > was]
    return [
        _notice(
            f"press/{ticket.id}/{len(after.ledger)}/{clock}/{level}",
            holder, "press", ticket, _climb_words(clock, level, order), order.at,
        )
        for clock, level in rises
        for holder in told(ticket, level, supervisors)
        if holder != order.by.name
    ]  # fmt: skip


def news_of_nobody(case: Case, supervisors: Sequence[Person], order: Order) -> list[Notice]:
    """Of a ticket that was sent out with nobody to do it, to who supervises there."""
    words = "尚无人接手，请指派", "Nobody has it: assign it"
    if order.action is Action.CONFIRM:  # somebody was looked for
        words = "无人在岗，请指派", "Nobody is on duty: assign it"
    return [
        _notice(f"nobody/{case.ticket.id}/{len(case.ledger)}", holder, "dispatch", case.ticket, words, order.at)
        for holder in told(case.ticket, 1, supervisors)
    ]


def news_of_gone(case: Case, gone: AbstractSet[str], supervisors: Sequence[Person], now: datetime) -> list[Notice]:
    """Of what people and departments that have gone have in hand, to who supervises there: the ticket, open letters."""
    ticket = case.ticket
    staying = [one for one in supervisors if one.name not in gone]
    there = told(replace(ticket, assignee=None), 1, staying)
    found = [_of_left(case)] if is_in_hand(ticket, gone) else []
    for letter in open_letters(case.letters):
        found += [_of_ungraded(letter)] if letter.by in gone else []
        found += [_of_unanswered(letter)] if letter.department in gone and letter.reported_at is None else []
    return [_notice(key, holder, about, ticket, words, now) for key, about, words in found for holder in there]


def is_in_hand(ticket: Ticket, holders: AbstractSet[str]) -> bool:
    """Whether one of these has still to do it, and somebody else could."""
    return ticket.assignee in holders and (ticket.state, Action.ASSIGN) in TRANSITIONS


def _of_left(case: Case) -> Told:
    ticket = case.ticket
    words = f"{ticket.assignee}已没有在用的账号，请改派", f"{ticket.assignee} has no account any more: assign it anew"
    return f"left/{ticket.id}/{len(case.ledger)}", "dispatch", words


def _of_ungraded(letter: Letter) -> Told:
    words = (
        f"{letter.by}的账号已停用，其吹哨发给{letter.department}的响应函请代为评价",
        f"The account of {letter.by} is closed, who whistled for {letter.department}: grade the answer in their place",
    )
    return f"letter/{letter.id}/left", "letter", words


def _of_unanswered(letter: Letter) -> Told:
    words = (
        f"{letter.department}已没有在用的账号，请撤回发给它的响应函",
        f"{letter.department} has no account any more: withdraw its letter",
    )
    return f"letter/{letter.id}/unanswered", "letter", words


def news_of_late(letter: Letter, ticket: Ticket, supervisors: Sequence[Person], now: datetime) -> list[Notice]:
    """Of a letter that was not answered in time to its department, to who whistled, and to who supervises there."""
    words = f"{letter.department}的响应函逾期未反馈", f"{letter.department} has not answered its letter in time"
    there = told(replace(ticket, assignee=None), 1, supervisors)
    holders = [one for one in dict.fromkeys([letter.department, letter.by, *there]) if one not in NOBODY]
    return [_notice(f"letter/{letter.id}/late", holder, "letter", ticket, words, now) for holder in holders]


def _climb_words(clock: Clock, level: int, order: Order) -> tuple[str, str]:
    if order.by == SYSTEM:
        zh, en = STEPS[clock]
        return f"督办（{level}级），{zh}已超时", f"Pressed, level {level}, overdue to {en}"
    by = order.by.signature
    return f"{by}督办（{level}级）：{order.reason}", f"Pressed by {by}, level {level}: {order.reason}"


def comes_to_somebody(before: Ticket, after: Ticket) -> bool:
    """Sent out, or handed over; whoever accepts it knows."""
    if after.state is State.ACCEPTED:
        return before.state is State.ACCEPTED and before.assignee != after.assignee
    return after.state is State.DISPATCHED and (before.state, before.assignee) != (after.state, after.assignee)


def goes_to_nobody(before: Ticket, after: Ticket) -> bool:
    """Sent out, for the first time or again, while nobody has it."""
    return after.state is State.DISPATCHED and before.state is not after.state and after.assignee is None


def newly_named(before: Case, after: Case) -> set[str]:
    """Whoever a ticket is with now and was not, or comes to again, and who wrote a new letter and has to answer it."""
    ticket, known = after.ticket, {letter.id for letter in before.letters}
    letters = [letter for letter in after.letters if letter.id not in known]
    names = {name for letter in letters for name in (letter.by, letter.department)}
    comes = ticket.assignee != before.ticket.assignee or comes_to_somebody(before.ticket, ticket)
    return names | {ticket.assignee} if ticket.assignee and comes else names


def _is_news(letter: Letter, before: Letter | None) -> bool:
    return before is None or (before.ended_at is None and letter.ended_at is not None)


def _of_letter(letter: Letter, ticket: Ticket, now: datetime) -> Notice:
    if letter.ended_at is None:
        until = letter.deadline.isoformat(timespec="minutes")
        words = f"响应函，{until} 前反馈：{letter.text}", f"A response letter, due {until}: {letter.text}"
    elif letter.grade:
        zh, en = GRADES[letter.grade]
        words = f"响应函评价：{zh}", f"Your answer was graded {en}"
    else:
        words = f"响应函已撤回：{letter.remark}", f"The letter was withdrawn: {letter.remark}"
    return _notice(f"letter/{letter.id}/{letter.state}", letter.department, "letter", ticket, words, now)


def _notice(key: str, holder: str, about: str, ticket: Ticket, words: tuple[str, str], now: datetime) -> Notice:
    place = f"{ticket.area.name} · " if ticket.area else ""
    zh, en = (f"{word} — {ticket.number} {place}{ticket.title}" for word in words)
    return Notice(uuid7(), key, holder, about, ticket.severity, zh, en, now, ticket.id)
