from datetime import timedelta

import pytest

from dispatch.ledger import Clock
from dispatch.people import Person
from dispatch.press import climbed, first_undone, next_climb, pressed_by_hand, told
from dispatch.transitions import Role
from tests.dispatch.matters import RECEIVED, case, terms, ticket

HOUR = timedelta(hours=1)
GRID, COMMUNITY, STREET = "510603003001001", "510603003001", "510603003"
PATH = [GRID, COMMUNITY, STREET]
SUPERVISORS = [
    Person(name, Role.SUPERVISOR, area) for name, area in (("grid", GRID), ("street", STREET), ("all", None))
]


@pytest.mark.parametrize(
    ("level", "areas", "names"),
    [
        (1, PATH, ["wang", "grid"]),
        (2, PATH, ["wang", "street"]),  # the community has none: it falls upward
        (3, PATH, ["wang", "street"]),
        (4, PATH, ["wang", "all"]),
        (9, PATH, ["wang", "all"]),
        (1, [], ["wang", "all"]),
    ],
)
def test_what_is_pressed_climbs_from_area_to_area(level: int, areas: list[str], names: list[str]):
    assert told(ticket(assignee="wang", areas=areas), level, SUPERVISORS) == names


@pytest.mark.parametrize(("level", "name"), [(1, "grid"), (2, "street"), (4, "street"), (9, "street")])
def test_where_nobody_supervises_above_the_highest_who_do_are_told(level: int, name: str):
    without_top = [one for one in SUPERVISORS if one.area]
    assert told(ticket(areas=PATH), level, without_top) == [name]
    assert told(ticket(areas=PATH), level, without_top[:1]) == ["grid"]


def test_where_nobody_supervises_who_has_it_is_told():
    assert told(ticket(assignee="wang", areas=PATH), 1, []) == ["wang"]
    assert told(ticket(), 1, []) == []
    assert told(ticket(assignee="grid", areas=PATH), 1, SUPERVISORS) == ["grid"]


def test_the_step_in_hand_is_the_first_that_is_not_done():
    assert first_undone(ticket()) is Clock.ACCEPT
    assert first_undone(ticket(accepted_at=RECEIVED)) is Clock.HANDLE
    assert first_undone(ticket(accepted_at=RECEIVED, handled_at=RECEIVED)) is Clock.CLOSE


def test_levels_are_as_far_apart_as_the_steps_even_for_who_comes_late():
    one, late = case().ticket, RECEIVED + 100 * HOUR
    assert next_climb(one, terms()) == (RECEIVED + 2 * HOUR, Clock.ACCEPT)
    in_time = climbed(one, Clock.ACCEPT, RECEIVED + 2 * HOUR)
    assert next_climb(in_time, terms()) == (RECEIVED + 4 * HOUR, Clock.ACCEPT)
    both = climbed(climbed(one, Clock.ACCEPT, late), Clock.HANDLE, late + HOUR)
    assert next_climb(both, terms()) == (late + 2 * HOUR, Clock.ACCEPT)  # whatever another step did


def test_what_was_pressed_by_hand_climbs_from_there():
    one = pressed_by_hand(case().ticket)
    assert (one.level, next_climb(one, terms())) == (1, (RECEIVED + 2 * HOUR, Clock.ACCEPT))
    assert climbed(one, Clock.ACCEPT, RECEIVED + 2 * HOUR).level == 2
