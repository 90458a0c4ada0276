"""What is kept for how long. Each test runs on whatever the server is; those of one engine say so."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry

from ingest import partitions, upkeep
from ingest.migrate import migrate
from ingest.upkeep import Keep, Upkeep
from tests.waiting import wait_for

DAY = timedelta(days=1)
KEEP = Keep()
NOW = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
FIVE, HOUR = timedelta(minutes=5), timedelta(hours=1)


@pytest.fixture
def database(empty_database):
    """One of this file's own for each test: parts come and go in it."""

    migrate(empty_database)
    return empty_database


@pytest.fixture
def connection(database):
    with psycopg.connect(database, autocommit=True) as opened:
        yield opened


@pytest.fixture
def fetch(connection):
    return lambda sql, *values: connection.execute(sql, values).fetchall()


@pytest.fixture
def has_timescale(fetch):
    return bool(fetch("SELECT FROM pg_extension WHERE extname = 'timescaledb'"))


@pytest.fixture
def on_postgresql(has_timescale):
    if has_timescale:
        pytest.skip("TimescaleDB makes and drops its own parts")


@pytest.fixture
def on_timescale(has_timescale):
    if not has_timescale:
        pytest.skip("this server has no TimescaleDB: see YIHU_TEST_DATABASE_URL")


@pytest.fixture
def registry():
    return CollectorRegistry()


@pytest.fixture
def look(connection, registry):
    chore = Upkeep(KEEP, registry)
    return lambda now=NOW: chore.look(connection, now)


@pytest.fixture
def read(connection):
    """Stores a reading of `level-1`; it came a second later, unless told."""

    def put(at, value=1.0, received_at=None, metric="water_level"):
        connection.execute(
            "INSERT INTO readings (at, site, device, metric, value, unit, received_at)"
            " VALUES (%s, 'tooley', 'level-1', %s, %s, 'm', %s)",
            [at, metric, value, received_at or at + timedelta(seconds=1)],
        )

    return put


def times(fetch, table="readings"):
    return [at for (at,) in fetch(f"SELECT at FROM {table} ORDER BY at")]  # noqa: S608 - our own name


def parts(fetch, table="readings"):
    return {
        name
        for (name,) in fetch(
            "SELECT relname FROM pg_inherits JOIN pg_class ON oid = inhrelid WHERE inhparent = %s::regclass", table
        )
    }


def named(day):
    return f"readings_{day:%Y%m%d}"


def make_days(database):
    with psycopg.connect(database, autocommit=True) as connection:
        partitions.make_days(connection, "readings", NOW, KEEP.readings)


def write(database, at):
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO readings (at, site, device, metric, value, unit, received_at)"
            " VALUES (%s, 'tooley', 'level-1', 'water_level', 1, 'm', %s)",
            [at, at],
        )


def test_readings_whose_day_is_over_go_and_the_others_stay(look, read, fetch):
    kept = [NOW - 89 * DAY, NOW - DAY, NOW]
    for at in (NOW - 100 * DAY, NOW - 92 * DAY, *kept):
        read(at)
    look()
    assert times(fetch) == kept
    look()
    assert times(fetch) == kept


def test_boots_that_nobody_has_heard_of_for_long_go_but_for_those_with_gaps(look, connection, fetch):
    for boot, received, days in ((1, "{[1,9)}", 91), (2, "{[1,9)}", 89), (3, "{[1,4),[5,9)}", 91)):
        connection.execute(
            "INSERT INTO sequences (site, device, boot, settled, heard_at)"
            " VALUES ('tooley', 'cam-1', %s::text::uuid, %s, %s)",
            [f"00000000-0000-0000-0000-00000000000{boot}", received, NOW - days * DAY],
        )
    look()
    assert [str(boot)[-1] for (boot,) in fetch("SELECT boot FROM sequences ORDER BY boot")] == ["2", "3"]


