"""Bring the database's schema up to date: plain SQL files, each run once, in the order of their names.

What is of one engine runs again when it has changed.
"""

import logging
from hashlib import sha256
from pathlib import Path

import psycopg

from ingest.session import connect

log = logging.getLogger(__name__)

FOLDER = Path(__file__).parent / "migrations"
PATIENCE = "10s"  # for a lock: whoever writes waits behind us, and we behind whoever reads; then all is tried again
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
            _run(connection, name, name)
        engine = "timescale.sql" if _has_timescale(connection) else "postgresql.sql"
        if (as_it_is := f"{engine} {_digest(engine)}") not in done:
            _run(connection, as_it_is, engine)
        return ran


def _run(connection: psycopg.Connection, name: str, file: str) -> None:
    log.info("migration %s", name)
    with connection.transaction():
        connection.execute(f"SET LOCAL lock_timeout = '{PATIENCE}'")
        connection.execute(_read(file))
        connection.execute("INSERT INTO migrations (name) VALUES (%s)", [name])


def _digest(name: str) -> str:
    return sha256(_read(name).encode()).hexdigest()[:12]


def _read(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def _has_timescale(connection: psycopg.Connection) -> bool:
    # merely available is not enough: unless it is preloaded, CREATE EXTENSION ends the session
    row = connection.execute(
        "SELECT current_setting('shared_preload_libraries') LIKE '%timescaledb%'"
        " AND EXISTS (SELECT FROM pg_available_extensions WHERE name = 'timescaledb')"
    ).fetchone()
    return bool(row and row[0])
