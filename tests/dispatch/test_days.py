"""Tickets by day: as /insight counts them, whatever has been settled and has changed since."""

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from hypothesis import given
from hypothesis import strategies as st
from psycopg import Connection

from dispatch import days, insight
from dispatch.days import settle_days
from tests.dispatch.matters import RECEIVED, rows
from tests.dispatch.test_insight import ANY_TOWN, DAY, EXAMPLES, add, build, scope

LATER = RECEIVED + 60 * DAY
COUNTS = ("tickets", "genuine", "late", "recurrent", "solved", "unsolved")


def told(connection: Connection) -> dict[Any, list[int]]:
    columns = ", ".join(f"sum({name})::int" for name in COUNTS)
    found = connection.execute(f"SELECT day::text, {columns} FROM tickets_by_day GROUP BY day")  # noqa: S608 - our own
    return {day: list(counts) for day, *counts in found}


def counted(connection: Connection) -> dict[Any, list[int]]:
    """By /insight."""
    period = scope()._replace(since=RECEIVED - 90 * DAY, until=RECEIVED + 90 * DAY, now=datetime.now(UTC))
    found = insight.breakdown(connection, period, "day")
    return {one.key: [getattr(one, name) for name in COUNTS] for one in found}


@EXAMPLES
@given(ANY_TOWN, ANY_TOWN, st.sampled_from(["closed", "dispatched", "rejected"]))
def test_they_are_those_of_insight_before_and_after_anything_is_settled_or_changed(
    connection: Connection, town: list[Any], more: list[Any], state: str
) -> None:
    connection.execute("TRUNCATE tickets_by_day_kept, settled_days, changed_tickets")
    build(connection, town)
    assert told(connection) == counted(connection)
    settle_days(connection, LATER)
    assert told(connection) == counted(connection)
    for ticket, steps in more:
        add(connection, **ticket, **steps)
    ended = None if state == "dispatched" else LATER
    connection.execute("UPDATE tickets SET state = %s, ended_at = %s, solved = NOT solved", [state, ended])
    assert told(connection) == counted(connection)
    settle_days(connection, LATER)
    assert told(connection) == counted(connection)


def test_days_of_which_all_has_ended_are_counted_once(connection: Connection) -> None:
    for day in range(40):
        add(connection, at=24.0 * day, state="closed", ended=48.0)
    add(connection, at=24.0, state="dispatched")
    assert settle_days(connection, LATER) == 58  # until the day before yesterday, but one
    assert settle_days(connection, LATER) == 0
    assert len(rows(connection, "tickets_by_day_kept")) == 39
    assert len(rows(connection, "tickets_by_day")) == 41 - 1


def test_days_are_the_centre_s_and_are_counted_anew_where_it_keeps_other_clocks(connection: Connection) -> None:
    add(connection, at=13.0, state="closed", ended=48.0)  # one in the morning of the next day in Shanghai
    settle_days(connection, LATER)
    assert [row["day"].isoformat() for row in rows(connection, "tickets_by_day")] == ["2025-06-17"]
    connection.execute("INSERT INTO sites (id, name, timezone, detector) VALUES ('tooley', 't', 'Europe/London', '{}')")
    for _ in range(2):
        assert [row["day"].isoformat() for row in rows(connection, "tickets_by_day")] == ["2025-06-16"]
        settle_days(connection, LATER)


def test_what_is_being_changed_while_a_day_is_settled_is_counted_as_it_becomes(
    connection: Connection, database: str
) -> None:
    ticket = add(connection, state="closed", ended=48.0)
    settle_days(connection, LATER)
    with psycopg.connect(database) as other:
        other.execute("UPDATE tickets SET state = 'dispatched', ended_at = NULL WHERE id = %s", [ticket])
        settle_days(connection, LATER + timedelta(days=1))
        (row,) = rows(connection, "tickets_by_day")
        assert (row["open"], row["closed"]) == (0, 1)
    (row,) = rows(connection, "tickets_by_day")
    assert (row["open"], row["closed"]) == (1, 0)


def test_more_than_one_batch_of_days_is_settled_at_once(connection: Connection) -> None:
    add(connection, state="closed", ended=48.0)
    assert settle_days(connection, RECEIVED + 3 * days.BATCH * DAY) == 3 * days.BATCH - 1