def test_the_numbers_of_a_start_that_still_lasts_stay(look, connection, fetch):
    """A sensor of it that was silent for months goes on where it was."""
    boot = "00000000-0000-0000-0000-000000000001"
    connection.execute(
        "INSERT INTO sequences (site, device, boot, settled, heard_at)"
        " VALUES ('tooley', 'level-1', %s::text::uuid, '{[1,9)}', %s)",
        [boot, NOW - 91 * DAY],
    )
    connection.execute("INSERT INTO sites (id, name, timezone, detector) VALUES ('tooley', '', 'UTC', '{}')")
    connection.execute(
        "INSERT INTO devices (site, id, kind, name, state, boot)"
        " VALUES ('tooley', 'edge', 'agent', '', 'online', %s::text::uuid)",
        [boot],
    )
    look()
    assert len(fetch("SELECT FROM sequences")) == 1
    connection.execute("UPDATE devices SET boot = gen_random_uuid()")
    look()
    assert fetch("SELECT FROM sequences") == []


def test_what_was_removed_is_counted_and_when_all_was_done(look, read, registry, connection):
    connection.execute(
        "INSERT INTO sequences (site, device, boot, settled, heard_at)"
        " VALUES ('tooley', 'cam-1', gen_random_uuid(), '{[1,2)}', %s)",
        [NOW - 91 * DAY],
    )
    read(NOW - 200 * DAY)
    assert look() >= 2
    assert registry.get_sample_value("yihu_ingest_removed_total", {"table": "sequences"}) == 1
    assert registry.get_sample_value("yihu_ingest_removed_total", {"table": "readings"}) == 1
    assert registry.get_sample_value("yihu_ingest_upkeep_done") == NOW.timestamp()


def test_one_process_at_a_time_does_it(look, read, fetch, database):
    read(NOW - 200 * DAY)
    with psycopg.connect(database, autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [upkeep.LOCK])
        assert look() == 0
        assert len(times(fetch)) == 1
        other.execute("SELECT pg_advisory_unlock(%s)", [upkeep.LOCK])
    look()
    assert times(fetch) == []


def test_it_waits_for_a_long_reader_without_failing(look, read, fetch, database):
    read(NOW - 200 * DAY)
    with psycopg.connect(database) as reader:
        reader.execute("SELECT count(*) FROM readings").fetchone()
        assert look() == 0  # within seconds

    def look_again():
        look()
        return not times(fetch)

    wait_for(look_again)  # a policy of TimescaleDB's may be at the same parts


@pytest.mark.usefixtures("on_postgresql")
def test_days_are_made_ahead_once(look, fetch):
    look()
    ahead = {named(NOW + n * DAY) for n in range(4)}
    assert parts(fetch) == ahead | {"readings_default"}
    look()
    assert parts(fetch) == ahead | {"readings_default"}
    look(NOW + DAY)
    assert named(NOW + 4 * DAY) in parts(fetch)


@pytest.mark.usefixtures("on_postgresql")
def test_what_came_before_its_day_was_made_moves_there(look, read, fetch):
    for at in (NOW - 3 * DAY, NOW, NOW + 30 * DAY):
        read(at)
    look()
    assert named(NOW - 3 * DAY) in parts(fetch)
    assert times(fetch, "readings_default") == [NOW + 30 * DAY]
    assert times(fetch) == [NOW - 3 * DAY, NOW, NOW + 30 * DAY]


@pytest.mark.usefixtures("on_postgresql")
def test_whoever_writes_while_a_day_is_made_is_not_refused(fetch, database):
    def waiting(mode):
        return bool(fetch("SELECT FROM pg_locks WHERE NOT granted AND mode = %s", mode))

    with ThreadPoolExecutor() as pool:
        with psycopg.connect(database) as reader:
            reader.execute("SELECT FROM readings_default")  # so that the day takes long to make
            making = pool.submit(make_days, database)
            wait_for(lambda: waiting("AccessExclusiveLock"))
            writing = pool.submit(write, database, NOW)
            wait_for(lambda: waiting("RowExclusiveLock"))
        making.result()
        writing.result()
    assert len(fetch(f"SELECT FROM {named(NOW)}")) == 1


