from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import psycopg
import pytest

from dispatch import desk
from dispatch.claims import LEASE, TakenError, claim, leave
from dispatch.people import Person
from dispatch.ticket import Order, Position
from dispatch.transitions import Action, Role

LI, ZHAO = Person("li", Role.DISPATCHER), Person("zhao", Role.DISPATCHER)
NOW = datetime.now(UTC)
MINUTE = timedelta(minutes=1)


def put(connection: psycopg.Connection, kind: str = "street_lamp", minutes: int = 0) -> UUID:
    report = desk.Report(kind, "x", Position(104.395, 31.125))
    return desk.report(connection, report, "resident", NOW + minutes * MINUTE).id


def given(connection: psycopg.Connection, person: Person, at: datetime = NOW, **asked: object) -> UUID | None:
    found = claim(connection, person, at, **asked)  # type: ignore[arg-type] - what a test asks
    return found and found.ticket


def test_nothing_to_judge_gives_nothing(connection: psycopg.Connection) -> None:
    assert claim(connection, LI, NOW) is None


def test_the_gravest_comes_first_and_of_these_the_oldest(connection: psycopg.Connection) -> None:
    late, early, grave = put(connection, minutes=2), put(connection), put(connection, "gas_leak", minutes=3)
    order = []
    for _ in range(3):
        order.append(given(connection, LI, skipped=order))
    assert order == [grave, early, late]


def test_two_dispatchers_are_never_given_the_same_one(connection: psycopg.Connection) -> None:
    one, other = put(connection), put(connection, minutes=1)
    assert given(connection, LI) == one
    assert given(connection, ZHAO) == other
    assert given(connection, Person("wu", Role.DISPATCHER)) is None


def test_whoever_asks_again_keeps_what_they_have(connection: psycopg.Connection) -> None:
    one = put(connection, minutes=1)
    assert given(connection, LI) == one
    put(connection, "gas_leak")
    assert given(connection, LI, NOW + MINUTE / 2) == one
    assert given(connection, ZHAO, NOW + LEASE) != one  # it was renewed half a minute ago


def test_a_desk_that_says_nothing_loses_it(connection: psycopg.Connection) -> None:
    one = put(connection)
    assert given(connection, LI) == one
    assert given(connection, ZHAO, NOW + LEASE - timedelta(seconds=1)) is None
    assert given(connection, ZHAO, NOW + LEASE) == one


def test_what_was_given_back_or_put_off_is_anybodys(connection: psycopg.Connection) -> None:
    one = put(connection)
    assert given(connection, LI) == one
    assert given(connection, LI, skipped=[one]) is None
    assert given(connection, ZHAO) == one
    leave(connection, ZHAO)
    assert given(connection, LI) == one


def test_each_window_of_a_person_gives_back_its_own_alone(connection: psycopg.Connection) -> None:
    one, other = put(connection), put(connection, minutes=1)
    here, there = uuid4(), uuid4()
    assert [given(connection, LI, desk=desk) for desk in (here, there)] == [one, one]
    leave(connection, LI, there)
    assert given(connection, ZHAO) == other
    leave(connection, LI, here)
    leave(connection, ZHAO)
    assert given(connection, ZHAO) == one


def test_what_one_window_puts_off_stays_on_the_other(connection: psycopg.Connection) -> None:
    one, other = put(connection), put(connection, minutes=1)
    here, there = uuid4(), uuid4()
    assert [given(connection, LI, desk=desk) for desk in (here, there)] == [one, one]
    assert given(connection, LI, desk=there, skipped=[one]) == other
    assert given(connection, ZHAO) is None
    assert given(connection, LI, desk=here) == one


def test_a_window_may_want_what_another_of_the_same_person_has(connection: psycopg.Connection) -> None:
    one, other = put(connection), put(connection, minutes=1)
    here, there = uuid4(), uuid4()
    assert given(connection, LI, desk=here) == one
    assert given(connection, LI, desk=there, wanted=other) == other
    assert given(connection, LI, desk=here, wanted=other) == other
    assert given(connection, ZHAO) == one


def test_one_may_be_wanted_unless_somebody_has_it_or_it_was_judged(connection: psycopg.Connection) -> None:
    first, wanted = put(connection), put(connection, minutes=1)
    assert given(connection, LI, wanted=wanted) == wanted
    with pytest.raises(TakenError, match="li is looking at it"):
        claim(connection, ZHAO, NOW, wanted=wanted)
    desk.act(connection, first, Order(action=Action.REJECT, at=NOW, by=ZHAO, reason="test"), [])
    with pytest.raises(TakenError, match="waits for no verdict"):
        claim(connection, ZHAO, NOW, wanted=first)


def test_what_was_judged_from_elsewhere_is_on_no_desk_any_more(connection: psycopg.Connection) -> None:
    one, other = put(connection), put(connection, minutes=1)
    assert given(connection, LI) == one
    desk.act(connection, one, Order(action=Action.REJECT, at=NOW, by=ZHAO, reason="test"), [])
    assert given(connection, LI) == other


def test_what_lies_elsewhere_is_given_to_nobody_from_here(connection: psycopg.Connection) -> None:
    put(connection)
    assert claim(connection, Person("sun", Role.DISPATCHER, area="510603003001001"), NOW) is None


def test_many_desks_at_once_each_get_their_own(database: str, connection: psycopg.Connection) -> None:
    tickets = {put(connection, minutes=number) for number in range(8)}

    def ask(number: int) -> UUID | None:
        with psycopg.connect(database, autocommit=True) as own:
            return given(own, Person(f"dispatcher {number}", Role.DISPATCHER))

    with ThreadPoolExecutor(8) as desks:
        assert set(desks.map(ask, range(8))) == tickets
