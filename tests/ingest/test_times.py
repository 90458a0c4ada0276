from datetime import UTC, datetime

import psycopg
import pytest

from edge.messages import LATEST
from ingest.times import timestamp, utc


@pytest.mark.parametrize("epoch", [0, 946_684_800, 1_700_000_000.123456, LATEST])
def test_a_time_in_binary_is_the_same_time(connection: psycopg.Connection, epoch: float) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE times (at timestamptz)")
        with cursor.copy("COPY times FROM STDIN (FORMAT BINARY)") as copy:
            copy.set_types(["int8"])
            copy.write_row([timestamp(epoch)])
        assert cursor.execute("SELECT at FROM times").fetchall() == [(utc(epoch),)]


def test_times_are_those_of_greenwich() -> None:
    assert utc(1_700_000_000) == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
