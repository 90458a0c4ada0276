"""Who asks, and what a route needs for it: one place for all of the API."""

import secrets
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import urlsplit

import psycopg
from fastapi import Depends, HTTPException, Request
from fastapi.security import HTTPBearer
from psycopg import Connection
from psycopg_pool import ConnectionPool, PoolTimeout
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Receive, Scope, Send

from dashboard.problems import database_away, problem
from dispatch import accounts
from dispatch.people import Person
from dispatch.transitions import Role

COOKIE = "yihu_session"
SIGN_IN = (
    "Sign in at /login or by POST /api/login, or send `Authorization: Bearer TOKEN` with a token of `yihu token NAME`"
)
READING = {"GET", "HEAD", "OPTIONS"}
# what nobody need sign in for; what serves reports says itself whether it is for just anybody
OPEN = {
    ("GET", "/api/health"),
    ("POST", "/api/login"),
    ("POST", "/api/enrol"),
    ("POST", "/api/acknowledgements"),
    ("POST", "/api/tickets"),
    ("GET", "/api/nearby"),
    ("GET", "/api/matters"),
    ("GET", "/api/areas"),
    ("GET", "/api/map"),
    ("GET", "/api/map/content"),
}
OPEN_BELOW = "/api/follow/"
SCRIPT = Person("", Role.ADMIN)  # the server's own token: an admin, and nobody in person


@dataclass(frozen=True, slots=True)
class Caller:
    """What somebody shows, by which they are found: again, too, while an answer to them goes on."""

    token: str
    guest: str | None = None  # who they are else
    is_script: bool = False  # with the server's own token

    def find(self, connection: Connection) -> Person | None:
        return self.identify(connection) or self.find_guest(connection)

    def identify(self, connection: Connection) -> Person | None:
        """Whoever the token is of; nobody once it has expired."""
        if self.is_script:
            return SCRIPT
        return accounts.find_by_token(connection, self.token, datetime.now(UTC)) if self.token else None

    def find_guest(self, connection: Connection) -> Person | None:
        return accounts.find_person(connection, self.guest) if self.guest else None


class Gate:
    """Finds out who asks, and turns strangers away before a byte of what they send is read."""

    def __init__(self, app: ASGIApp, token: str, pool: ConnectionPool, guest: str | None) -> None:
        self._app, self._token, self._pool, self._guest = app, token.encode(), pool, guest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith("/api/"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        caller = self._caller(headers, reading=scope["method"] in READING)
        try:
            person, in_person = (SCRIPT, True) if caller.is_script else await run_in_threadpool(self._find, caller)
        except (psycopg.OperationalError, PoolTimeout) as error:
            await database_away(error)(scope, receive, send)
            return
        scope.setdefault("state", {}).update(person=person, in_person=in_person, caller=caller)
        refusal = _refusal(scope, headers, person)
        await (refusal or self._app)(scope, receive, send)

    def _caller(self, headers: Headers, *, reading: bool) -> Caller:
        """By their token; of others, on a server that has a guest, whoever only reads is that one."""
        token = bearer(headers) or session(headers)
        guest = self._guest if reading and not bearer(headers) else None
        return Caller(token, guest, bool(token) and secrets.compare_digest(token.encode(), self._token))

    def _find(self, caller: Caller) -> tuple[Person | None, bool]:
        """Who asks, and whether they are that in person."""
        if not caller.token and not caller.guest:
            return None, False
        with self._pool.connection() as connection:
            known = caller.identify(connection)
            return known or caller.find_guest(connection), known is not None


def _refusal(scope: Scope, headers: Headers, person: Person | None) -> ASGIApp | None:
    path = scope["path"]
    if person is None and (scope["method"], path) not in OPEN and not path.startswith(OPEN_BELOW):
        return problem(401, SIGN_IN, {"WWW-Authenticate": "Bearer"})
    if scope["method"] not in READING and not bearer(headers) and session(headers) and _is_foreign(headers):
        return problem(403, "Another site's page may not act in your name")
    return None


def bearer(headers: Headers) -> str:
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def session(headers: Headers) -> str:
    return cookie_parser(headers.get("cookie", "")).get(COOKIE, "")


def _is_foreign(headers: Headers) -> bool:
    """Whether a browser sends this from another site's page; browsers say so, scripts have no cookie."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is not None and _host(origin) != headers.get("host")


def _host(origin: str) -> str | None:
    """None of one that cannot be read, which is nobody's own."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return None


def _connection(request: Request) -> Iterator[Connection]:
    with request.app.state.pool.connection() as connection:
        yield connection


async def _person(request: Request) -> Person:
    person: Person | None = request.state.person
    if person is None:
        raise HTTPException(401, SIGN_IN, {"WWW-Authenticate": "Bearer"})
    return person


async def _anybody(request: Request) -> Person | None:
    person: Person | None = request.state.person
    return person


async def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def having(*roles: Role) -> Callable[[Person], Awaitable[Person]]:
    """What a route asks of a person beyond being known; an admin may do whatever anybody may."""

    async def check(person: Annotated[Person, Depends(_person)]) -> Person:
        if person.role not in {*roles, Role.ADMIN}:
            raise HTTPException(403, f"This is for: {', '.join(roles) or Role.ADMIN}")
        return person

    return check


async def in_person(request: Request) -> None:
    """Not as the guest that a server may take whoever comes for."""
    if not request.state.in_person:
        raise HTTPException(403, f"This is for somebody known by name. {SIGN_IN}")


Database = Annotated[Connection, Depends(_connection)]
Who = Annotated[Person, Depends(_person)]
Whoever = Annotated[Person | None, Depends(_anybody)]
Address = Annotated[str, Depends(_address)]  # where they are, as far as a trusted proxy says
Admin = Annotated[Person, Depends(having())]
with_token = Depends(HTTPBearer(auto_error=False))  # for the OpenAPI document; the gate checks
