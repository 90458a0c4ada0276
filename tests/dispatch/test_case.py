"""The life of a ticket under anybody's orders: by examples, and by every sequence that hypothesis finds."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from dispatch.calendars import ROUND_THE_CLOCK
from dispatch.case import Case, Cause, apply, follow
from dispatch.ledger import Clock
from dispatch.people import SYSTEM, Person
from dispatch.press import next_climb
from dispatch.ticket import ForbiddenMoveError, IncompleteOrderError, NotYoursError, Order, RejectReason, TicketError
from dispatch.transitions import ENDED, TRANSITIONS, Action, Role, State
from dispatch.whistle import ENDED_LETTERS, Grade
from tests.dispatch.clocks import elapsed
from tests.dispatch.matters import RECEIVED, case, order, terms

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
INTO = uuid4()

ZHOU = Person("zhou", Role.DISPATCHER)
LI = Person("li", Role.SUPERVISOR)
WANG = Person("wang", Role.WORKER)
ZHAO = Person("zhao", Role.WORKER)
HE = Person("he", Role.DEPARTMENT, department="环卫所")
ROOT = Person("root", Role.ADMIN)
SCRIPT = Person("", Role.ADMIN)
RESIDENT = Person("resident", Role.RESIDENT)
PEOPLE = [ZHOU, LI, WANG, ZHAO, HE, ROOT, SCRIPT, RESIDENT, SYSTEM, Person("op", Role.OPERATOR)]


def asked(action: Action, by: Person, minutes: float = 1, **more: Any) -> Order:
    return Order(action=action, at=RECEIVED + minutes * MINUTE, by=by, **more)


def lived(one: Case, *orders: Order) -> Case:
    for each in orders:
        one = apply(one, each)
    return one


DISPATCHED = (asked(Action.CONFIRM, ZHOU, 1, assignee="wang"),)
ACCEPTED = (*DISPATCHED, asked(Action.ACCEPT, WANG, 2))
HANDLED = (*ACCEPTED, asked(Action.HANDLE, WANG, 3))
CLOSED = (*HANDLED, asked(Action.CLOSE, LI, 4))
WHISTLE = asked(Action.WHISTLE, LI, 5, departments=("环卫所", "交警中队"), until=RECEIVED + 9 * HOUR, note="请到场")


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("action", Action)
def test_what_the_table_lacks_is_forbidden_with_what_is_allowed(state: State, action: Action):
    if (state, action) in TRANSITIONS:
        return
    with pytest.raises(ForbiddenMoveError) as caught:
        apply(case(state=state), order(action))
    assert caught.value.allowed == [one for origin, one in TRANSITIONS if origin == state]
    assert str(caught.value).startswith(f"a {state} ticket cannot be given {action}; allowed: ")


class Life(RuleBasedStateMachine):
    """Anybody asks for anything, at any time, again and again."""

    def __init__(self) -> None:
        super().__init__()
        self.case, self.now = case(), RECEIVED
        self.counted, self.stopped = dict.fromkeys(Clock, timedelta()), dict.fromkeys(Clock, timedelta())

    @rule(minutes=st.integers(0, 600))
    def wait(self, minutes: int) -> None:
        """A second account of the clocks, kept as time passes instead of being read off the ledger."""
        before, self.now = self.now, self.now + minutes * MINUTE
        if self.case.ticket.state is State.CLOSED:
            return
        began = min(self.now, max(before, self.case.ticket.paused_until or before))
        for clock in Clock:
            self.counted[clock] += (self.now - began) * self.case.ticket.pace

    @rule(pace=st.sampled_from([1.0, 2.0, 4.0]))
    def emergency(self, pace: float) -> None:
        if self.case.ticket.state in ENDED:
            return
        told = self.case._replace(ticket=replace(self.case.ticket, pace=pace))
        self.case = follow(self.case, told, Cause(self.now, "dispatch", "flood"))

    @rule(
        action=st.sampled_from(Action),
        by=st.sampled_from(PEOPLE),
        reason=st.sampled_from(["", "it is not ours", *RejectReason]),
        note=st.sampled_from(["", "seen"]),
        into=st.sampled_from([None, INTO]),
        assignee=st.sampled_from([None, "wang", "环卫所"]),
        severity=st.sampled_from([None, "minor", "critical"]),
        hours=st.sampled_from([None, 1, 30, 2000]),
        departments=st.sampled_from([(), ("环卫所",), ("环卫所", "交警中队")]),
        letter=st.sampled_from([None, "环卫所", "交警中队"]),
        grade=st.sampled_from([None, Grade.FAIR]),
        solved=st.sampled_from([None, True, False]),
    )
    def ask(self, action: Action, by: Person, hours: int | None, **more: Any) -> None:
        until = None if hours is None else self.now + hours * HOUR
        asked = Order(action=action, at=self.now, by=by, until=until, **more)
        before = self.case
        try:
            self.case = apply(before, asked)
        except TicketError:
            assert self.case == before
            return
        move = TRANSITIONS[before.ticket.state, action]  # KeyError: a move that the table lacks
        assert self.case.ticket.state == move.to
        assert by.role in move.by
        if action is Action.CLOSE:
            assert (by.name or None) != before.ticket.handled_by
            assert all(letter.state in ENDED_LETTERS for letter in before.letters)
        self._note_stops(before.ticket.state, move.to)

    def _note_stops(self, before: State, to: State) -> None:
        if to is State.ACCEPTED and self.case.ticket.accepted_at == self.now:
            self.stopped[Clock.ACCEPT] = self.counted[Clock.ACCEPT]
        if to is State.HANDLED and before is not to:
            self.stopped[Clock.HANDLE] = self.counted[Clock.HANDLE]
        if to is State.CLOSED:
            self.stopped[Clock.CLOSE] = self.counted[Clock.CLOSE]

    @invariant()
    def no_clock_loses_time(self) -> None:
        ticket = self.case.ticket
        done = {Clock.ACCEPT: ticket.accepted_at, Clock.HANDLE: ticket.handled_at, Clock.CLOSE: ticket.ended_at}
        for clock in Clock:
            if ticket.state in {State.REJECTED, State.MERGED}:
                continue  # it stands still, and is made up for when the end is taken back
            expected = self.stopped[clock] if done[clock] else self.counted[clock]
            read = elapsed(self.case.ledger, clock, self.now, ROUND_THE_CLOCK)
            assert abs(read - expected) < timedelta(seconds=1), (clock, read, expected)

    @invariant()
    def its_ledger_has_no_gap(self) -> None:
        ledger = self.case.ledger
        assert ledger[0].began_at == RECEIVED
        assert all(one.ended_at == other.began_at for one, other in pairwise(ledger))
        last, ticket = ledger[-1], self.case.ticket
        assert last.ended_at is None
        assert (last.state, last.severity, last.holder) == (ticket.state, ticket.severity, ticket.assignee)

    @invariant()
    def has_ended_exactly_in_its_last_states(self) -> None:
        assert (self.case.ticket.ended_at is not None) == (self.case.ticket.state in ENDED)

    @invariant()
    def points_at_another_exactly_when_merged(self) -> None:
        assert (self.case.ticket.merged_into is not None) == (self.case.ticket.state is State.MERGED)

    @invariant()
    def is_pressed_only_while_something_is_to_be_done(self) -> None:
        ticket = self.case.ticket
        if ticket.state in ENDED:
            assert ticket.press_at is None
        done = (ticket.accepted_at, ticket.handled_at, ticket.ended_at if ticket.state is State.CLOSED else None)
        assert not any(level + hand for level, hand, at in zip(ticket.levels, ticket.hands, done, strict=True) if at)


TestLife = Life.TestCase


@pytest.mark.parametrize("reason", ["", "because", "Reflection"])
def test_a_rejection_needs_a_coded_reason(reason: str):
    with pytest.raises(IncompleteOrderError, match="one of: reflection, wrong_zone, legal_stop"):
        apply(case(), order(Action.REJECT, reason=reason))
    assert apply(case(), order(Action.REJECT, reason="reflection")).ticket.state == State.REJECTED


@pytest.mark.parametrize(
    ("lives", "action"),
    [
        (DISPATCHED, Action.RETURN),
        (DISPATCHED, Action.RECALL),
        (HANDLED, Action.REOPEN),
        (CLOSED, Action.REOPEN),
        (ACCEPTED, Action.PAUSE),
        (ACCEPTED, Action.REGRADE),
        (ACCEPTED, Action.ESCALATE),
    ],
)
def test_what_puts_others_off_needs_a_reason(lives: tuple[Order, ...], action: Action):
    until = RECEIVED + 2 * HOUR
    before = lived(case(), *lives)
    with pytest.raises(IncompleteOrderError, match=f"{action} needs a reason"):
        apply(before, order(action, minutes=9, reason=" ", until=until, severity="major"))
    apply(before, order(action, minutes=9, reason="the car is still there", until=until, severity="major"))


def test_a_merge_needs_another_ticket_and_can_be_taken_back():
    one = case()
    for into in (None, one.ticket.id):
        with pytest.raises(IncompleteOrderError, match="another, open ticket"):
            apply(one, order(Action.MERGE, into=into))
    merged = apply(one, order(Action.MERGE, into=INTO))
    assert merged.ticket.merged_into == INTO
    again = apply(merged, order(Action.UNMERGE, minutes=60, reason="another street"))
    assert (again.ticket.state, again.ticket.merged_into, again.ticket.due) == (State.CANDIDATE, None, one.ticket.due)


def test_who_handled_it_cannot_close_it_but_may_see_what_is_left():
    handled = lived(case(), *ACCEPTED, asked(Action.HANDLE, ROOT, 3))
    with pytest.raises(ForbiddenMoveError, match="root handled it: somebody else must close it") as caught:
        apply(handled, asked(Action.CLOSE, ROOT, 4))
    assert "close" not in caught.value.allowed
    assert apply(handled, asked(Action.CLOSE, LI, 4)).ticket.state == State.CLOSED


def test_a_script_s_token_is_nobody_in_person():
    handled = lived(case(), *ACCEPTED, asked(Action.HANDLE, SCRIPT, 3))
    with pytest.raises(ForbiddenMoveError, match="a script that named nobody handled it"):
        apply(handled, asked(Action.CLOSE, SCRIPT, 4))
    assert apply(handled, asked(Action.CLOSE, LI, 4)).ticket.state == State.CLOSED
    named = lived(case(), *HANDLED)
    assert apply(named, asked(Action.CLOSE, SCRIPT, 4)).ticket.state == State.CLOSED


def test_confirming_may_assign_and_accepting_takes_on():
    confirmed = apply(case(), asked(Action.CONFIRM, ZHOU))
    assert confirmed.ticket.assignee is None
    assert apply(confirmed, asked(Action.ACCEPT, ZHAO)).ticket.assignee == "zhao"
    given = lived(case(), *DISPATCHED)
    assert apply(given, asked(Action.ACCEPT, SCRIPT)).ticket.assignee == "wang"
    assert apply(given, asked(Action.RETURN, WANG, reason="not mine")).ticket.assignee is None
    with pytest.raises(ForbiddenMoveError, match="it is with wang: a dispatcher can hand it over"):
        apply(given, asked(Action.ACCEPT, ZHAO))


def test_what_was_sent_out_by_mistake_is_called_back_until_somebody_accepts():
    recalled = apply(lived(case(), *DISPATCHED), asked(Action.RECALL, ZHOU, 2, reason="the wrong place")).ticket
    assert (recalled.state, recalled.assignee, recalled.due) == (State.CANDIDATE, None, case().ticket.due)
    with pytest.raises(ForbiddenMoveError):
        apply(lived(case(), *ACCEPTED), asked(Action.RECALL, ZHOU, 3, reason="the wrong place"))


def test_what_somebody_has_only_they_handle_and_what_nobody_has_is_not_for_a_department():
    accepted = lived(case(), *ACCEPTED)
    with pytest.raises(ForbiddenMoveError, match="it is with wang"):
        apply(accepted, asked(Action.HANDLE, ZHAO, 3))
    confirmed = apply(case(), asked(Action.CONFIRM, ZHOU))
    with pytest.raises(ForbiddenMoveError, match="nobody has it yet"):
        apply(confirmed, asked(Action.ACCEPT, HE, 3))


def test_a_pause_ends_when_its_step_is_done():
    paused = lived(case(), *ACCEPTED, asked(Action.PAUSE, LI, 60, reason="a part", until=RECEIVED + 50 * HOUR))
    handled = apply(paused, asked(Action.HANDLE, WANG, 120))
    assert handled.ticket.paused_until is None
    assert elapsed(handled.ledger, Clock.CLOSE, RECEIVED + 3 * HOUR, ROUND_THE_CLOCK) == 2 * HOUR


def test_a_letter_that_was_withdrawn_calls_nobody():
    one = lived(case(), *HANDLED, WHISTLE, asked(Action.WITHDRAW, LI, 9, letter="环卫所", reason="not needed"))
    assert one.ticket.departments == ["交警中队"]


def test_a_department_s_people_stand_for_it():
    given = lived(case(), asked(Action.CONFIRM, ZHOU, assignee="环卫所"), asked(Action.ACCEPT, HE, 2))
    assert given.ticket.assignee == "环卫所"
    assert apply(given, asked(Action.HANDLE, HE, 3)).ticket.handled_by == "he"


@pytest.mark.parametrize(
    ("by", "lives", "action"),
    [
        (WANG, (), Action.CONFIRM),
        (LI, (), Action.REJECT),
        (ZHOU, DISPATCHED, Action.ACCEPT),
        (WANG, HANDLED, Action.CLOSE),
        (ZHOU, CLOSED, Action.REOPEN),
        (WANG, ACCEPTED, Action.PAUSE),
        (Person("op", Role.OPERATOR), ACCEPTED, Action.ASSIGN),
        (Person("in", Role.INSTALLER), (), Action.CONFIRM),
        (RESIDENT, (), Action.ESCALATE),
    ],
)
def test_what_is_not_for_a_role_is_told_for_whom_it_is(by: Person, lives: tuple[Order, ...], action: Action):
    before = lived(case(), *lives)
    with pytest.raises(NotYoursError, match=f"{action} is not for a {by.role}; it is for: "):
        apply(before, asked(action, by, 9, reason="test", assignee="wang"))


def test_a_reopened_ticket_keeps_its_clocks():
    before = lived(case(), *HANDLED)
    again = apply(before, asked(Action.REOPEN, LI, 60, reason="not done")).ticket
    assert (again.accepted_at, again.handled_at) == (before.ticket.accepted_at, None)
    assert again.due == before.ticket.due


def test_a_pause_has_an_end_and_an_approver_who_does_not_have_the_ticket():
    before = lived(case(), *ACCEPTED)
    pause = {"reason": "waiting for a part", "until": RECEIVED + 5 * HOUR}
    paused = apply(before, asked(Action.PAUSE, LI, 60, **pause))
    assert paused.ticket.due.handle == before.ticket.due.handle + 4 * HOUR
    assert paused.ledger[-1].approver == "li"
    with pytest.raises(ForbiddenMoveError, match="it is paused until"):
        apply(paused, asked(Action.PAUSE, LI, 61, **pause))
    for until in (None, RECEIVED, RECEIVED + timedelta(days=40)):
        with pytest.raises(IncompleteOrderError, match="a clock must start again"):
            apply(before, asked(Action.PAUSE, LI, 60, reason="x", until=until))
    own = lived(case(), asked(Action.CONFIRM, ZHOU, assignee="li"))
    with pytest.raises(NotYoursError, match="somebody else must approve"):
        apply(own, asked(Action.PAUSE, LI, 60, **pause))


def test_resuming_early_gives_back_what_is_left_of_a_pause():
    before = lived(case(), *ACCEPTED)
    paused = apply(before, asked(Action.PAUSE, LI, 60, reason="a part", until=RECEIVED + 5 * HOUR))
    resumed = apply(paused, asked(Action.RESUME, WANG, 120))
    assert resumed.ticket.due.handle == before.ticket.due.handle + HOUR
    with pytest.raises(ForbiddenMoveError, match="it is not paused"):
        apply(resumed, asked(Action.RESUME, WANG, 121))


def test_a_hand_over_keeps_what_has_passed():
    # zammad #5624: the clock followed the old timer after a hand-over
    before = lived(case(), *ACCEPTED)
    after = apply(before, asked(Action.ASSIGN, LI, 300, assignee="zhao"))
    assert (after.ticket.assignee, after.ticket.due) == ("zhao", before.ticket.due)
    assert [interval.holder for interval in after.ledger] == [None, "wang", "wang", "zhao"]


def test_a_graver_ticket_is_due_by_its_own_limits_from_receipt():
    strict = terms(limits={"severities": {"critical": {"accept": "10m", "handle": "4h", "close": "1d"}}})
    before = lived(case()._replace(terms=strict), *ACCEPTED)
    after = apply(before, asked(Action.REGRADE, LI, 180, reason="a child is hurt", severity="critical"))
    assert after.ticket.due.handle == RECEIVED + 4 * HOUR


def test_what_is_overdue_climbs_level_by_level_and_an_acknowledgement_stops_nothing():
    one, due = case(), case().ticket.due.accept
    assert (one.ticket.level, one.ticket.press_at) == (0, due)
    pressed = apply(one, Order(action=Action.ESCALATE, at=due, by=SYSTEM, reason="x", clock=Clock.ACCEPT))
    assert (pressed.ticket.level, pressed.ticket.press_at) == (1, due + 2 * HOUR)
    # OnCall #1792: acknowledged, then forgotten
    seen = apply(pressed, Order(action=Action.ACKNOWLEDGE, at=due + HOUR, by=ZHOU))
    assert (seen.ticket.level, seen.ticket.press_at) == (1, due + 2 * HOUR)
    done = lived(seen, asked(Action.CONFIRM, ZHOU, 200), asked(Action.ACCEPT, WANG, 201))
    assert (done.ticket.level, done.ticket.press_at) == (0, done.ticket.due.handle)


def test_whoever_of_the_staff_acts_first_has_seen_it_and_what_comes_back_is_to_be_seen_anew():
    sent = apply(case(), Order(action=Action.CONFIRM, at=RECEIVED, by=SYSTEM))
    assert sent.ticket.acknowledged_by is None
    seen = lived(sent, asked(Action.ACKNOWLEDGE, ZHOU, 1), asked(Action.ACCEPT, WANG, 2))
    assert (seen.ticket.acknowledged_by, seen.ticket.acknowledged_at) == (ZHOU.name, RECEIVED + timedelta(minutes=1))
    back = lived(seen, asked(Action.HANDLE, WANG, 3), asked(Action.REOPEN, ZHOU, 4, reason="still there"))
    assert (back.ticket.acknowledged_by, back.ticket.acknowledged_at) == (None, None)


def test_nobody_acknowledges_without_a_name():
    with pytest.raises(IncompleteOrderError, match="needs a person: sign in"):
        apply(case(), asked(Action.ACKNOWLEDGE, Person("", Role.ADMIN), 1))


def test_every_step_climbs_to_the_top_for_itself_and_then_there_is_nobody_left_to_press():
    one, climbed = case(), []
    while climb := next_climb(one.ticket, one.terms):
        assert one.ticket.press_at == climb.at
        climbed.append(climb)
        one = apply(one, Order(action=Action.ESCALATE, at=climb.at, by=SYSTEM, reason="x", clock=climb.clock))
    assert climbed == sorted(climbed)
    top = len(one.terms.press)
    assert Counter(clock for _, clock in climbed) == dict.fromkeys(Clock, top)
    assert (one.ticket.levels, one.ticket.press_at) == ((top, top, top), None)


def test_what_is_pressed_by_hand_is_the_step_in_hand_due_or_not():
    pressed = lived(case(), *ACCEPTED, asked(Action.ESCALATE, LI, 5, reason="the mayor comes by"))
    assert (pressed.ticket.levels, pressed.ticket.hands, pressed.ticket.level) == ((0, 0, 0), (0, 1, 0), 1)
    assert lived(pressed, asked(Action.HANDLE, WANG, 6)).ticket.level == 0
    often = lived(pressed, *(asked(Action.ESCALATE, LI, minute, reason="again") for minute in range(6, 16)))
    assert often.ticket.press_at == often.ticket.due.handle  # it climbs by itself all the same


def test_after_a_reopening_a_step_climbs_anew():
    late = 30 * 60
    pressed = lived(case(), *ACCEPTED, asked(Action.ESCALATE, SYSTEM, late, reason="x", clock=Clock.HANDLE))
    again = lived(
        pressed, asked(Action.HANDLE, WANG, late + 1), asked(Action.REOPEN, LI, late + 2, reason="it is not done")
    )
    assert again.ticket.levels == (0, 0, 0)
    assert next_climb(again.ticket, again.terms) == (again.ticket.due.handle, Clock.HANDLE)


def test_a_whistle_summons_departments_and_is_graded_by_who_whistled():
    one = lived(case(), *HANDLED, WHISTLE)
    assert one.ticket.departments == ["环卫所", "交警中队"]
    with pytest.raises(ForbiddenMoveError, match="环卫所, 交警中队 still has a letter"):
        apply(one, asked(Action.CLOSE, LI, 6))
    own = {"letter": "环卫所"}
    one = lived(
        one,
        asked(Action.CHECK_IN, HE, 7, **own),
        asked(Action.REPORT_BACK, HE, 8, note="已清运", **own),
        asked(Action.WITHDRAW, LI, 9, letter="交警中队", reason="not needed"),
    )
    with pytest.raises(NotYoursError, match=r"^li whistled: .* or an admin does; or withdraw the letter"):
        apply(one, asked(Action.GRADE, ZHOU, 10, grade=Grade.SATISFIED, **own))
    one = apply(one, asked(Action.GRADE, LI, 10, grade=Grade.SATISFIED, **own))
    assert [(letter.state, letter.grade) for letter in one.letters] == [("graded", "satisfied"), ("withdrawn", None)]
    assert apply(one, asked(Action.CLOSE, LI, 11)).ticket.state == State.CLOSED


def answered(by: Person) -> Case:
    """A ticket that somebody whistled for, with the answer of one department."""
    own, whistle = {"letter": "环卫所"}, replace(WHISTLE, by=by, departments=("环卫所",))
    return lived(
        case(),
        *HANDLED,
        whistle,
        asked(Action.CHECK_IN, HE, 7, **own),
        asked(Action.REPORT_BACK, HE, 8, note="已清运", **own),
    )


@pytest.mark.parametrize(("by", "may"), [(ZHOU, True), (LI, True), (ROOT, True), (WANG, False), (HE, False)])
def test_whoever_checks_grades_for_somebody_who_has_left(by: Person, *, may: bool):
    one = answered(Person("qi", Role.SUPERVISOR))
    one = one._replace(letters=tuple(replace(letter, orphaned=True) for letter in one.letters))
    grade = asked(Action.GRADE, by, 10, grade=Grade.FAIR, letter="环卫所")
    if not may:
        with pytest.raises(NotYoursError):
            apply(one, grade)
        return
    assert apply(one, grade).letters[0].grade == "fair"


def test_what_a_server_s_own_token_does_is_signed_as_a_script_s():
    one = answered(SCRIPT)
    unsigned = one._replace(letters=tuple(replace(letter, by="") for letter in one.letters))  # of an older version
    for each in (one, unsigned):
        with pytest.raises(NotYoursError, match=r"^script whistled: "):
            apply(each, asked(Action.GRADE, LI, 10, grade=Grade.FAIR, letter="环卫所"))
        assert apply(each, asked(Action.GRADE, ROOT, 10, grade=Grade.FAIR, letter="环卫所")).letters[0].grade == "fair"
    pause = asked(Action.PAUSE, SCRIPT, 60, reason="a part", until=RECEIVED + 5 * HOUR)
    last = lived(case(), *ACCEPTED, pause).ledger[-1]
    assert (last.by, last.approver) == ("script", "script")


@pytest.mark.parametrize(
    ("wrong", "error", "why"),
    [
        (asked(Action.CHECK_IN, HE, 7), IncompleteOrderError, "needs `letter`"),
        (asked(Action.CHECK_IN, HE, 7, letter="交警中队"), NotYoursError, "addressed to 交警中队"),
        (asked(Action.REPORT_BACK, HE, 7, letter="环卫所", note="x"), ForbiddenMoveError, "is issued"),
        (asked(Action.GRADE, LI, 7, letter="环卫所"), IncompleteOrderError, "one of: satisfied, fair"),
        (WHISTLE, ForbiddenMoveError, "has a letter already"),
        (asked(Action.WHISTLE, LI, 7, note="x", until=RECEIVED), IncompleteOrderError, "each once"),
        (asked(Action.WHISTLE, LI, 7, note="x", departments=("a",), until=RECEIVED), IncompleteOrderError, "deadline"),
    ],
)
def test_a_letter_that_cannot_be_moved_says_why(wrong: Order, error: type[TicketError], why: str):
    with pytest.raises(error, match=why):
        apply(lived(case(), *HANDLED, WHISTLE), wrong)


def test_a_resident_s_no_reopens():
    again = apply(lived(case(), *CLOSED), asked(Action.REOPEN, RESIDENT, 60, reason="还在漏", solved=False))
    assert (again.ticket.state, again.ticket.solved) == (State.DISPATCHED, False)
