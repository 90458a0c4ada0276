import pytest

from dispatch.transitions import OPEN, TRANSITIONS, Action, Role, State, allowed_actions

# as the plan of the house has it: state, action → next, who; an admin may do all of it
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
# what takes back a mistake
UNDO = {
    ("merged", "unmerge"): ("candidate", {"supervisor", "dispatcher"}),
    ("rejected", "reopen"): ("candidate", {"supervisor", "dispatcher"}),
    ("dispatched", "recall"): ("candidate", {"dispatcher"}),
}
PEOPLE = {role.value for role in Role} - {"admin", "system", "resident"}


def moves() -> dict[tuple[str, str], tuple[str, set[str]]]:
    """The moves that change a state, with the people who may make them."""
    return {
        (state.value, action.value): (to.value, {role.value for role in by} & PEOPLE)
        for (state, action), (to, by) in TRANSITIONS.items()
        if state != to
    }


def test_the_table_is_the_plan_s():
    assert moves() == LIFE | UNDO


def test_an_admin_may_do_whatever_anybody_may():
    assert all(Role.ADMIN in move.by for move in TRANSITIONS.values())


def test_a_resident_may_only_comment_and_say_that_a_closed_matter_is_not_solved():
    theirs = {(state, action) for (state, action), move in TRANSITIONS.items() if Role.RESIDENT in move.by}
    assert theirs == {(State.CLOSED, Action.REOPEN), *((state, Action.COMMENT) for state in State)}


def test_dispatch_itself_decides_nothing_that_is_a_person_s_to_decide():
    acts = {action for (_, action), move in TRANSITIONS.items() if Role.SYSTEM in move.by}
    assert acts == {Action.CONFIRM, Action.RESUME, Action.ESCALATE}


@pytest.mark.parametrize("state", OPEN)
def test_whatever_is_open_can_be_pressed_regraded_and_acknowledged(state: State):
    assert {Action.ESCALATE, Action.REGRADE, Action.ACKNOWLEDGE, Action.COMMENT} <= set(allowed_actions(state))


def test_an_ended_ticket_allows_only_what_takes_its_end_back():
    assert allowed_actions(State.REJECTED) == ["reopen", "comment"]
    assert allowed_actions(State.MERGED) == ["unmerge", "comment"]
    assert allowed_actions(State.CLOSED) == ["reopen", "comment"]
