"""The person at the screen wins, whatever they do and whenever; and left alone, the cast gets the work done."""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import reduce
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.demo import people
from deploy.demo.people import (
    LEFT,
    LONG_AGO,
    VERDICTS,
    Detail,
    Entry,
    Intent,
    Onlooker,
    decide,
    make_cast,
    reports,
)
from deploy.demo.town import load_town
from dispatch.case import Case, apply
from dispatch.duties import shipped_duties
from dispatch.people import Person
from dispatch.ticket import Area, Order, Ticket
from dispatch.transitions import TRANSITIONS, Action, Role, State, allowed_actions
from tests.dispatch.matters import RECEIVED, case

TOWN = load_town()
CAST = make_cast(TOWN, seed=7)
STRANGERS = ("script", "you")  # not of the cast
ONLOOKERS = (*STRANGERS, "陈静", "王建军", "刘洋")
FEW = 10  # tickets; beyond, looking for verdicts in all their timelines takes too long for a test
GRID = "510603003001001"
MOVES = sorted(
    {action for (state, action), move in TRANSITIONS.items() if state != move.to} - {Action.MERGE, Action.UNMERGE}
)


@dataclass
class Street:
    """Tickets, their timelines, and a clock; humans and the cast act on them in turn."""

    cases: list[Case]
    now: datetime = RECEIVED
    timelines: list[list[Entry]] = field(default_factory=list)
    paused: set[int] = field(default_factory=set)
    judged_at: datetime = LONG_AGO
    acted_at: dict[str, datetime] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.timelines = [[Entry(self.now, "detect", "open", State.CANDIDATE)] for _ in self.cases]

    @property
    def tickets(self) -> list[Ticket]:
        return [one.ticket for one in self.cases]

    def record(self, number: int, actor: str, action: str, before: State, via: str | None = None) -> None:
        entry = Entry(self.now, actor, action, self.tickets[number].state, before, Detail(via))
        self.timelines[number].append(entry)

    def order(self, number: int, actor: str, action: Action, via: str | None = None, **more: Any) -> None:
        before = self.cases[number]
        person = Person("" if actor == "script" else actor, Role.ADMIN)  # a token is nobody in person
        self.cases[number] = apply(before, Order(action=action, at=self.now, by=person, **more))
        self.record(number, actor, action, before.ticket.state, via)

    def onlooker_moves(self, number: int, actor: str, action: Action) -> None:
        if action not in allowed_actions(self.tickets[number].state):
            return
        if action is Action.CLOSE and self.tickets[number].handled_by == actor:
            return
        self.order(number, actor, action, reason="other", assignee=actor if actor == "you" else None)
        self.acted_at[actor] = self.now
        if action in VERDICTS:
            self.judged_at = self.now

    def onlooker_marks(self, number: int, actor: str, action: str) -> None:
        if action == "assign":
            one = self.cases[number]
            self.cases[number] = one._replace(ticket=replace(one.ticket, assignee=actor))
        if action in ("pause", "resume"):
            (self.paused.add if action == "pause" else self.paused.discard)(number)
        self.acted_at[actor] = self.now
        self.record(number, actor, action, self.tickets[number].state)

    def intents(self) -> list[Intent | None]:
        return [self.intent(number) for number in range(len(self.tickets))]

    def intent(self, number: int) -> Intent | None:
        return decide(CAST, shown(self.tickets[number]), self.timelines[number], self.now, self.onlooker())

    def onlooker(self) -> Onlooker:
        if len(self.tickets) > FEW:
            return Onlooker(self.judged_at, self.acted_at)
        return reduce(lambda seen, timeline: seen.seeing(CAST, timeline), self.timelines, Onlooker())

    def cast_acts(self) -> None:
        for number in range(len(self.tickets)):
            intent = self.intent(number)
            if intent:
                self.check(number, intent)
                more = {"reason": intent.reason, "assignee": intent.assignee}
                self.order(number, intent.actor, intent.action, via="script", **more)

    def check(self, number: int, intent: Intent) -> None:
        """Nothing that an onlooker did is undone, overridden or anticipated."""
        one, timeline = self.tickets[number], self.timelines[number]
        theirs = [entry for entry in timeline if entry.actor != "detect" and not entry.detail.via]
        last_move = [entry for entry in timeline if entry.from_state != entry.to_state][-1]
        in_hand = [entry for entry in theirs if entry.action != "acknowledge"]
        assert not any(timeline.index(entry) > timeline.index(last_move) for entry in in_hand)
        assert one.assignee not in STRANGERS
        assert self.now - self.acted_at.get(intent.actor, LONG_AGO) >= LEFT
        assert number not in self.paused
        if intent.action in VERDICTS:
            assert self.now - self.judged_at >= LEFT
        way = (one.state, TRANSITIONS[one.state, intent.action].to)
        assert way not in [(entry.to_state, entry.from_state) for entry in theirs]
        if theirs:
            assert intent.action not in (Action.REJECT, Action.RETURN, Action.REOPEN)
        if any(entry.action == "reopen" for entry in theirs):
            assert intent.action is not Action.CLOSE
        if intent.action is Action.HANDLE:
            assert (last_move.actor, last_move.detail.via) == (intent.actor, "script")
        assert intent.actor in CAST.people


