"""Accounts in the database: who there is, and what they sign in with. Of passwords and tokens only hashes are kept."""

import hashlib
import secrets
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from psycopg import Connection
from psycopg.errors import UniqueViolation
from psycopg.rows import dict_row

from dispatch import audit
from dispatch.people import Person
from dispatch.transitions import Role
from ingest.queries import load_queries

SQL = load_queries(Path(__file__).with_name("accounts.sql"))

SESSION = timedelta(days=7)  # without being used
FREE_TRIES, LONGEST_WAIT = 5, timedelta(minutes=5)
SHORTEST_PASSWORD = 10
ROLES = frozenset(Role) - {Role.RESIDENT, Role.SYSTEM}


class AccountError(ValueError):
    """An account cannot be made or changed so; the text says why."""


class LoginError(Exception):
    """Nobody is signed in by that; the text says what to do."""


def add_person(connection: Connection, person: Person, password: str, by: str, now: datetime) -> None:
    """Make an account; raise AccountError."""
    _check(connection, person, password)
    with connection.transaction():
        try:
            connection.execute(SQL["add_person"], _values(person) | {"password": _hasher().hash(password)})
        except UniqueViolation as error:
            raise AccountError(f"there is an account {person.name} already") from error
        audit.append(connection, _entry("add_person", person, by, now))


def _check(connection: Connection, person: Person, password: str) -> None:
    if not person.name.strip() or len(person.name) > 100 or "\0" in person.name:  # noqa: PLR2004 - as it says
        raise AccountError("an account needs a name of at most 100 characters")
    if person.role not in ROLES:
        raise AccountError(f"{person.role} is no account's role; known: {', '.join(sorted(ROLES))}")
    if (person.role is Role.DEPARTMENT) != (person.department is not None):
        raise AccountError("an account of the role department, and no other, needs the name of its department")
    if len(password) < SHORTEST_PASSWORD:
        raise AccountError(f"a password needs {SHORTEST_PASSWORD} characters")
    if person.area and not connection.execute(SQL["area"], {"code": person.area}).fetchone():
        raise AccountError(f"there is no area {person.area}: name one of the site file's areas by its code")


def set_password(connection: Connection, name: str, password: str, by: str, now: datetime) -> None:
    """Give a new password and end every session; raise AccountError."""
    person = _known(connection, name)
    _check(connection, person, password)
    with connection.transaction():
        connection.execute(SQL["set_password"], {"name": name, "password": _hasher().hash(password)})
        connection.execute(SQL["end_sessions"], {"name": name})
        audit.append(connection, _entry("set_password", person, by, now))


def deactivate(connection: Connection, name: str, by: str, now: datetime) -> None:
    """Keep the account for its history, and let nobody in by it; raise AccountError."""
    person = _known(connection, name)
    with connection.transaction():
        connection.execute(SQL["deactivate"], {"name": name})
        connection.execute(SQL["end_tokens"], {"name": name})
        audit.append(connection, _entry("deactivate", person, by, now))


def make_token(connection: Connection, name: str, by: str, now: datetime) -> str:
    """A token for scripts, which lasts until it is revoked; raise AccountError."""
    person = _known(connection, name)
    with connection.transaction():
        token = _new_token(connection, name, now, None)
        audit.append(connection, _entry("make_token", person, by, now))
    return token


def sign_in(connection: Connection, name: str, password: str, now: datetime) -> tuple[Person, str]:
    """Who signs in, and the token of the session; raise LoginError, which does not tell whether the name is known."""
    with connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(SQL["find_login"], {"name": name}).fetchone()
    if row and row["wait_until"] and row["wait_until"] > now:
        raise LoginError("too many tries: wait some minutes, or ask an admin for a new password")
    if not _matches(row["password"] if row else None, password) or row is None:
        connection.execute(SQL["note_failure"], {"name": name, "free": FREE_TRIES, "now": now, "most": LONGEST_WAIT})
        raise LoginError("name or password is wrong")
    connection.execute(SQL["forget_failures"], {"name": name})
    return _person(row), _new_token(connection, name, now, now + SESSION)


def sign_out(connection: Connection, token: str) -> None:
    connection.execute(SQL["end_token"], {"hash": _digest(token)})


def find_by_token(connection: Connection, token: str, now: datetime) -> Person | None:
    """Whose token it is; a session lasts a week from its last use."""
    values = {"hash": _digest(token), "now": now, "session": SESSION}
    with connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(SQL["find_by_token"], values).fetchone()
    return _person(row) if row else None


def find_person(connection: Connection, name: str) -> Person | None:
    with connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(SQL["find_person"], {"name": name}).fetchone()
    return _person(row) if row else None


def _known(connection: Connection, name: str) -> Person:
    person = find_person(connection, name)
    if person is None:
        raise AccountError(f"there is no account {name}: make one with `yihu user add {name} --role …`")
    return person


def list_people(connection: Connection) -> list[Person]:
    with connection.cursor(row_factory=dict_row) as cursor:
        return [_person(row) for row in cursor.execute(SQL["list_people"]).fetchall()]


def any_admin(connection: Connection) -> bool:
    return connection.execute(SQL["any_admin"]).fetchone() is not None


def _person(row: dict[str, str | None]) -> Person:
    return Person(str(row["name"]), Role(str(row["role"])), row["area"], row["department"])


def _values(person: Person) -> dict[str, str | None]:
    return {"name": person.name, "role": person.role, "area": person.area, "department": person.department}


def _entry(action: str, person: Person, by: str, now: datetime) -> audit.Entry:
    return audit.Entry(at=now, actor=by, action=action, subject=f"person {person.name}", after=dict(_values(person)))


def _new_token(connection: Connection, name: str, now: datetime, expires_at: datetime | None) -> str:
    token = secrets.token_urlsafe(32)
    values = {"hash": _digest(token), "person": name, "now": now, "expires_at": expires_at}
    connection.execute(SQL["add_token"], values)
    return token


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()


@cache
def _nobody() -> str:
    """What the password of an unknown name is checked against, so that an answer takes as long."""
    return _hasher().hash(secrets.token_urlsafe())


def _matches(hashed: str | None, password: str) -> bool:
    try:
        return _hasher().verify(hashed or _nobody(), password) and hashed is not None
    except (VerificationError, InvalidHashError):
        return False
