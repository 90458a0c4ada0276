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
from dispatch.accounts import add_person, make_token
from dispatch.cases import put_terms
from dispatch.conduct import Conduct
from dispatch.duties import shipped_matter
from dispatch.people import Person, Signature
from dispatch.pressing import pass_clocks
from dispatch.transitions import Role
from ingest.queries import load_queries

SQL = load_queries(Path(__file__).with_name("tickets.sql"))
TOKEN = "a-token-for-one-bench"  # noqa: S105 - of a server that lives as long
ROUNDS = 60
AREA = "510603003002"
PASSWORD = "a password for one bench"  # noqa: S105 - as above
ADMIN = Person("admin", Role.ADMIN)
WORKER = Person("worker-7", Role.WORKER, f"{AREA}001")
DEPARTMENT = Person("department", Role.DEPARTMENT, None, "a department")  # four tickets are with it, of long ago
OLD_DEPARTMENT = Person("old-department", Role.DEPARTMENT, None, "an old department")  # with it are many, of long ago
SUPERVISOR = Person("supervisor", Role.SUPERVISOR, "510603004")  # of a street in which nothing has happened yet
OLD_SUPERVISOR = Person("old-supervisor", Role.SUPERVISOR, "510603005")  # of one in which nothing has happened lately
PEOPLE = (ADMIN, WORKER, DEPARTMENT, OLD_DEPARTMENT, SUPERVISOR, OLD_SUPERVISOR)
QUERIES = {
    "tickets": (ADMIN, "/api/tickets"),
    "tickets by state": (ADMIN, "/api/tickets?state=closed"),
    "tickets by kind and area": (ADMIN, f"/api/tickets?kind=street_lamp&area={AREA}"),
    "tickets of a kind that an area never had": (ADMIN, f"/api/tickets?kind=rubbish&area={AREA}"),
    "tickets of a seldom kind": (ADMIN, "/api/tickets?kind=gas_leak&state=accepted"),
    "tickets of a camera": (ADMIN, "/api/tickets?device=cam-77"),
    "tickets of a worker": (WORKER, "/api/tickets"),
    "tickets of a worker by kind": (WORKER, "/api/tickets?kind=street_lamp"),
    "tickets of a department": (DEPARTMENT, "/api/tickets"),
    "tickets of a department by state": (DEPARTMENT, "/api/tickets?state=closed"),
    "tickets of a department of long ago": (OLD_DEPARTMENT, "/api/tickets?state=closed"),
    "tickets of a new street": (SUPERVISOR, "/api/tickets"),
    "tickets of an old street": (OLD_SUPERVISOR, "/api/tickets"),
    "tickets of an old street by state": (OLD_SUPERVISOR, "/api/tickets?state=closed"),
    "tickets of an old site": (ADMIN, "/api/tickets?site=old"),
    "ten pages of an area at once": (ADMIN, f"/api/tickets?area={AREA}&limit=500"),
    "ten pages of an area and a state at once": (ADMIN, f"/api/tickets?area={AREA}&state=closed&limit=500"),
    "wall": (ADMIN, "/api/wall"),
    "wall of an area": (ADMIN, f"/api/wall?area={AREA}"),
    "wall of a worker": (WORKER, "/api/wall"),
    "wall of a department": (DEPARTMENT, "/api/wall"),
    "rates of thirty days": (ADMIN, "/api/rates"),
    "offenders of thirty days": (ADMIN, "/api/offenders"),
    "precision of thirty days": (ADMIN, "/api/precision"),
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
        for name in ("areas", "tickets", "departments", "lists", "ledger", "incidents"):
            connection.execute(SQL[name], {"number": tickets, "terms": terms})
        connection.execute("SET session_replication_role = origin")
        connection.execute("VACUUM ANALYZE")
        (still_open,) = connection.execute(SQL["count_open"]).fetchone() or (0,)
        say("asking as the screens ask")
        queries = _ask(database, _sign_in(connection))
        now = datetime.now(UTC)
        idle_s, _ = _timed(lambda: pass_clocks(connection, now))
        say("letting all that is overdue climb")
        full_s, pressed = _timed(lambda: pass_clocks(connection, now + timedelta(hours=3)))
    return Measured(tickets, still_open, queries, idle_s, pressed, full_s)


def _sign_in(connection: psycopg.Connection) -> dict[Person, str]:
    """Whoever asks, each with a token."""
    tokens, now = {}, datetime.now(UTC)
    for person in PEOPLE:
        add_person(connection, person, PASSWORD, Signature.SCRIPT, now)
        tokens[person] = make_token(connection, person.name, Signature.SCRIPT, now)
    return tokens


def _ask(database: str, tokens: dict[Person, str]) -> dict[str, Spread]:
    settings = WebSettings(database, "mqtt://127.0.0.1:1", TOKEN, "bench")
    with TestClient(create_app(settings, CollectorRegistry())) as client:
        for person, path in QUERIES.values():
            if path.startswith("/api/wall"):
                _wait_for_figures(client, path, tokens[person])
        return {name: _spread(client, path, tokens[person]) for name, (person, path) in QUERIES.items()}


def _wait_for_figures(client: TestClient, path: str, token: str) -> None:
    """The first who asks for a wall has its figures counted aside, which takes from everybody for a moment."""
    while client.get(path, headers={"Authorization": f"Bearer {token}"}).json()["figures"] is None:
        time.sleep(0.1)


def _spread(client: TestClient, path: str, token: str) -> Spread:
    def get() -> Any:
        return client.get(path, headers={"Authorization": f"Bearer {token}"}).raise_for_status()

    get()
    took = [1000 * _timed(get)[0] for _ in range(ROUNDS)]
    return Spread(statistics.median(took), statistics.quantiles(took, n=20)[-1])


def _timed(call: Callable[[], Any]) -> tuple[float, Any]:
    begin = time.perf_counter()
    answer = call()
    return time.perf_counter() - begin, answer
