from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from dispatch.ticket import (
    ENDED,
    TRANSITIONS,
    Action,
    ForbiddenMoveError,
    IncompleteOrderError,
    Order,
    RejectReason,
    Role,
    State,
    TicketError,
    allowed_actions,
    apply,
)
from tests.dispatch.matters import RECEIVED, order, ticket

# as the plan of the house has it: state, action → next, who
LIFE = {
    ("candidate", "confirm"): ("dispatched", {"dispatcher"}),
    ("candidate", "reject"): ("rejected", {"dispatcher"}),
    ("candidate", "merge"): ("merged", {"dispatcher"}),
    ("dispatched", "accept"): ("accepted", {"worker", "department"}),
    ("dispatched", "return"): ("candidate", {"worker", "department"}),
    ("accepted", "handle"): ("handled", {"worker", "department"}),
    ("handled", "close"): ("closed", {"supervisor", "dispatcher"}),
    ("handled", "reopen"): ("dispatched", {"supervisor", "dispatcher"}),
    ("closed", "reopen"): ("dispatched", {"supervisor"}),
}
PEOPLE = ["zhou", "wang", "li", None]
REASONS = ["", "  ", "it is not ours", *RejectReason]
INTO = uuid4()


def test_the_table_is_the_plan_s():
    assert {move: (to, set(by)) for move, (to, by) in TRANSITIONS.items()} == LIFE
    assert {role for _, by in LIFE.values() for role in by} == set(Role)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("action", Action)
def test_every_move_is_in_the_table_or_forbidden_with_what_is_allowed(state: State, action: Action):
    asked = order(action, "li", reason=RejectReason.TEST, into=INTO)
    if (state, action) in LIFE:
        assert apply(ticket(state=state), asked).state == LIFE[state, action][0]
        return
    with pytest.raises(ForbiddenMoveError) as caught:
        apply(ticket(state=state), asked)
    allowed = [one for origin, one in LIFE if origin == state]
    assert caught.value.allowed == allowed
    told = f"a {state} ticket cannot be given {action}; allowed: {', '.join(allowed) or 'nothing more'}"
    assert str(caught.value) == told


def test_allowed_actions_are_those_of_the_table():
    assert allowed_actions(State.HANDLED) == ["close", "reopen"]
    assert allowed_actions(State.REJECTED) == []


class Life(RuleBasedStateMachine):
    """Anybody asks for anything, again and again."""

    def __init__(self) -> None:
        super().__init__()
        self.ticket, self.minutes = ticket(), 0

    @rule(
        action=st.sampled_from(Action),
        actor=st.sampled_from(PEOPLE),
        reason=st.sampled_from(REASONS),
        into=st.sampled_from([None, INTO]),
        assignee=st.sampled_from([None, "wang"]),
    )
    def ask(self, action: Action, actor: str | None, reason: str, into: object, assignee: str | None) -> None:
        self.minutes += 1
        asked = order(action, actor, self.minutes, reason=reason, into=into, assignee=assignee)
        before, refusal = self.ticket, self.refusal(asked)
        if refusal:
            with pytest.raises(refusal):
                apply(before, asked)
            return
        self.ticket = apply(before, asked)
        assert self.ticket.state == LIFE[before.state, action][0]

    def refusal(self, asked: Order) -> type[TicketError] | None:
        if (self.ticket.state, asked.action) not in LIFE:
            return ForbiddenMoveError
        incomplete = {
            Action.REJECT: asked.reason not in set(RejectReason),
            Action.MERGE: asked.into is None,
            Action.RETURN: not asked.reason.strip(),
            Action.REOPEN: not asked.reason.strip(),
        }
        if incomplete.get(asked.action):
            return IncompleteOrderError
        handled_it = asked.actor and asked.actor == self.ticket.handled_by
        return ForbiddenMoveError if asked.action is Action.CLOSE and handled_it else None

    @invariant()
    def has_ended_exactly_in_its_last_states(self) -> None:
        assert (self.ticket.ended_at is not None) == (self.ticket.state in ENDED)

    @invariant()
    def its_clocks_stand_where_its_state_says(self) -> None:
        accepted = self.ticket.state in {"accepted", "handled", "closed"}
        assert (self.ticket.accepted_at is not None) == accepted
        assert (self.ticket.handled_at is not None) == (self.ticket.state in {"handled", "closed"})
        moments = [self.ticket.opened_at, self.ticket.accepted_at, self.ticket.handled_at, self.ticket.ended_at]
        known = [moment for moment in moments if moment]
        assert known == sorted(known)

    @invariant()
    def points_at_another_exactly_when_merged(self) -> None:
        assert (self.ticket.merged_into is not None) == (self.ticket.state == "merged")


TestLife = Life.TestCase


@pytest.mark.parametrize("reason", ["", "because", "Reflection"])
def test_a_rejection_needs_a_coded_reason(reason: str):
    with pytest.raises(IncompleteOrderError, match="one of: reflection, wrong_zone, legal_stop"):
        apply(ticket(), order(Action.REJECT, reason=reason))
    assert apply(ticket(), order(Action.REJECT, reason="reflection")).state == State.REJECTED


@pytest.mark.parametrize(
    ("action", "state"),
    [
        (Action.RETURN, State.DISPATCHED),
        (Action.REOPEN, State.HANDLED),
        (Action.REOPEN, State.CLOSED),
    ],
)
def test_going_back_needs_a_reason(action: Action, state: State):
    with pytest.raises(IncompleteOrderError, match=f"{action} needs a reason"):
        apply(ticket(state=state), order(action, reason=" "))
    apply(ticket(state=state), order(action, reason="the car is still there"))


def test_a_merge_needs_another_ticket():
    one = ticket()
    for into in (None, one.id):
        with pytest.raises(IncompleteOrderError, match="another, open ticket"):
            apply(one, order(Action.MERGE, into=into))
    assert apply(one, order(Action.MERGE, into=INTO)).merged_into == INTO


def test_who_handled_it_cannot_close_it_but_may_see_what_is_left():
    handled = apply(ticket(state=State.ACCEPTED), order(Action.HANDLE, "wang"))
    with pytest.raises(ForbiddenMoveError, match="wang handled it: somebody else must close it") as caught:
        apply(handled, order(Action.CLOSE, "wang"))
    assert caught.value.allowed == ["reopen"]
    assert apply(handled, order(Action.CLOSE, "li")).state == State.CLOSED


def test_a_script_s_token_is_nobody_in_person():
    handled = apply(ticket(state=State.ACCEPTED), order(Action.HANDLE, None))
    assert apply(handled, order(Action.CLOSE, None)).state == State.CLOSED


def test_confirming_may_assign_and_accepting_takes_on():
    confirmed = apply(ticket(), order(Action.CONFIRM, assignee="wang"))
    assert confirmed.assignee == "wang"
    assert apply(confirmed, order(Action.ACCEPT, "li")).assignee == "li"
    assert apply(confirmed, order(Action.ACCEPT, None)).assignee == "wang"
    assert apply(confirmed, order(Action.RETURN, "wang", reason="not mine")).assignee is None


def test_a_reopened_ticket_keeps_its_due_times():
    one = ticket(state=State.HANDLED, accepted_at=RECEIVED, handled_at=RECEIVED + timedelta(hours=1))
    again = apply(one, order(Action.REOPEN, "li", reason="not done"))
    assert (again.accepted_at, again.handled_at, again.due) == (None, None, one.due)
