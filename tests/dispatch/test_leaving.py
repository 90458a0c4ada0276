from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import psycopg
import pytest
from psycopg import Connection

from dispatch import accounts, channels
from dispatch.accounts import AccountError
from dispatch.desk import act
from dispatch.leaving import leave
from dispatch.notices import Channel
from dispatch.notices_store import find_channel
from dispatch.people import Person
from dispatch.ticket import Order
from dispatch.transitions import Action, Role, State
from dispatch.whistle import Grade
from tests.dispatch.matters import RECEIVED, goes_on_or_waits, order, read, rows, stored, walk

PASSWORD = "a long enough one"  # noqa: S105 - of accounts that live for one test
GRID, STREET = "510603003001001", "510603003"
SQUAD = "特勤队"
LATER = RECEIVED + timedelta(hours=1)


@pytest.fixture
def crew(connection: Connection) -> None:
    for code in (GRID, STREET):
        connection.execute(
            "INSERT INTO areas (code, name, level, polygon) VALUES (%s, %s, 'grid', '[[0, 0], [1, 0], [1, 1]]')",
            (code,) * 2,
        )
    for person in (
        Person("wang", Role.WORKER),
        Person("zhao", Role.WORKER),
        Person("chen", Role.SUPERVISOR, GRID),
        Person("qian", Role.SUPERVISOR, STREET),
        Person("he", Role.DEPARTMENT, None, "环卫所"),
    ):
        accounts.add_person(connection, person, PASSWORD, "root", RECEIVED)


def told(connection: Connection) -> list[tuple[str, str, str]]:
    found = [(notice["holder"], notice["about"], notice["en"]) for notice in rows(connection, "notices")]
    return sorted(found)


@pytest.mark.usefixtures("crew")
def test_supervisors_hear_of_what_is_still_to_be_done_by_whoever_leaves(connection: Connection):
    areas = [GRID, STREET]
    here = stored(connection, state=State.DISPATCHED, assignee="wang", areas=areas, number="1")
    above = stored(connection, state=State.ACCEPTED, assignee="wang", areas=[STREET], number="2")
    stored(connection, state=State.HANDLED, assignee="wang", areas=areas)  # somebody else closes it
    stored(connection, state=State.CLOSED, assignee="wang", areas=areas)
    stored(connection, state=State.DISPATCHED, assignee="zhao", areas=areas)
    assert leave(connection, "wang", "root", LATER) == 2
    words = "wang has no account any more: assign it anew — {} Rubbish at the gate"
    numbers = [read(connection, one.id).number for one in (here, above)]
    assert told(connection) == [
        (holder, "dispatch", words.format(number)) for holder, number in zip(("chen", "qian"), numbers, strict=True)
    ]
    assert read(connection, here.id) == here  # it stays with them until somebody decides
    (entry,) = rows(connection, "audit", action="deactivate")
    assert (entry["actor"], entry["subject"], entry["at"]) == ("root", "person wang", LATER)


@pytest.mark.usefixtures("crew")
def test_what_a_department_has_in_hand_stays_its_own_when_one_of_it_leaves(connection: Connection):
    stored(connection, state=State.ACCEPTED, assignee="环卫所")
    assert leave(connection, "he", "root", LATER) == 0
    assert told(connection) == []


@pytest.mark.usefixtures("crew")
def test_an_account_called_like_its_department_leaves_nothing_of_it(connection: Connection):
    accounts.add_person(connection, Person("环卫所", Role.DEPARTMENT, None, "环卫所"), PASSWORD, "root", RECEIVED)
    stored(connection, areas=[GRID], state=State.ACCEPTED, assignee="环卫所")
    assert leave(connection, "环卫所", "root", LATER) == 0
    assert told(connection) == []


def add_squad(connection: Connection, *names: str) -> None:
    """A department that no duty names: only its accounts make it."""
    for name in names:
        accounts.add_person(connection, Person(name, Role.DEPARTMENT, None, SQUAD), PASSWORD, "root", RECEIVED)


def heard(connection: Connection) -> list[tuple[str, str]]:
    """What supervisors are told."""
    return [(holder, en) for holder, _, en in told(connection) if holder in {"chen", "qian"}]


@pytest.mark.usefixtures("crew")
def test_with_the_last_of_a_department_that_no_duty_names_it_leaves_what_it_has(connection: Connection):
    add_squad(connection, "luo", "ma")
    channels.set_channel(connection, SQUAD, Channel("json://localhost"), "root", RECEIVED)
    one = stored(connection, areas=[GRID], state=State.ACCEPTED, assignee=SQUAD)
    called = walk(connection, stored(connection, areas=[GRID]).id, State.ACCEPTED)
    summons = {"departments": (SQUAD, "环卫所"), "until": LATER, "note": "请到场"}
    act(connection, called.id, order(Action.WHISTLE, minutes=5, **summons), [])
    assert leave(connection, "luo", "root", LATER) == 0
    assert (heard(connection), bool(find_channel(connection, SQUAD))) == ([], True)
    assert leave(connection, "ma", "root", LATER) == 1
    assert heard(connection) == [
        ("chen", f"{SQUAD} has no account any more: assign it anew — {one.number} Rubbish at the gate"),
        ("chen", f"{SQUAD} has no account any more: withdraw its letter — {called.number} Rubbish at the gate"),
    ]
    assert find_channel(connection, SQUAD) is None


