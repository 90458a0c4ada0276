"""What every route needs: a connection, and who asks."""

import secrets
from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPBearer
from psycopg import Connection
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from dashboard.problems import problem

READING = {"GET", "HEAD", "OPTIONS"}


class TokenGate:
    """Lets nobody write without the token, and turns them away before a byte of what they send is read."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app, self._expected = app, f"Bearer {token}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in READING or self._knows(Headers(scope=scope)):
            await self._app(scope, receive, send)
            return
        detail = "Send `Authorization: Bearer TOKEN` with the server's YIHU_TOKEN"
        await problem(401, detail, {"WWW-Authenticate": "Bearer"})(scope, receive, send)

    def _knows(self, headers: Headers) -> bool:
        return secrets.compare_digest(headers.get("authorization", "").encode("latin-1"), self._expected)


def _connection(request: Request) -> Iterator[Connection]:
    with request.app.state.pool.connection() as connection:
        yield connection


Database = Annotated[Connection, Depends(_connection)]
with_token = Depends(HTTPBearer(auto_error=False))  # for the OpenAPI document; TokenGate checks
