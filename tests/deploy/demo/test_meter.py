from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import psycopg
from hypothesis import given
from hypothesis import strategies as st
from psycopg.types.multirange import Int8Multirange, Multirange
from psycopg.types.range import Range

from deploy.demo.meter import Meter, count_missing, count_new, percentile
from deploy.demo.progress import AtEdge
from dispatch.desk import Report, report
from dispatch.intake import take_in
from dispatch.ticket import Position
from tests.dispatch.matters import incident

NUMBERS = st.sets(st.integers(1, 60))


def ranges(numbers: set[int]) -> Multirange[int]:
    """As PostgreSQL keeps them: adjacent ones in one range."""
    parts: list[Range[int]] = []
    for number in sorted(numbers):
        if parts and parts[-1].upper == number:
            parts[-1] = Range(parts[-1].lower, number + 1)
        else:
            parts.append(Range(number, number + 1))
    return Multirange(parts)


def of(device: str, numbers: set[int], boot: int = 1) -> dict[tuple[str, str, UUID], Multirange[int]]:
    return {("here", device, UUID(int=boot)): ranges(numbers)}


@given(NUMBERS, NUMBERS)
def test_new_is_what_came_since_and_missing_is_what_is_not_there_up_to_the_highest(
    first: set[int], more: set[int]
) -> None:
    before, after = of("cam-1", first), of("cam-1", first | more) | of("cam-2", more)
    assert count_new(after, before) == len(more - first) + len(more)
    assert count_missing(after, before) == max(more, default=0) - len(more)  # cam-1's boot is of an earlier run


@given(st.lists(st.floats(0, 100), min_size=1))
def test_percentiles_are_values_that_so_many_do_not_exceed(values: list[float]) -> None:
    p50, p95 = percentile(values, 0.5), percentile(values, 0.95)
    assert p50 is not None
    assert p95 is not None
    assert p50 <= p95
    assert 2 * sum(value <= p50 + 0.001 for value in values) >= len(values)
    assert percentile([], 0.5) is None


def sequence(connection: psycopg.Connection, device: str, text: str) -> None:
    connection.execute(
        "INSERT INTO sequences (site, device, boot, settled, heard_at) VALUES ('tooley', %s, %s, %s, now())",
        [device, uuid4(), Int8Multirange([Range(*map(int, part.split("-"))) for part in text.split()])],
    )


def camera(connection: psycopg.Connection, device: str, kind: str = "camera") -> None:
    connection.execute("INSERT INTO devices (site, id, kind, name) VALUES ('tooley', %s, %s, '')", [device, kind])


def test_a_run_is_counted_apart_from_those_before(database: str, connection: psycopg.Connection) -> None:
    camera(connection, "cam-1")
    camera(connection, "level-1", "sensor")
    sequence(connection, "cam-1", "1-5 9-10")
    take_in(connection, incident(zone="before"), datetime.now(UTC) - timedelta(minutes=1))
    meter = Meter(database)
    assert meter.report(AtEdge(0, 0)) == {
        "frames": 0, "incidents": {}, "tickets": {}, "latency_s": {"p50": None, "p95": None}, "lost": 0,
    }  # fmt: skip
    sequence(connection, "cam-1", "1-11 12-21")
    sequence(connection, "level-1", "3-6")
    now = datetime.now(UTC)
    opened = take_in(connection, incident(at=now.timestamp() - 0.2), now)
    take_in(connection, incident(), now)  # joins
    report(connection, Report("rubbish", "Rubbish", Position(104.4, 31.2)), "resident", now)
    meter.hear("ticket", str(opened.id), now.timestamp() + 0.1)
    meter.hear("ticket", str(opened.id), now.timestamp() + 99)  # the first counts
    meter.hear("ticket", "", now.timestamp())
    assert meter.report(AtEdge(dropped=2, held=6)) == {
        "frames": 25,
        "incidents": {"illegal_parking": 2},
        "tickets": {"illegal_parking": 1, "rubbish": 1},
        "latency_s": {"p50": 0.3, "p95": 0.3},
        "lost": 5,
    }