@pytest.mark.usefixtures("crew")
def test_a_letter_that_its_department_answered_before_it_went_waits_for_a_grade_only(connection: Connection):
    add_squad(connection, "luo")
    called = walk(connection, stored(connection, areas=[GRID]).id, State.ACCEPTED)
    act(connection, called.id, order(Action.WHISTLE, departments=(SQUAD,), until=LATER, note="请到场"), [])
    for action in (Action.CHECK_IN, Action.REPORT_BACK):
        act(connection, called.id, order(action, letter=SQUAD, note="done"), [])
    leave(connection, "luo", "root", LATER)
    assert heard(connection) == []


@pytest.mark.usefixtures("crew")
def test_what_comes_back_to_a_department_that_is_gone_is_told(connection: Connection):
    add_squad(connection, "luo")
    one = stored(connection, areas=[GRID], state=State.HANDLED, assignee=SQUAD)
    leave(connection, "luo", "root", LATER)
    assert heard(connection) == []
    act(connection, one.id, order(Action.REOPEN, "chen", 99, reason="not done"), [])
    assert [holder for holder, _ in heard(connection)] == ["chen"]


@pytest.mark.usefixtures("crew")
def test_of_two_who_leave_a_department_at_once_one_is_the_last(connection: Connection, database: str):
    add_squad(connection, "luo", "ma")
    stored(connection, areas=[GRID], state=State.ACCEPTED, assignee=SQUAD)
    with ThreadPoolExecutor() as pool, psycopg.connect(database, autocommit=True) as other:
        with connection.transaction():
            left = leave(connection, "luo", "root", LATER)
            leaving = pool.submit(leave, other, "ma", "root", LATER)
            with psycopg.connect(database, autocommit=True) as observer:
                goes_on_or_waits(leaving, other, observer)
        assert (left, leaving.result(20)) == (0, 1)
    assert [holder for holder, _ in heard(connection)] == ["chen"]


@pytest.mark.usefixtures("crew")
def test_who_is_not_there_cannot_leave_and_nobody_is_told(connection: Connection):
    leave(connection, "zhao", "root", LATER)
    stored(connection, state=State.ACCEPTED, assignee="zhao")
    with pytest.raises(AccountError, match="zhao has left, and the name stays theirs"):
        leave(connection, "zhao", "root", LATER)
    assert told(connection) == []


@pytest.mark.usefixtures("crew")
def test_supervisors_hear_of_what_comes_back_to_somebody_who_has_left(connection: Connection):
    one = stored(connection, areas=[GRID, STREET])
    act(connection, one.id, order(Action.CONFIRM, assignee="wang"), [])
    walk(connection, one.id, State.CLOSED)
    assert leave(connection, "wang", "root", LATER) == 0
    for minutes in (100, 200):
        act(connection, one.id, order(Action.REOPEN, "chen", minutes, reason="not done"), [])
        act(connection, one.id, order(Action.ACCEPT, None, minutes + 1), [])  # a script does so in nobody's name
        act(connection, one.id, order(Action.HANDLE, None, minutes + 2), [])
    words = f"wang has no account any more: assign it anew — {one.number} Rubbish at the gate"
    new = [notice for notice in told(connection) if notice[0] != "wang"]
    assert new == [("chen", "dispatch", words), ("chen", "dispatch", words)]


@pytest.mark.usefixtures("crew")
@pytest.mark.parametrize(
    ("state", "last"),
    [
        (State.CANDIDATE, order(Action.CONFIRM, assignee="wang")),
        (State.DISPATCHED, order(Action.ASSIGN, minutes=2, assignee="wang")),
        (State.HANDLED, order(Action.REOPEN, minutes=5, reason="not done")),
        (State.DISPATCHED, order(Action.ACCEPT, "wang", 5, Role.WORKER)),
    ],
)
def test_what_comes_to_somebody_in_the_moment_they_leave_is_told(
    connection: Connection, database: str, state: State, last: Order
):
    """Given but not committed, or given while they leave: neither waits for the other for ever."""
    one = stored(connection, areas=[GRID], state=state, assignee="wang" if state is State.HANDLED else None)
    with ThreadPoolExecutor() as pool, psycopg.connect(database, autocommit=True) as other:
        with connection.transaction():
            act(connection, one.id, last, [])
            leaving = pool.submit(leave, other, "wang", "root", LATER)
            with psycopg.connect(database, autocommit=True) as observer:
                goes_on_or_waits(leaving, other, observer)
        assert leaving.result(20) == 1
    assert [notice[0] for notice in told(connection) if notice[0] != "wang"] == ["chen"]


