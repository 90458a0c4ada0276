"""Errors as RFC 9457 problem+json."""

from math import ceil
from typing import Any

import psycopg
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from psycopg_pool import PoolTimeout
from starlette.exceptions import HTTPException

from dashboard.models import Problem
from dashboard.reads import BadCursorError
from dispatch.accounts import AccountError, LoginError
from dispatch.channels import ChannelError
from dispatch.claims import TakenError
from dispatch.desk import NoSuchTicketError
from dispatch.duties import DutyListError
from dispatch.enrolment import EnrolmentError, SpentTokenError, UnknownTokenError
from dispatch.merging import MergeError
from dispatch.modes_store import ModeError
from dispatch.residents import ClosedToStrangersError
from dispatch.setup import NoSuchDeviceError, SetupError, StaleSetupError
from dispatch.strangers import TooMuchError
from dispatch.ticket import ForbiddenMoveError, NotYoursError, TicketError

MEDIA_TYPE = "application/problem+json"
BAD_BODY = 400  # FastAPI's own word for what it cannot even read
PROBLEM = {"$ref": "#/components/schemas/Problem"}
STATUSES: dict[type[Exception], int] = {
    LoginError: 401,
    NoSuchDeviceError: 404,
    UnknownTokenError: 404,
    SpentTokenError: 409,
    StaleSetupError: 409,
}
TITLES = {
    401: "Who are you?",
    429: "Too much",
    403: "Not yours to do",
    404: "Not found",
    409: "Not now",
    410: "Removed",
    422: "Not understood",
    503: "The database is away",
}


def problem(status: int, detail: str, headers: dict[str, str] | None = None, **extra: Any) -> JSONResponse:
    body = {"type": "about:blank", "title": TITLES.get(status, "Error"), "status": status, "detail": detail}
    return JSONResponse(body | extra, status, headers, MEDIA_TYPE)


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The problems of a route, for its OpenAPI document."""
    return {status: {"model": Problem, "description": TITLES[status]} for status in statuses}


def document_problems(document: dict[str, Any]) -> dict[str, Any]:
    """The OpenAPI document with the media type of its problems, which FastAPI takes for those of all answers."""
    operations = (operation for path in document["paths"].values() for operation in path.values())
    for answer in (answer for operation in operations for answer in operation["responses"].values()):
        content = answer.get("content", {})
        if content.get("application/json", {}).get("schema") == PROBLEM:
            content[MEDIA_TYPE] = content.pop("application/json")
    return document


def add_problem_handlers(app: FastAPI) -> None:
    @app.exception_handler(TicketError)
    def on_ticket(_: Request, error: TicketError) -> JSONResponse:
        if isinstance(error, ForbiddenMoveError):
            return problem(409, str(error), allowed=error.allowed)
        if isinstance(error, TooMuchError):
            return problem(429, str(error), {"Retry-After": str(ceil(error.wait.total_seconds()))})
        statuses = {
            NoSuchTicketError: 404,
            NotYoursError: 403,
            TakenError: 409,
            ClosedToStrangersError: 401,
        }
        return problem(statuses.get(type(error), 422), str(error))

    @app.exception_handler(AccountError)
    @app.exception_handler(BadCursorError)
    @app.exception_handler(ChannelError)
    @app.exception_handler(DutyListError)
    @app.exception_handler(EnrolmentError)
    @app.exception_handler(LoginError)
    @app.exception_handler(MergeError)
    @app.exception_handler(ModeError)
    @app.exception_handler(NoSuchDeviceError)
    @app.exception_handler(SetupError)
    @app.exception_handler(StaleSetupError)
    def on_value(_: Request, error: Exception) -> JSONResponse:
        entries: dict[str, Any] = {"errors": error.problems} if isinstance(error, SetupError) else {}
        return problem(STATUSES.get(type(error), 422), str(error), **entries)

    @app.exception_handler(RequestValidationError)
    def on_validation(_: Request, error: RequestValidationError) -> JSONResponse:
        entries = [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
        return problem(422, "; ".join(entries), errors=entries)

    @app.exception_handler(HTTPException)
    def on_http(_: Request, error: HTTPException) -> JSONResponse:
        if error.status_code == BAD_BODY:
            return problem(422, "The body is not JSON in UTF-8")
        return problem(error.status_code, str(error.detail), dict(error.headers or {}))

    @app.exception_handler(psycopg.OperationalError)
    @app.exception_handler(PoolTimeout)
    def on_database(_: Request, error: Exception) -> JSONResponse:
        return database_away(error)


def database_away(error: Exception) -> JSONResponse:
    if isinstance(error, psycopg.errors.QueryCanceled):
        told = (
            "The database took too long for this: ask for less (a shorter period, a smaller area), or try again later."
        )
    else:
        told = "The database does not answer; try again in a moment."
    return problem(503, f"{told} ({error})", {"Retry-After": "5"})
