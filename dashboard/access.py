"""What every route needs: a connection, and who asks."""

import secrets
from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends, HTTPException, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from psycopg import Connection

_bearer = HTTPBearer(auto_error=False)


def _connection(request: Request) -> Iterator[Connection]:
    with request.app.state.pool.connection() as connection:
        yield connection


def _check_token(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> None:
    given = credentials.credentials if credentials else ""
    if not secrets.compare_digest(given.encode(), request.app.state.token.encode()):
        raise HTTPException(
            401, "Send `Authorization: Bearer TOKEN` with the server's YIHU_TOKEN", {"WWW-Authenticate": "Bearer"}
        )


Database = Annotated[Connection, Depends(_connection)]
with_token = Depends(_check_token)
