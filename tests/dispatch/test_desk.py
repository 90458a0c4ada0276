import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import Connection
from psycopg.types.json import Jsonb

from dispatch import accounts
from dispatch.desk import NoSuchTicketError, Report, act, report
from dispatch.people import Person
from dispatch.ticket import Area, ForbiddenMoveError, IncompleteOrderError, NotYoursError, Order, Position, TicketError
from dispatch.transitions import Action, Role, State
from tests.dispatch.matters import JPEG, PNG, RECEIVED, order, read, rows, stored, timeline, walk

GATE = Position(104.395, 31.125)


@pytest.mark.usefixtures("crew")
def test_an_order_is_carried_out_and_recorded(connection: Connection):
    ticket = stored(connection)
    after = act(connection, ticket.id, order(Action.CONFIRM, assignee="wang"), [])
    assert read(connection, ticket.id) == after
    assert (after.state, after.assignee) == (State.DISPATCHED, "wang")
    assert timeline(connection, ticket.id) == [("zhou", "confirm", "candidate", "dispatched")]
    assert rows(connection, "audit")[0]["detail"] == {"assignee": "wang"}


def test_a_ticket_s_whole_way_is_in_its_timeline(connection: Connection):
    ticket = stored(connection)
    walk(connection, ticket.id, State.HANDLED)
    act(connection, ticket.id, order(Action.REOPEN, "li", 4, reason="still there"), [])
    walk_on = [order(Action.ACCEPT, "wang", 5), order(Action.HANDLE, "wang", 6), order(Action.CLOSE, "li", 7)]
    for one in walk_on:
        act(connection, ticket.id, one, [])
    states = [(entry[2], entry[3]) for entry in timeline(connection, ticket.id)]
    assert [to for _, to in states] == [
        "dispatched", "accepted", "handled", "dispatched", "accepted", "handled", "closed",
    ]  # fmt: skip
    assert all(before == states[number][1] for number, (before, _) in enumerate(states[1:]))


@pytest.mark.parametrize(
    "wrong",
    [
        order(Action.ACCEPT),
        order(Action.REJECT, reason="no code"),
        order(Action.MERGE),
        order(Action.MERGE, into=uuid4()),
    ],
)
def test_what_cannot_be_done_leaves_everything_as_it_was(connection: Connection, wrong: Order):
    ticket = stored(connection)
    with pytest.raises(TicketError):
        act(connection, ticket.id, wrong, [JPEG])
    assert read(connection, ticket.id) == ticket
    assert timeline(connection, ticket.id) == rows(connection, "evidence") == []


def naming(action: Action, holder: str) -> Order:
    if action is not Action.WHISTLE:
        return order(action, assignee=holder)
    return order(action, departments=("交警中队", holder), until=RECEIVED + timedelta(hours=9), note="请到场")


@pytest.mark.parametrize(
    ("state", "action"),
    [
        (State.CANDIDATE, Action.CONFIRM),
        (State.DISPATCHED, Action.ASSIGN),
        (State.ACCEPTED, Action.WHISTLE),
    ],
)
def test_nothing_is_given_to_nobody(connection: Connection, state: State, action: Action):
    ticket = walk(connection, stored(connection).id, state)
    with pytest.raises(IncompleteOrderError, match=r"there is no (department )?'x': "):
        act(connection, ticket.id, naming(action, "x"), [])
    assert read(connection, ticket.id) == ticket
    assert "环卫所" in act(connection, ticket.id, naming(action, "环卫所"), []).holders


@pytest.mark.parametrize(("state", "action"), [(State.CANDIDATE, Action.CONFIRM), (State.ACCEPTED, Action.ASSIGN)])
def test_nothing_is_given_to_who_could_never_accept_it(connection: Connection, state: State, action: Action):
    """Nor to one of a department by their own name: what is theirs is the department's."""
    connection.execute(
        "INSERT INTO people (name, role, department) VALUES ('op', 'operator', NULL), ('li', 'supervisor', NULL),"
        " ('he', 'department', '燃气公司'), ('zhu', 'worker', NULL), ('root', 'admin', NULL)"
    )
    for name in ("op", "li", "he"):
        ticket = walk(connection, stored(connection).id, state)
        with pytest.raises(IncompleteOrderError, match=f"'{name}' can accept no ticket: name a grid worker"):
            act(connection, ticket.id, naming(action, name), [])
    for name in ("zhu", "root", "燃气公司"):
        ticket = walk(connection, stored(connection).id, state)
        assert act(connection, ticket.id, naming(action, name), []).assignee == name


