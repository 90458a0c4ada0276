from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import psycopg
import pytest
from psycopg import Connection
from psycopg.types.json import Jsonb

from dispatch.desk import NoSuchTicketError, Report, act
from dispatch.people import Person
from dispatch.residents import (
    Answer,
    ClosedToStrangersError,
    Received,
    answer,
    followed,
    nearby,
    receive,
)
from dispatch.strangers import TooMuchError
from dispatch.ticket import Position, Ticket, TicketError
from dispatch.transitions import Action, Role, State
from tests.dispatch.matters import HERE, METRE, RECEIVED, order, read, rows, timeline, walk

HOUR = timedelta(hours=1)
LAMP = Report("street_lamp", "路灯不亮", Position(*HERE))
COURIER = Person("快递员小赵", Role.WORKER)


@pytest.fixture(autouse=True)
def _site(connection: Connection) -> None:
    """One that takes three reports an hour of strangers."""
    connection.execute(
        "INSERT INTO sites (id, name, timezone, detector, reports) VALUES ('s', 's', 'Asia/Shanghai', 'null', %s)",
        [Jsonb({"open": True, "per_hour": 3})],
    )
    connection.execute(
        "INSERT INTO devices (site, id, kind, name, longitude, latitude) VALUES ('s', 'one', 'camera', '', %s, %s)",
        list(HERE),
    )


def take(connection: Connection, who: Person | None = None, address: str = "10.0.0.1", hours: float = 0) -> Received:
    return receive(connection, LAMP, who, address, RECEIVED + hours * HOUR)


def test_a_stranger_reports_and_follows_it_by_a_link(connection: Connection):
    received = take(connection)
    assert followed(connection, received.token).ticket == received.ticket.id
    assert timeline(connection, received.ticket.id) == [("report", "open", None, "candidate")]
    stored = str(rows(connection, "reports") + rows(connection, "strangers"))
    assert received.token not in stored
    assert "10.0.0.1" not in stored


def test_one_place_is_slowed_down_and_others_are_not(connection: Connection):
    for _ in range(3):
        take(connection)
    with pytest.raises(TooMuchError, match="reports of one place: 3 an hour"):
        take(connection)
    take(connection, address="10.0.0.2")
    take(connection, hours=1.1)
    assert len(rows(connection, "tickets")) == 5


@pytest.mark.usefixtures("connection")
def test_who_reports_all_at_once_is_slowed_down_too(database: str):
    def run(_: int) -> bool:
        with psycopg.connect(database, autocommit=True) as own:
            try:
                return bool(take(own))
            except TooMuchError:
                return False

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(run, range(8), timeout=60)) == 3


def test_who_is_signed_in_may_report_as_much_as_there_is(connection: Connection):
    for _ in range(9):
        received = take(connection, COURIER)
    assert timeline(connection, received.ticket.id)[0][0] == "快递员小赵"


def test_where_a_site_is_closed_strangers_are_told_what_to_do(connection: Connection):
    connection.execute("UPDATE sites SET reports = '{}'")
    with pytest.raises(ClosedToStrangersError, match="sign in, or call the hotline"):
        take(connection)
    assert rows(connection, "tickets") == []
    take(connection, COURIER)


def test_what_is_open_nearby_and_alike_is_offered(connection: Connection):
    one = take(connection).ticket
    found = nearby(connection, "street_lamp", Position(HERE[0], HERE[1] + 200 * METRE), None)
    assert [(near.id, round(near.metres)) for near in found] == [(one.id, 200)]
    assert nearby(connection, "street_lamp", Position(HERE[0], HERE[1] + 300 * METRE), None) == []
    assert nearby(connection, "rubbish", Position(*HERE), None) == []
    act(connection, one.id, order(Action.REJECT, reason="test"), [])
    assert nearby(connection, "street_lamp", Position(*HERE), None) == []


def test_strangers_learn_nothing_of_what_is_private_nor_where_the_site_is_closed_to_them(connection: Connection):
    quarrel = Report("neighbour_dispute", "王家与李家", Position(*HERE))
    receive(connection, quarrel, None, "10.0.0.1", RECEIVED)
    lamp = take(connection)
    assert nearby(connection, "neighbour_dispute", Position(*HERE), None) == []
    assert [near.title for near in nearby(connection, "street_lamp", Position(*HERE), None)] == ["路灯故障"]
    everywhere, elsewhere = Person("zhou", Role.DISPATCHER), Person("li", Role.WORKER, "510603004")
    assert [near.id for near in nearby(connection, "street_lamp", Position(*HERE), everywhere)] == [lamp.ticket.id]
    assert nearby(connection, "street_lamp", Position(*HERE), elsewhere) == []
    connection.execute("UPDATE sites SET reports = '{}'")
    with pytest.raises(ClosedToStrangersError):
        nearby(connection, "street_lamp", Position(*HERE), None)