@pytest.mark.usefixtures("on_postgresql")
def test_what_comes_late_is_kept_as_long_as_what_came_in_time(look, read, fetch):
    read(NOW - 200 * DAY, received_at=NOW)
    look()
    look(NOW + 89 * DAY)
    assert times(fetch) == [NOW - 200 * DAY]
    look(NOW + 91 * DAY)
    assert times(fetch) == []


@pytest.mark.usefixtures("on_postgresql")
def test_statuses_and_what_was_set_aside_go_by_their_own_time(look, connection, fetch):
    for days in (40, 20):
        connection.execute(
            "INSERT INTO statuses VALUES (%s, 'tooley', 'edge', 'online', gen_random_uuid(), '{}', %s)",
            [NOW - days * DAY, NOW - days * DAY],
        )
        connection.execute("INSERT INTO quarantine VALUES (%s, 't', 'r', 1, '')", [NOW - days * DAY])
    look()
    for table in ("statuses", "quarantine"):
        assert times(fetch, table) == [NOW - 20 * DAY]


@pytest.mark.usefixtures("on_timescale")
def test_timescale_has_the_policies_that_the_settings_want(look, fetch, connection):
    def policies():
        return set(
            fetch(
                "SELECT hypertable_name::text, proc_name::text, coalesce(config ->> 'drop_after',"
                " config ->> 'compress_after', config ->> 'start_offset') FROM timescaledb_information.jobs"
                " WHERE hypertable_schema = 'public'"
            )
        )

    compression = {(table, "policy_compression", "7 days") for table in KEEP.series}
    kept = {
        ("statuses", "30 days"),
        ("quarantine", "30 days"),
        ("readings_5m", "366 days"),
        ("readings_1h", "1830 days"),
    }
    refreshed = {(name, "policy_refresh_continuous_aggregate", "89 days") for name in KEEP.aggregates}
    look()
    assert policies() == compression | {(name, "policy_retention", days) for name, days in kept} | refreshed
    numbers = fetch("SELECT job_id FROM timescaledb_information.jobs ORDER BY 1")
    look()
    assert fetch("SELECT job_id FROM timescaledb_information.jobs ORDER BY 1") == numbers
    Upkeep(KEEP._replace(statuses=10 * DAY), registry=CollectorRegistry()).look(connection, NOW)
    assert ("statuses", "policy_retention", "10 days") in policies()
    assert ("statuses", "policy_retention", "30 days") not in policies()


def buckets(fetch, name="readings_5m"):
    return fetch(f"SELECT bucket, count, avg, min, max, last, unit FROM {name} ORDER BY bucket")  # noqa: S608 - our own name


def test_readings_are_told_by_five_minutes_and_by_the_hour_at_once(read, fetch):
    for minute, value in ((0, 1.0), (4, 3.0), (5, 8.0), (65, 2.0)):
        read(NOW + timedelta(minutes=minute), value)
    read(NOW, None, metric="words")
    assert buckets(fetch) == [
        (NOW, 2, 2.0, 1.0, 3.0, 3.0, "m"),
        (NOW + FIVE, 1, 8.0, 8.0, 8.0, 8.0, "m"),
        (NOW + HOUR + FIVE, 1, 2.0, 2.0, 2.0, 2.0, "m"),
    ]
    assert buckets(fetch, "readings_1h") == [
        (NOW, 3, 4.0, 1.0, 8.0, 8.0, "m"),
        (NOW + HOUR, 1, 2.0, 2.0, 2.0, 2.0, "m"),
    ]