def test_only_departments_are_whistled_for(connection: Connection):
    """A person's own name is no department's: nobody could answer such a letter."""
    ticket = walk(connection, stored(connection).id, State.ACCEPTED)
    with pytest.raises(IncompleteOrderError, match="there is no department 'wang'"):
        act(connection, ticket.id, naming(Action.WHISTLE, "wang"), [])


def test_who_may_not_assign_learns_nothing_of_who_there_is(connection: Connection):
    ticket = walk(connection, stored(connection).id, State.DISPATCHED)
    with pytest.raises(NotYoursError):
        act(connection, ticket.id, order(Action.ASSIGN, role=Role.WORKER, assignee="no such person"), [])


def test_an_unknown_ticket_is_told(connection: Connection):
    unknown = uuid4()
    with pytest.raises(NoSuchTicketError, match=f"there is no ticket {unknown}"):
        act(connection, unknown, order(Action.CONFIRM), [])


def test_photos_are_kept_with_the_order(connection: Connection):
    ticket = walk(connection, stored(connection).id, State.ACCEPTED)
    handled = order(Action.HANDLE, "wang", 3)
    act(connection, ticket.id, handled, [JPEG, PNG])
    shown = rows(connection, "evidence", ticket=ticket.id)
    assert [(row["role"], row["media_type"], row["data"], row["at"]) for row in shown] == [
        ("photo", "image/jpeg", JPEG, handled.at),
        ("photo", "image/png", PNG, handled.at),
    ]
    (told,) = rows(connection, "audit", ticket=ticket.id, action="handle")
    assert told["detail"] == {"photos": [str(row["id"]) for row in shown]}
    (before,) = rows(connection, "audit", ticket=ticket.id, action="accept")
    assert before["detail"] == {}


@pytest.mark.parametrize("photo", [b"", b"<svg onload=alert(1)>", b"GIF89a", b"%PDF-1.7"])
def test_a_photo_that_is_no_picture_is_refused_with_the_whole_order(connection: Connection, photo: bytes):
    ticket = walk(connection, stored(connection).id, State.ACCEPTED)
    before = timeline(connection, ticket.id)
    with pytest.raises(IncompleteOrderError, match="JPEG or a PNG"):
        act(connection, ticket.id, order(Action.HANDLE, "wang", 3), [JPEG, photo])
    assert read(connection, ticket.id) == ticket
    assert timeline(connection, ticket.id) == before
    assert rows(connection, "evidence") == []


def test_supervisors_hear_of_what_goes_out_again_while_nobody_has_it(connection: Connection):
    """A script that names nobody accepted and handled it."""
    accounts.add_person(connection, Person("chen", Role.SUPERVISOR), "a long enough one", "root", RECEIVED)
    one = stored(connection, state=State.DISPATCHED)
    for action in (Action.ACCEPT, Action.HANDLE):
        act(connection, one.id, order(action, None, note="done"), [])
    assert rows(connection, "notices") == []
    act(connection, one.id, order(Action.REOPEN, "chen", 9, reason="not done"), [])
    (told,) = rows(connection, "notices")
    assert (told["holder"], told["zh"]) == ("chen", f"尚无人接手，请指派 — {one.number} Rubbish at the gate")


def test_a_merge_goes_into_an_open_ticket_only(connection: Connection):
    one, other = stored(connection), stored(connection)
    act(connection, other.id, order(Action.REJECT, reason="test"), [])
    with pytest.raises(IncompleteOrderError, match=f"ticket {other.number} is rejected: merge into an open one"):
        act(connection, one.id, order(Action.MERGE, into=other.id), [])
    root = stored(connection)
    assert act(connection, one.id, order(Action.MERGE, into=root.id), []).merged_into == root.id


