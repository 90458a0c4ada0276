from datetime import timedelta

import pytest
from psycopg import Connection

from dispatch.strangers import Deed, TooMuchError, admit
from tests.dispatch.matters import RECEIVED, rows

MINUTE = timedelta(minutes=1)
HERE, THERE = "10.0.0.1", "10.0.0.2"


def does(
    connection: Connection, minute: float, deed: Deed = Deed.REPORT, address: str = HERE, allowed: int = 2
) -> timedelta | None:
    """How long they are to wait, if at all."""
    try:
        with connection.transaction():
            admit(connection, deed, address, allowed, RECEIVED + minute * MINUTE)
    except TooMuchError as error:
        return error.wait
    return None


def test_one_more_is_taken_as_soon_as_the_first_is_an_hour_ago(connection: Connection):
    assert [does(connection, minute) for minute in (0, 20)] == [None, None]
    assert [does(connection, minute) for minute in (30, 59.5)] == [30 * MINUTE, MINUTE / 2]
    assert does(connection, 60) is None
    assert does(connection, 60) == 20 * MINUTE


def test_each_address_and_each_kind_of_deed_is_counted_for_itself(connection: Connection):
    assert [does(connection, 0) for _ in range(3)] == [None, None, 60 * MINUTE]
    assert does(connection, 0, address=THERE) is None
    assert does(connection, 0, Deed.ANSWER) is None


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:0:1::1", "2001:db8:0:1:ffff::9", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("::ffff:10.0.0.1", "10.0.0.1", True),
        ("::ffff:10.0.0.1", "::ffff:10.0.0.2", False),
        ("testclient", "another", False),
    ],
)
def test_one_line_is_one_address_though_it_has_many(connection: Connection, one: str, other: str, same: bool):
    assert does(connection, 0, address=one, allowed=1) is None
    assert (does(connection, 0, address=other, allowed=1) is not None) == same


def test_where_a_site_now_takes_less_the_wait_is_as_long_as_that_says(connection: Connection):
    for minute in (0, 10, 20, 30):
        assert does(connection, minute, allowed=4) is None
    assert does(connection, 40, allowed=2) == 40 * MINUTE  # until only that of minute 30 counts


def test_no_address_is_kept_nor_what_counts_no_longer(connection: Connection):
    for minute in (0, 1, 61):
        does(connection, minute)
    kept = rows(connection, "strangers")
    assert [row["at"] for row in kept] == [RECEIVED + 61 * MINUTE]
    assert HERE not in str(kept)


@pytest.mark.parametrize(("minute", "told"), [(0, "in 60 min"), (59.5, "in 1 min")])
def test_what_is_told_names_the_next_step(connection: Connection, minute: float, told: str):
    does(connection, 0, allowed=1)
    with pytest.raises(TooMuchError, match=f"of one place: 1 an hour .*; try again {told}, or call the hotline"):
        admit(connection, Deed.REPORT, HERE, 1, RECEIVED + minute * MINUTE)
