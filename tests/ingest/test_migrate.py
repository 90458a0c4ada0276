import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from prometheus_client import CollectorRegistry

from ingest.migrate import FOLDER, migrate
from ingest.upkeep import Keep, Upkeep

NAMES = sorted(path.name for path in FOLDER.glob("[0-9]*.sql"))
SERIES = {"readings", "statuses", "quarantine"}


def fetch(url, sql):
    with psycopg.connect(url) as connection:
        return connection.execute(sql).fetchall()


def test_an_empty_database_gets_every_migration_in_order_and_keeps_their_names(empty_database):
    assert migrate(empty_database) == NAMES
    names = [name for (name,) in fetch(empty_database, "SELECT name FROM migrations ORDER BY at, name")]
    assert names[:-1] == NAMES  # and what is of this engine


def write_reading(url, days_ago=0):
    at = datetime.now(UTC) - timedelta(days=days_ago)
    with psycopg.connect(url) as connection:
        connection.execute(
            "INSERT INTO readings (at, site, device, metric, value, unit, received_at)"
            " VALUES (%s, 'tooley', 'level-1', 'water_level', 0.2, 'm', %s)",
            [at, min(at, datetime.now(UTC))],
        )


def test_a_second_time_nothing_runs_and_nothing_is_lost(database):
    write_reading(database)
    assert migrate(database) == []
    assert fetch(database, "SELECT count(*) FROM readings") == [(1,)]


def test_of_many_at_once_one_runs_each_migration(empty_database):
    with ThreadPoolExecutor(4) as pool:
        ran = list(pool.map(migrate, [empty_database] * 4))
    assert sorted(map(len, ran)) == [0, 0, 0, len(NAMES)]


def test_a_migration_that_fails_leaves_nothing_behind_and_the_next_start_goes_on(empty_database, tmp_path, monkeypatch):
    monkeypatch.setattr("ingest.migrate.FOLDER", tmp_path)
    for engine in ("timescale", "postgresql"):
        (tmp_path / f"{engine}.sql").write_text("SELECT 1")
    (tmp_path / "0001_good.sql").write_text("CREATE TABLE good (id int);")
    taken = "INSERT INTO migrations (name) VALUES ('0002_bad.sql')"  # so that even its entry cannot be made
    (tmp_path / "0002_bad.sql").write_text(f"CREATE TABLE half (id int); {taken};")
    with pytest.raises(psycopg.errors.UniqueViolation):
        migrate(empty_database)
    assert fetch(empty_database, "SELECT to_regclass('good') IS NOT NULL, to_regclass('half') IS NULL") == [
        (True, True)
    ]
    (tmp_path / "0002_bad.sql").write_text("CREATE TABLE half (id int);")
    assert migrate(empty_database) == ["0002_bad.sql"]


def test_whoever_reads_for_long_holds_nobody_up_where_nothing_is_to_be_done(database):
    with psycopg.connect(database) as reader, psycopg.connect(database, autocommit=True) as writer:
        reader.execute("SELECT FROM readings_1h").fetchall()
        writer.execute("SET lock_timeout = '2s'")
        with ThreadPoolExecutor() as pool:
            assert pool.submit(migrate, database).result(timeout=10) == []
        writer.execute(
            "INSERT INTO readings (at, site, device, metric, value, unit, received_at)"
            " VALUES (now(), 'tooley', 'level-1', 'water_level', 1, 'm', now())"
        )


