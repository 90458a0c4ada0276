"""`yihu bench tickets`: how long the screens and the clocks take with a million tickets in the table."""

import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
from fastapi.testclient import TestClient
from prometheus_client import CollectorRegistry

from dashboard.app import WebSettings, create_app
from dispatch.cases import put_terms
from dispatch.conduct import Conduct
from dispatch.duties import shipped_matter
from dispatch.pressing import pass_clocks
from ingest.queries import load_queries

SQL = load_queries(Path(__file__).with_name("tickets.sql"))
TOKEN = "a-token-for-one-bench"  # noqa: S105 - of a server that lives as long
ROUNDS = 60
AREA = "510603003002"
QUERIES = {
    "tickets": "/api/tickets",
    "tickets by state": "/api/tickets?state=closed",
    "tickets by kind and area": f"/api/tickets?kind=street_lamp&area={AREA}",
    "tickets of a seldom kind": "/api/tickets?kind=gas_leak&state=accepted",
    "tickets of a camera": "/api/tickets?device=cam-77",
    "wall": "/api/wall",
    "wall of an area": f"/api/wall?area={AREA}",
}


class Spread(NamedTuple):
    """Milliseconds."""

    p50: float
    p95: float


class Measured(NamedTuple):
    """`passes` are seconds: nothing due, and everything that is overdue climbing at once."""

    tickets: int
    open_tickets: int
    queries: dict[str, Spread]
    idle_pass_s: float
    pressed: int
    full_pass_s: float


def bench_tickets(database: str, tickets: int, say: Callable[[str], None]) -> Measured:
    """The database must be new."""
    with psycopg.connect(database, autocommit=True) as connection:
        say(f"making {tickets} tickets")
        terms = put_terms(connection, Conduct().terms(shipped_matter("street_lamp")))
        connection.execute("SET session_replication_role = replica")  # nobody need be told of each
        for name in ("areas", "tickets", "ledger", "incidents"):
            connection.execute(SQL[name], {"number": tickets, "terms": terms})
        connection.execute("SET session_replication_role = origin")
        connection.execute("VACUUM ANALYZE")
        (still_open,) = connection.execute(SQL["count_open"]).fetchone() or (0,)
        say("asking as the screens ask")
        queries = _ask(database)
        now = datetime.now(UTC)
        idle_s, _ = _timed(lambda: pass_clocks(connection, now))
        say("letting all that is overdue climb")
        full_s, pressed = _timed(lambda: pass_clocks(connection, now + timedelta(hours=3)))
    return Measured(tickets, still_open, queries, idle_s, pressed, full_s)


def _ask(database: str) -> dict[str, Spread]:
    settings = WebSettings(database, "mqtt://127.0.0.1:1", TOKEN, "bench")
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with TestClient(create_app(settings, CollectorRegistry()), headers=headers) as client:
        return {name: _spread(client, path) for name, path in QUERIES.items()}


def _spread(client: TestClient, path: str) -> Spread:
    def get() -> Any:
        return client.get(path).raise_for_status()

    get()
    took = [1000 * _timed(get)[0] for _ in range(ROUNDS)]
    return Spread(statistics.median(took), statistics.quantiles(took, n=20)[-1])


def _timed(call: Callable[[], Any]) -> tuple[float, Any]:
    begin = time.perf_counter()
    answer = call()
    return time.perf_counter() - begin, answer