def say(
    connection: Connection,
    received: Received,
    *,
    solved: bool,
    words: str = "",
    hours: float = 1,
    who: Person | None = COURIER,
    address: str = "10.0.0.1",
) -> Ticket:
    """Usually by somebody of whom nothing is counted."""
    return answer(connection, received.token, Answer(solved, words), who, address, RECEIVED + hours * HOUR)


def closed(connection: Connection) -> Received:
    received = take(connection)
    walk(connection, received.ticket.id, State.CLOSED)
    return received


def test_yes_is_kept_and_changes_nothing_else(connection: Connection):
    received = closed(connection)
    after = say(connection, received, solved=True)
    assert (after.state, after.solved) == (State.CLOSED, True)
    assert read(connection, after.id) == after


def test_the_first_no_reopens_and_the_second_is_told(connection: Connection):
    received = closed(connection)
    again = say(connection, received, solved=False, words="还是不亮")
    assert (again.state, again.solved) == (State.DISPATCHED, False)
    for action, who in ((Action.ACCEPT, "wang"), (Action.HANDLE, "wang"), (Action.CLOSE, "li")):
        act(connection, again.id, order(action, who, 100), [])
    last = say(connection, received, solved=False, words="还是不亮", hours=9)
    assert (last.state, last.solved) == (State.CLOSED, False)
    assert [entry[:2] for entry in timeline(connection, again.id)][-5:] == [
        ("report", "reopen"),
        ("wang", "accept"),
        ("wang", "handle"),
        ("li", "close"),
        ("report", "comment"),
    ]


def test_a_no_after_a_yes_reopens_it_once_too(connection: Connection):
    """The lamp shone when they looked; at night it did not."""
    received = closed(connection)
    say(connection, received, solved=True)
    again = say(connection, received, solved=False, hours=2)
    assert (again.state, again.solved) == (State.DISPATCHED, False)
    for action, who in ((Action.ACCEPT, "wang"), (Action.HANDLE, "wang"), (Action.CLOSE, "li")):
        act(connection, again.id, order(action, who, 200), [])
    for hours, solved in ((5, True), (6, False)):
        assert say(connection, received, solved=solved, hours=hours).state == State.CLOSED


def test_a_link_follows_its_report_into_the_ticket_it_was_merged_into(connection: Connection):
    one, root = take(connection), take(connection)
    act(connection, one.ticket.id, order(Action.MERGE, into=root.ticket.id), [])
    assert followed(connection, one.token).ticket == root.ticket.id
    walk(connection, root.ticket.id, State.CLOSED)
    for reporter in (one, root):  # each has a «no» of their own
        after = say(connection, reporter, solved=False, words="还是不亮")
        assert after.state == State.DISPATCHED
        for action, who in ((Action.ACCEPT, "wang"), (Action.HANDLE, "wang"), (Action.CLOSE, "li")):
            act(connection, root.ticket.id, order(action, who, 100), [])
    assert say(connection, one, solved=False).state == State.CLOSED


@pytest.mark.parametrize("token", ["", "x", "0" * 500])
def test_a_link_that_leads_nowhere_says_so(connection: Connection, token: str):
    with pytest.raises(NoSuchTicketError, match="check that it is whole"):
        followed(connection, token)


def test_a_no_before_the_end_is_a_comment_and_leaves_the_one_reopening(connection: Connection):
    received = take(connection)
    assert say(connection, received, solved=False).solved is None
    walk(connection, received.ticket.id, State.CLOSED)
    assert say(connection, received, solved=False).state == State.DISPATCHED


def test_a_stranger_s_answers_are_counted_like_reports_and_beside_them(connection: Connection):
    received, other = take(connection), take(connection)
    for _ in range(3):
        say(connection, received, solved=False, who=None)
    for link in (received, other):  # it is the place that counts, not the link
        with pytest.raises(TooMuchError, match="answers of one place: 3 an hour are enough"):
            say(connection, link, solved=False, who=None)
    assert len(timeline(connection, received.ticket.id)) == 1 + 3
    take(connection)
    say(connection, received, solved=False, who=None, address="10.0.0.2")
    say(connection, received, solved=False, who=COURIER)
    say(connection, received, solved=False, who=None, hours=2.1)


def test_a_link_that_leads_nowhere_counts_nothing(connection: Connection):
    with pytest.raises(NoSuchTicketError):
        answer(connection, "nothing", Answer(solved=True), None, "10.0.0.1", RECEIVED)
    assert rows(connection, "strangers") == []


def test_what_could_not_be_done_counts_nothing(connection: Connection):
    with pytest.raises(TicketError, match="unknown kind"):
        receive(connection, replace(LAMP, kind="meteorite"), None, "10.0.0.1", RECEIVED)
    assert rows(connection, "strangers") == []