@pytest.mark.usefixtures("crew")
@pytest.mark.parametrize("leaver", ["qi", "luo"])
def test_a_letter_written_in_the_moment_its_writer_or_its_department_leaves_is_told(
    connection: Connection, database: str, leaver: str
):
    accounts.add_person(connection, Person("qi", Role.SUPERVISOR, GRID), PASSWORD, "root", RECEIVED)
    add_squad(connection, "luo")
    one = walk(connection, stored(connection, areas=[GRID, STREET]).id, State.ACCEPTED)
    summons = {"departments": (SQUAD,), "until": LATER, "note": "请到场"}
    with ThreadPoolExecutor() as pool, psycopg.connect(database, autocommit=True) as other:
        with connection.transaction():
            act(connection, one.id, order(Action.WHISTLE, "qi", 9, Role.SUPERVISOR, **summons), [])
            leaving = pool.submit(leave, other, leaver, "root", LATER)
            with psycopg.connect(database, autocommit=True) as observer:
                goes_on_or_waits(leaving, other, observer)
        leaving.result(20)
    closed = {"qi": "The account of qi is closed, who whistled", "luo": f"{SQUAD} has no account any more: withdraw"}
    (words,) = {en for _, en in heard(connection)}
    assert words.startswith(closed[leaver])


@pytest.mark.usefixtures("crew")
def test_a_letter_of_who_is_leaving_is_told_to_those_who_stay(connection: Connection, database: str):
    accounts.add_person(connection, Person("qi", Role.SUPERVISOR, STREET), PASSWORD, "root", RECEIVED)
    one = walk(connection, stored(connection, areas=[STREET]).id, State.ACCEPTED)
    summons = {"departments": ("环卫所",), "until": LATER, "note": "请到场"}
    with psycopg.connect(database, autocommit=True) as other, other.transaction():
        accounts.lock_person(other, "qi")
        act(connection, one.id, order(Action.WHISTLE, "qi", 9, Role.SUPERVISOR, **summons), [])
    assert [holder for holder, _, en in told(connection) if "grade the answer" in en] == ["qian"]


@pytest.mark.usefixtures("crew")
def test_what_is_given_to_somebody_who_is_leaving_is_told_and_waits_for_nobody(connection: Connection, database: str):
    one = stored(connection, areas=[GRID], state=State.DISPATCHED)
    connection.execute("SET lock_timeout = '5s'")
    with psycopg.connect(database, autocommit=True) as other, other.transaction():
        accounts.lock_person(other, "wang")
        act(connection, one.id, order(Action.ASSIGN, minutes=9, assignee="wang"), [])
    assert [notice[0] for notice in told(connection) if notice[0] != "wang"] == ["chen"]


@pytest.mark.usefixtures("crew")
def test_the_letters_of_whoever_leaves_are_graded_by_who_hears_of_them(connection: Connection):
    accounts.add_person(connection, Person("qi", Role.SUPERVISOR, GRID), PASSWORD, "root", RECEIVED)
    one = walk(connection, stored(connection, areas=[GRID, STREET]).id, State.ACCEPTED)
    summons = {"departments": ("环卫所", "交警中队"), "until": LATER, "note": "请到场"}
    act(connection, one.id, order(Action.WHISTLE, "qi", 3, Role.SUPERVISOR, **summons), [])
    act(connection, one.id, order(Action.WITHDRAW, "qi", 4, letter="交警中队", reason="not needed"), [])
    for action in (Action.CHECK_IN, Action.REPORT_BACK):
        act(connection, one.id, order(action, "root", 5, letter="环卫所", note="done"), [])
    assert leave(connection, "qi", "root", LATER) == 0
    words = "The account of qi is closed, who whistled for 环卫所: grade the answer in their place"
    heard = [notice for notice in told(connection) if words in notice[2]]
    assert [(holder, about) for holder, about, _ in heard] == [("chen", "letter")]  # qi was the other one of this grid
    graded = order(Action.GRADE, "chen", 99, Role.SUPERVISOR, letter="环卫所", grade=Grade.FAIR)
    act(connection, one.id, graded, [])
    assert [row["grade"] for row in rows(connection, "letters", department="环卫所")] == ["fair"]


@pytest.mark.usefixtures("crew")
def test_whoever_leaves_is_told_nowhere_any_more_and_their_department_is(connection: Connection):
    accounts.add_person(connection, Person("交警中队", Role.DEPARTMENT, None, "交警中队"), PASSWORD, "root", RECEIVED)
    for holder in ("wang", "交警中队"):
        channels.set_channel(connection, holder, Channel("json://localhost"), "root", RECEIVED)
        leave(connection, holder, "root", LATER)
    assert find_channel(connection, "wang") is None
    assert find_channel(connection, "交警中队")
    ends = [(row["subject"], row["actor"], row["at"]) for row in rows(connection, "audit", action="remove_channel")]
    assert ends == [("channel wang", "root", LATER)]