def test_a_migration_that_waits_for_long_gives_up_and_is_tried_again(database, monkeypatch):
    monkeypatch.setattr("ingest.migrate.PATIENCE", "100ms")
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("DELETE FROM migrations WHERE name NOT LIKE '0%'")
    with psycopg.connect(database) as holder:
        holder.execute("LOCK TABLE readings IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            migrate(database)
    migrate(database)


def hypertables(url):
    if fetch(url, "SELECT FROM pg_extension WHERE extname = 'timescaledb'"):
        return {name for (name,) in fetch(url, "SELECT hypertable_name FROM timescaledb_information.hypertables")}
    return set()


def test_the_time_series_are_hypertables_where_the_server_has_timescaledb(database):
    ((preloaded,),) = fetch(database, "SELECT current_setting('shared_preload_libraries') LIKE '%timescaledb%'")
    assert hypertables(database) == (SERIES if preloaded else set())
    tables = {name for (name,) in fetch(database, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}
    assert tables >= SERIES | {"migrations", "devices", "sequences", "pictures"}


def upkeep(url):
    with psycopg.connect(url, autocommit=True) as connection:
        Upkeep(Keep(), CollectorRegistry()).look(connection, datetime.now(UTC))


def test_an_extension_that_comes_later_takes_up_the_rows_already_there(empty_database, monkeypatch):
    monkeypatch.setattr("ingest.migrate._has_timescale", lambda _: False)
    migrate(empty_database)
    assert hypertables(empty_database) == set()
    for days in (0, 100):
        write_reading(empty_database, days)
    upkeep(empty_database)
    monkeypatch.undo()
    assert migrate(empty_database) == []
    upkeep(empty_database)
    assert fetch(empty_database, "SELECT metric FROM readings") == [("water_level",)]
    for aggregate in ("readings_5m", "readings_1h"):  # of readings that have gone, too
        assert fetch(empty_database, f"SELECT count, avg FROM {aggregate}") == [(1, 0.2), (1, 0.2)]  # noqa: S608 - our own name
    test_the_time_series_are_hypertables_where_the_server_has_timescaledb(empty_database)


def migrate_as_before(name, database, folder, monkeypatch):
    """What an older version, which had no migration of that name, left there."""
    for file in NAMES[: NAMES.index(name)]:
        shutil.copy(FOLDER / file, folder)
    for engine in ("timescale", "postgresql"):
        (folder / f"{engine}.sql").touch()
    with monkeypatch.context() as patch:
        patch.setattr("ingest.migrate.FOLDER", folder)
        migrate(database)


def test_numbers_of_before_are_settled_whether_they_came_or_were_dropped(empty_database, tmp_path, monkeypatch):
    migrate_as_before("0037_settled.sql", empty_database, tmp_path, monkeypatch)
    with psycopg.connect(empty_database) as connection:
        connection.execute(
            "INSERT INTO sequences (site, device, boot, received, dropped, heard_at) VALUES"
            " ('tooley', 'cam-1', gen_random_uuid(), '{[1,4),[6,9)}', '{[2,3),[4,6)}', now()),"
            " ('tooley', 'cam-2', gen_random_uuid(), '{[1,4),[6,9)}', '{}', now())"
        )
    migrate(empty_database)
    assert fetch(empty_database, "SELECT settled::text, dropped::text, gaps FROM sequences ORDER BY device") == [
        ("{[1,9)}", "{[4,6)}", False),
        ("{[1,4),[6,9)}", "{}", True),
    ]


def test_rows_of_before_the_time_series_had_parts_are_there_and_new_ones_come_beside_them(
    empty_database, tmp_path, monkeypatch
):
    """On a server without TimescaleDB: plain tables, of years."""
    migrate_as_before("0031_holds.sql", empty_database, tmp_path, monkeypatch)
    for days in (300, 30, 0, -2, -40):
        write_reading(empty_database, days)
    migrate(empty_database)
    write_reading(empty_database, 0)
    write_reading(empty_database, -2)
    assert fetch(empty_database, "SELECT count(*) FROM readings") == [(7,)]
    upkeep(empty_database)
    assert fetch(empty_database, "SELECT count(*) FROM readings WHERE at > now() - interval '60 days'") == [(6,)]
    assert fetch(empty_database, "SELECT sum(count)::int FROM readings_5m") == [(7,)]
    assert migrate(empty_database) == []