def shown(one: Ticket) -> people.Ticket:
    """As the API shows it to the cast."""
    area = people.Area(one.area.code) if one.area else None
    seen = () if one.kind in REPORTED else ("an incident",)
    return people.Ticket(str(one.id), one.kind, one.state, one.opened_at, area, one.assignee, seen)


REPORTED = {"rubbish"}


def street(count: int = 1, kind: str = "rubbish") -> Street:
    place = Area(GRID, "第一网格")
    return Street([case(id=UUID(int=number), kind=kind, area=place) for number in range(count)])


ACTS = st.one_of(
    st.tuples(st.just("wait"), st.sampled_from([1, 10, 30, 60, 120, 300, 500])),
    st.tuples(st.just("move"), st.integers(0, 2), st.sampled_from(ONLOOKERS), st.sampled_from(MOVES)),
    st.tuples(
        st.just("mark"),
        st.integers(0, 2),
        st.sampled_from(ONLOOKERS),
        st.sampled_from(["comment", "assign", "pause", "resume", "whistle", "acknowledge"]),
    ),
)


@given(st.lists(ACTS, max_size=40))
def test_whatever_people_do_in_between_the_cast_never_acts_against_them(acts: list[Any]) -> None:
    scene = street(3)
    for what, *with_what in acts:
        match what:
            case "wait":
                scene.now += timedelta(seconds=with_what[0])
                scene.cast_acts()
            case "move":
                scene.onlooker_moves(*with_what)
            case "mark":
                scene.onlooker_marks(*with_what)


@given(st.lists(ACTS, max_size=15), st.integers(0, 600))
def test_the_same_ticket_and_time_give_the_same_order(acts: list[Any], seconds: int) -> None:
    scene = street(3)
    for what, *with_what in acts:
        if what == "move":
            scene.onlooker_moves(*with_what)
    scene.now += timedelta(seconds=seconds)
    assert scene.intents() == scene.intents()


def run(scene: Street, minutes: float) -> None:
    for _ in range(round(minutes * 60 / 5)):
        scene.now += timedelta(seconds=5)
        scene.cast_acts()


def test_left_alone_the_cast_brings_tickets_to_their_end_some_late_some_sent_back() -> None:
    scene = street(300, "debris")
    run(scene, minutes=25)
    ended = Counter(one.state for one in scene.tickets)
    assert ended[State.CLOSED] > 260
    assert 3 < ended[State.REJECTED] < 40
    actions = Counter(entry.action for timeline in scene.timelines for entry in timeline)
    assert 3 < actions["return"] < 40
    assert 3 < actions["reopen"] < 40
    took = [one.accepted_at - RECEIVED for one in scene.tickets if one.accepted_at]
    assert 10 < sum(time > timedelta(seconds=90) for time in took) < 100
    worked = [one.handled_at - RECEIVED for one in scene.tickets if one.handled_at]
    assert 10 < sum(time > timedelta(minutes=6) for time in worked) < 100


def test_a_ticket_goes_to_the_department_whose_matter_it_is_else_to_the_worker_of_its_grid() -> None:
    for kind, assignee in (("fire", "消防救援站"), ("crowd", "王建军")):
        scene = street(20, kind)
        run(scene, minutes=0.5)
        assert {one.assignee for one in scene.tickets if one.assignee} == {assignee}


def test_what_a_person_confirms_is_taken_on_and_what_they_assign_to_themselves_is_left() -> None:
    scene = street(2)
    scene.onlooker_moves(0, "script", Action.CONFIRM)
    scene.onlooker_moves(1, "you", Action.CONFIRM)
    run(scene, minutes=15)
    assert scene.tickets[0].state is State.CLOSED
    assert scene.tickets[1].state is State.DISPATCHED


