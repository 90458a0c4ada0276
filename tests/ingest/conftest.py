from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from ingest.migrate import migrate


@pytest.fixture(scope="session")
def migrated(server: str) -> Iterator[str]:
    name = f"yihu_{uuid4().hex[:12]}"
    url = urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        migrate(url)
        yield url
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def database(migrated: str) -> Iterator[str]:
    """One migrated database for all these tests, emptied after each: there are too many to create one for each."""
    yield migrated
    with psycopg.connect(migrated) as connection:
        names = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
            " AND tablename NOT IN ('migrations', 'audit', 'audit_head')"  # which nobody empties
        )
        for (name,) in names.fetchall():  # quicker than TRUNCATE where there is so little
            connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(name)))
