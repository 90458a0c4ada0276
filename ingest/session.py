"""A connection to the database as all of Yihu's own processes want it."""

import psycopg

# it is away, or takes no writes for now: a standby, say, or one that is being mended
FAULTS = (psycopg.OperationalError, psycopg.errors.ReadOnlySqlTransaction)


def connect(url: str, name: str) -> psycopg.Connection:
    """In autocommit mode, `name` in pg_stat_activity; raise psycopg.OperationalError.

    Its days are of UTC, whatever the server's are: a day that is an hour shorter would be cut at the wrong places.
    """
    connection = psycopg.connect(url, autocommit=True, application_name=f"yihu-{name}")
    connection.execute("SET TimeZone TO 'UTC'")
    return connection