def test_a_ticket_that_a_person_touched_is_never_sent_back() -> None:
    scene = street(300)
    for number in range(300):
        scene.onlooker_moves(number, "script", Action.CONFIRM)
    run(scene, minutes=20)
    assert {one.state for one in scene.tickets} == {State.CLOSED}
    assert not any(entry.action in ("return", "reopen") for timeline in scene.timelines for entry in timeline)


@pytest.mark.parametrize("name", ["script", "陈静"])
@pytest.mark.parametrize("back", [Action.RECALL, Action.RETURN])
def test_what_a_person_takes_back_is_theirs_to_confirm(back: Action, name: str) -> None:
    scene = street()
    scene.onlooker_moves(0, name, Action.CONFIRM)
    scene.onlooker_moves(0, name, back)
    run(scene, minutes=20)
    assert scene.tickets[0].state is State.CANDIDATE


def test_what_a_person_reopens_is_theirs_to_close() -> None:
    scene = handled()
    scene.onlooker_moves(0, "you", Action.REOPEN)
    run(scene, minutes=20)
    assert scene.tickets[0].state is State.HANDLED


@pytest.mark.parametrize("name", ["script", "王建军"])
def test_what_a_person_accepts_is_theirs_to_handle(name: str) -> None:
    scene = street()
    scene.onlooker_moves(0, "script", Action.CONFIRM)
    scene.onlooker_moves(0, name, Action.ACCEPT)
    run(scene, minutes=20)
    assert scene.tickets[0].state is State.ACCEPTED


def test_an_alarm_that_a_person_acknowledges_is_seen_to_all_the_same() -> None:
    scene = street()
    scene.onlooker_marks(0, "陈静", "acknowledge")
    run(scene, minutes=20)
    assert scene.tickets[0].state is State.CLOSED


def test_while_a_person_plays_one_of_the_cast_nobody_else_does() -> None:
    scene = street(40, "crowd")
    while any(one.state is State.CANDIDATE for one in scene.tickets):
        run(scene, minutes=0.1)
    waiting = {n for n, one in enumerate(scene.tickets) if one.state is State.DISPATCHED}
    scene.onlooker_moves(min(waiting), "王建军", Action.ACCEPT)
    run(scene, minutes=4.9)
    assert {scene.tickets[n].state for n in waiting} == {State.DISPATCHED, State.ACCEPTED}
    run(scene, minutes=20)
    assert State.CLOSED in {scene.tickets[n].state for n in waiting}


def handled() -> Street:
    """A ticket that the cast has handled a moment ago."""
    scene = street()
    while scene.tickets[0].state is not State.HANDLED:
        run(scene, minutes=0.1)
    return scene


def test_after_a_verdict_the_queue_is_left_to_the_person_for_five_minutes() -> None:
    scene = street(2)
    scene.onlooker_moves(0, "you", Action.REJECT)
    run(scene, minutes=4.9)
    assert scene.tickets[1].state is State.CANDIDATE
    run(scene, minutes=1)
    assert scene.tickets[1].state is not State.CANDIDATE


def test_residents_report_about_every_forty_seconds_and_always_the_same() -> None:
    told = reports(TOWN, 7, 1_000_000, 1_003_600)
    assert len(told) == 90
    halves = [*reports(TOWN, 7, 1_000_000, 1_001_234.5), *reports(TOWN, 7, 1_001_234.5, 1_003_600)]
    assert halves == told
    assert {report.kind for report in told} <= shipped_duties().keys()
    assert len({report.title for report in told}) > 40


@given(st.integers(0, 1000), st.floats(0, 4e9))
def test_somebody_reports_within_any_minute(seed: int, start: float) -> None:
    assert reports(TOWN, seed, start, start + 61)


def test_a_report_is_what_the_api_takes() -> None:
    (report, *_) = reports(TOWN, 7, 0, 100)
    assert msgspec.to_builtins(report).keys() == {"kind", "title", "text", "position"}


def test_the_cast_knows_its_own_acts_and_the_machines() -> None:
    def is_onlooker_s(actor: str, via: str | None = None) -> bool:
        return CAST.is_onlooker_s(Entry(RECEIVED, actor, "comment", State.CANDIDATE, State.CANDIDATE, Detail(via)))

    assert not any(is_onlooker_s(name) for name in ("detect", "report"))
    assert not is_onlooker_s("陈静", "script")
    assert all(is_onlooker_s(name) for name in ONLOOKERS)
    assert is_onlooker_s("you", "script")


def test_what_somebody_reported_is_never_rejected() -> None:
    scene = street(300, "rubbish")
    run(scene, minutes=25)
    assert not any(one.state is State.REJECTED for one in scene.tickets)
