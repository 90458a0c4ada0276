import itertools
from uuid import uuid4

import psycopg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.arrivals import Arrivals, Boot, sort_arrivals
from ingest.numbers import count_gaps, multirange, new_of, record_numbers, spans_of
from tests.ingest.arrived import BOOT, NOW, arrived, dropped, frame, pack


@given(st.sets(st.integers(1, 60)))
def test_spans_hold_the_numbers_and_nothing_else_and_do_not_touch(numbers):
    spans = list(spans_of(numbers))
    assert {number for first, last in spans for number in range(first, last + 1)} == numbers
    assert all(last + 1 < first for (_, last), (first, _) in itertools.pairwise(spans))


def test_the_database_reads_them(connection: psycopg.Connection) -> None:
    spans = [(1, 3), (7, 7), (2**62 - 1, 2**62 - 1)]
    ((read,),) = connection.execute("SELECT spans(%s::int8multirange)", [multirange(spans)])
    assert [tuple(span) for span in read] == spans


def test_what_had_arrived_before_is_told_and_is_not_new(connection: psycopg.Connection) -> None:
    with connection.cursor() as cursor:
        record_numbers(cursor, sort_arrivals([arrived(pack(2)), arrived(pack(3))], NOW))
        again = sort_arrivals([arrived(pack(seq)) for seq in (1, 3, 4)], NOW)
        _, repeated = record_numbers(cursor, again)
    boot = Boot("tooley", "cam-1", BOOT)
    assert repeated == {boot: [[3, 3]]}
    assert [what.readings[0].value for _, what in new_of(again, repeated)] == [0.2, 0.2]
    assert len(list(new_of(again, {boot: [[1, 2], [3, 9]]}))) == 0


numbers = st.sets(st.integers(1, 12), max_size=6)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(numbers, numbers), min_size=1, max_size=5))
def test_each_number_is_new_once_and_is_dropped_as_long_as_it_has_not_come(
    connection: psycopg.Connection, batches: list[tuple[set[int], set[int]]]
) -> None:
    boot, there, given_up = Boot("tooley", "cam-1", uuid4()), set[int](), set[int]()
    for came, lost in batches:
        arrivals = Arrivals(NOW, {boot: dict.fromkeys(came)}, dropped={boot: [*spans_of(lost)]})
        with connection.cursor() as cursor:
            _, repeated = record_numbers(cursor, arrivals)
        assert {number for span in repeated.get(boot, ()) for number in range(span[0], span[1] + 1)} == there & came
        there, given_up = there | came, (given_up | lost) - there - came
        query = "SELECT settled = %s::int8multirange, dropped = %s::int8multirange, gaps FROM sequences WHERE boot = %s"
        settled = there | given_up
        values = [multirange(spans_of(settled)), multirange(spans_of(given_up)), boot.boot]
        has_gaps = len(settled) < max(settled, default=0)
        assert connection.execute(query, values).fetchall() == [(True, True, has_gaps)]


def updates(connection: psycopg.Connection) -> tuple[int, int]:
    """Of the table's rows: all, and those that touched no index."""
    connection.execute("SELECT pg_stat_force_next_flush()")
    sql = "SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_user_tables WHERE relname = 'sequences'"
    return next(iter(connection.execute(sql)))


def test_a_row_is_written_once_a_batch_and_in_its_place(connection: psycopg.Connection) -> None:
    before, in_place_before = updates(connection)
    with connection.cursor() as cursor:
        for seq in range(1, 30):
            record_numbers(cursor, sort_arrivals([arrived(frame(seq))], NOW))
    after, in_place = updates(connection)
    assert after - before == in_place - in_place_before == 28


def test_gaps_are_counted_until_they_are_filled_or_given_up(connection: psycopg.Connection) -> None:
    with connection.cursor() as cursor:
        record_numbers(cursor, sort_arrivals([arrived(pack(4)), arrived(pack(2), "level-1")], NOW))
        assert count_gaps(connection) == (2, 4)
        record_numbers(cursor, sort_arrivals([arrived(dropped((1, 3))), arrived(pack(1), "level-1")], NOW))
        assert count_gaps(connection) == (0, 0)
