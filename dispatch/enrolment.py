"""Enrolment: tokens by which a box on the street becomes a site's edge agent, each of them once."""

import hashlib
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from psycopg import Connection
from psycopg.rows import class_row

from dispatch import audit
from dispatch.people import Signature
from dispatch.site import AGENT
from dispatch.strangers import Deed, admit
from edge.topics import NAME
from ingest.queries import load_queries

SQL = load_queries(Path(__file__).with_name("enrolment.sql"))

LIFE, LONGEST_LIFE = timedelta(hours=1), timedelta(days=7)
REMEMBERED = timedelta(days=30)  # of what has expired: why it is refused can still be told
FAILURES = 10  # of one place, within an hour
TOKEN_BYTES = 16
ID_LENGTH = 8  # as the database cuts it from the hash


class EnrolmentError(ValueError):
    """No such token can be made, or there is none; the text says what to do."""


class UnknownTokenError(EnrolmentError):
    """Nobody has made it."""


class SpentTokenError(EnrolmentError):
    """It was used, revoked, or has expired."""


class Enrolment(NamedTuple):
    """A token that waits for its box, by what may be shown of it."""

    id: str
    site: str
    agent: str
    made_by: str
    made_at: datetime
    expires_at: datetime


class Granted(NamedTuple):
    """What a box is from now on, and the configurations of its devices by their ids."""

    site: str
    agent: str
    devices: dict[str, dict[str, Any]]


def make_token(
    connection: Connection, site: str, agent: str, by: str, now: datetime, life: timedelta = LIFE
) -> tuple[Enrolment, str]:
    """A token for a box that is to be that agent, and what is shown of it; raise EnrolmentError."""
    _check(connection, site, agent, life)
    token = secrets.token_hex(TOKEN_BYTES)  # it is typed, and a command's argument: no dash may be its first character
    made = Enrolment(_digest(token).hex()[:ID_LENGTH], site, agent, by, now, now + life)
    with connection.transaction():
        connection.execute(SQL["forget"], {"before": now - REMEMBERED})
        connection.execute(SQL["add"], made._asdict() | {"hash": _digest(token)})
        until = made.expires_at.astimezone(UTC).isoformat()
        audit.append(connection, _entry("make_enrolment", site, agent, by, now, id=made.id, until=until))
    return made, token


def _check(connection: Connection, site: str, agent: str, life: timedelta) -> None:
    if not NAME.fullmatch(agent):
        raise EnrolmentError(f"an agent's name is of {NAME.pattern}, such as box-3")
    if not timedelta() < life <= LONGEST_LIFE:
        raise EnrolmentError(f"a token lasts for at most {LONGEST_LIFE.days} days")
    if connection.execute(SQL["site"], {"site": site}).fetchone() is None:
        raise EnrolmentError(f"there is no site {site}")
    if connection.execute(SQL["device"], {"site": site, "agent": agent}).fetchone():
        raise EnrolmentError(f"{agent} is a camera or a sensor of {site}: give the agent another name")


def list_tokens(connection: Connection, site: str, now: datetime) -> list[Enrolment]:
    """Those that can still be used, the oldest first."""
    with connection.cursor(row_factory=class_row(Enrolment)) as cursor:
        return cursor.execute(SQL["list"], {"site": site, "now": now}).fetchall()


def revoke_token(connection: Connection, site: str, id: str, by: str, now: datetime) -> None:  # noqa: A002 - its name
    """Let nobody in by it any more; raise UnknownTokenError."""
    with connection.transaction():
        row = connection.execute(SQL["revoke"], {"site": site, "id": id, "now": now}).fetchone()
        if row is None:
            raise UnknownTokenError(f"no token {id} of {site} waits for its box")
        audit.append(connection, _entry("revoke_enrolment", site, row[0], by, now, id=id))


def redeem(connection: Connection, token: str, address: str, box: dict[str, str], now: datetime) -> Granted:
    """Make whoever comes with the token that agent, once; `box` is what it says of itself, for the audit log.

    Raise EnrolmentError, and TooMuchError for whoever keeps trying.
    """
    values = {"hash": _digest(token), "now": now, "used_from": address}
    with connection.transaction():
        row = connection.execute(SQL["use"], values).fetchone()
        if row is not None:
            number, site, agent = row
            granted = Granted(site, agent, _configs(connection, site, agent))
            detail = {"id": number, "from": address} | box
            audit.append(connection, _entry("enrol", site, agent, Signature.EDGE, now, **detail))
            return granted
    with connection.transaction():
        admit(connection, Deed.ENROLMENT, address, FAILURES, now)
    raise _refusal(connection, values)


def _refusal(connection: Connection, values: dict[str, Any]) -> EnrolmentError:
    row = connection.execute(SQL["fate"], values).fetchone()
    if row is None:
        return UnknownTokenError("nobody has made this token: copy the whole of it, or make another at /install")
    used_at, used_from, revoked_at, expires_at = row
    if used_at:
        return SpentTokenError(
            f"this token was used at {_told(used_at)} from {used_from}: make another at /install; and if that was none"
            " of yours, somebody else has the street's login of the broker, so change that"
        )
    what, at = ("was revoked", revoked_at) if revoked_at else ("expired", expires_at)
    return SpentTokenError(f"this token {what} at {_told(at)}: make another at /install")


def _told(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _configs(connection: Connection, site: str, agent: str) -> dict[str, dict[str, Any]]:
    values = {"site": site, "agent": agent, "usual": AGENT}
    return dict(connection.execute(SQL["configs"], values).fetchall())


def _entry(action: str, site: str, agent: str, by: str, now: datetime, **detail: str) -> audit.Entry:
    return audit.Entry(at=now, actor=by, action=action, subject=f"agent {site}/{agent}", detail=detail)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