def test_who_passes_is_told_by_the_hour(read, fetch):
    for metric, value in (("people", 12.0), ("speed", 8.5), ("water_level", 0.2)):
        read(NOW, value, metric=metric)
    assert fetch("SELECT metric, avg FROM traffic_1h ORDER BY metric") == [("people", 12.0), ("speed", 8.5)]


def test_what_was_made_of_readings_outlives_them(look, read, fetch):
    for at in (NOW - 100 * DAY, NOW - DAY):
        read(at, 5.0)
    look()
    assert times(fetch) == [NOW - DAY]
    for name in KEEP.aggregates:
        assert [row[0] for row in buckets(fetch, name)] == [NOW - 100 * DAY, NOW - DAY]


@pytest.mark.usefixtures("on_timescale")
def test_timescale_folds_in_what_comes_late_and_leaves_what_has_no_readings_any_more(look, read, fetch, connection):
    for days in (100, 80, 1):
        read(NOW - days * DAY, 1.0)
    look()
    for days in (80, 1):
        read(NOW - days * DAY, 3.0)
    jobs = fetch("SELECT job_id FROM timescaledb_information.jobs WHERE hypertable_schema = 'public' ORDER BY 1")
    for (job,) in jobs:  # the first aggregate before the second
        connection.execute("CALL run_job(%s)", [job])
    for name in KEEP.aggregates:
        assert [row[:3] for row in buckets(fetch, name)] == [
            (NOW - 100 * DAY, 1, 1.0),
            (NOW - 80 * DAY, 2, 2.0),
            (NOW - DAY, 2, 2.0),
        ]


@pytest.mark.usefixtures("on_postgresql")
def test_aggregates_go_by_their_own_time(look, read, fetch):
    for days in (2000, 400, 10):
        read(NOW - days * DAY)
    look()
    assert [len(buckets(fetch, name)) for name in KEEP.aggregates] == [1, 2]


@pytest.mark.usefixtures("on_postgresql")
def test_what_comes_late_is_folded_in_but_not_into_what_has_no_readings_any_more(look, read, fetch, registry):
    read(NOW - 100 * DAY, 1.0)
    read(NOW - DAY, 1.0)
    look()
    later = NOW + FIVE
    for days in (100, 1, 2):
        read(NOW - days * DAY, 3.0, received_at=later)
    look(later + FIVE)
    for name in KEEP.aggregates:
        assert [row[:5] for row in buckets(fetch, name)] == [
            (NOW - 100 * DAY, 1, 1.0, 1.0, 1.0),
            (NOW - 2 * DAY, 1, 3.0, 3.0, 3.0),
            (NOW - DAY, 2, 2.0, 1.0, 3.0),
        ]
    assert registry.get_sample_value("yihu_ingest_late_parts_total") == 2


@pytest.mark.usefixtures("on_postgresql")
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.lists(
        st.lists(st.tuples(st.integers(0, 4000), st.integers(-9, 9)), max_size=6),  # (seconds ago, value) of each pass
        min_size=1,
        max_size=8,
    )
)
def test_whenever_it_is_made_and_whatever_comes_late_the_aggregates_are_those_of_the_readings(
    look, read, fetch, connection, passes
):
    connection.execute("DELETE FROM readings")
    connection.execute("DELETE FROM readings_5m_kept")
    connection.execute("DELETE FROM readings_1h_kept")
    connection.execute("UPDATE refreshed SET until = '-infinity', heard_at = '-infinity'")
    now = NOW
    for readings in passes:
        now += timedelta(minutes=7)
        for ago, value in readings:
            read(now - timedelta(seconds=ago, microseconds=value), float(value), received_at=now)
        look(now)
    look(now + FIVE)
    for name, width in (("readings_5m", "5 minutes"), ("readings_1h", "1 hour")):
        assert [row[:2] + row[3:5] for row in buckets(fetch, name)] == fetch(
            "SELECT date_bin(%s::interval, at, '2000-01-01Z'), count(*), min(value), max(value) FROM readings"
            " GROUP BY 1 ORDER BY 1",
            width,
        )