def test_what_a_graver_ticket_is_merged_into_is_as_grave(connection: Connection):
    one, root = stored(connection, severity="critical"), stored(connection)
    act(connection, one.id, order(Action.MERGE, into=root.id), [])
    assert read(connection, root.id).severity == "critical"
    assert timeline(connection, root.id)[-1][:2] == ("zhou", "regrade")


def at_once(database: str, *calls: Callable[[Connection], object]) -> list[object]:
    """What each call gives, or the TicketError that it raises; each has a connection of its own."""
    start = threading.Barrier(len(calls))

    def run(call: Callable[[Connection], object]) -> object:
        with psycopg.connect(database, autocommit=True) as own:
            start.wait(20)
            try:
                return call(own)
            except TicketError as error:
                return error

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls, timeout=60))


def asking(ticket: UUID, one: Order) -> Callable[[Connection], object]:
    return lambda connection: act(connection, ticket, one, [])


@pytest.mark.parametrize("_", range(5))
def test_of_two_who_decide_at_once_one_wins(database: str, connection: Connection, _: int):
    ticket = stored(connection)
    orders = [order(Action.CONFIRM, "zhou"), order(Action.REJECT, "li", reason="test")]
    answers = at_once(database, *(asking(ticket.id, one) for one in orders))
    (loser,) = [answer for answer in answers if isinstance(answer, TicketError)]
    assert isinstance(loser, ForbiddenMoveError)
    assert len(timeline(connection, ticket.id)) == 1


@pytest.mark.parametrize("_", range(5))
def test_two_merges_into_each_other_do_not_wait_for_ever(database: str, connection: Connection, _: int):
    a, b = stored(connection), stored(connection)
    merges = [asking(a.id, order(Action.MERGE, into=b.id)), asking(b.id, order(Action.MERGE, into=a.id))]
    answers = at_once(database, *merges)
    (loser,) = [answer for answer in answers if isinstance(answer, TicketError)]
    assert isinstance(loser, IncompleteOrderError)
    assert sorted(read(connection, one.id).state for one in (a, b)) == [State.CANDIDATE, State.MERGED]


def test_a_person_s_report_opens_a_ticket(connection: Connection):
    corners = Jsonb([[104.39, 31.12], [104.40, 31.12], [104.40, 31.13], [104.39, 31.13]])
    connection.execute("INSERT INTO areas VALUES ('510603', '第一网格', 'grid', NULL, %s)", [corners])
    matter = Report("manhole_open", "井盖没了", GATE, "at the gate", [JPEG])
    ticket = read(connection, report(connection, matter, "resident", RECEIVED).id)
    assert (ticket.state, ticket.kind, ticket.severity) == (State.CANDIDATE, "manhole_open", "critical")
    assert (ticket.title, ticket.text, ticket.position) == ("井盖没了", "at the gate", GATE)
    assert (ticket.area, ticket.device) == (Area("510603", "第一网格"), None)
    assert ticket.opened_at == ticket.began_at == RECEIVED
    assert timeline(connection, ticket.id) == [("resident", "open", None, "candidate")]
    (photo,) = rows(connection, "evidence", ticket=ticket.id)
    (told,) = rows(connection, "audit", ticket=ticket.id)
    assert (photo["role"], told["detail"]["photos"]) == ("photo", [str(photo["id"])])


@pytest.mark.parametrize(
    ("matter", "message"),
    [
        (Report("rock_fall", "x", GATE), "unknown kind 'rock_fall'; known: illegal_parking, .*other"),
        (Report("rubbish", "x", GATE, photos=[JPEG, b"no picture"]), "JPEG or a PNG"),
    ],
)
def test_a_report_that_cannot_be_used_opens_nothing(connection: Connection, matter: Report, message: str):
    with pytest.raises(IncompleteOrderError, match=message):
        report(connection, matter, "resident", RECEIVED)
    assert rows(connection, "tickets") == rows(connection, "audit") == []
