"""Bring the database's schema up to date: plain SQL files, each run once, in the order of their names."""

import logging
from pathlib import Path

import psycopg

from ingest.session import connect

log = logging.getLogger(__name__)

FOLDER = Path(__file__).parent / "migrations"
LOCK = 0x59494855  # any number that all of Yihu's processes agree on: the letters YIHU


def migrate(database: str) -> list[str]:
    """Run what has not run yet, under an advisory lock; return the names of what ran."""
    with connect(database, "migrate") as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        connection.execute(
            "CREATE TABLE IF NOT EXISTS migrations (name text PRIMARY KEY, at timestamptz NOT NULL DEFAULT now())"
        )
        done = {name for (name,) in connection.execute("SELECT name FROM migrations")}
        ran = [path.name for path in sorted(FOLDER.glob("[0-9]*.sql")) if path.name not in done]
        for name in ran:
            _run(connection, name)
        connection.execute(_read("timescale.sql" if _has_timescale(connection) else "postgresql.sql"))
        return ran


def _run(connection: psycopg.Connection, name: str) -> None:
    log.info("migration %s", name)
    with connection.transaction():
        connection.execute(_read(name))
        connection.execute("INSERT INTO migrations (name) VALUES (%s)", [name])


def _read(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def _has_timescale(connection: psycopg.Connection) -> bool:
    # merely available is not enough: unless it is preloaded, CREATE EXTENSION ends the session
    row = connection.execute(
        "SELECT current_setting('shared_preload_libraries') LIKE '%timescaledb%'"
        " AND EXISTS (SELECT FROM pg_available_extensions WHERE name = 'timescaledb')"
    ).fetchone()
    return bool(row and row[0])
