"""Accounts in the database: who there is, and what they sign in with. Of passwords and tokens only hashes are kept."""

import hashlib
import secrets
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import NamedTuple

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from psycopg import Connection
from psycopg.errors import UniqueViolation
from psycopg.rows import class_row, dict_row

from dispatch import audit, store
from dispatch.duties import shipped_duties
from dispatch.duties_store import hold_duties, load_duties
from dispatch.people import Person, Signature, is_resource
from dispatch.transitions import FIELD, Role
from ingest.queries import load_queries

SQL = load_queries(Path(__file__).with_name("accounts.sql"))

SESSION = timedelta(days=7)  # without being used
FREE_TRIES, LONGEST_WAIT = 5, timedelta(minutes=5)
REMEMBERED = timedelta(hours=1)  # a failed try
NOBODY = ""  # stands for all names that nobody has
ID_LENGTH = 8  # of a token, as the database cuts it from the hash
SHORTEST_PASSWORD = 10
ROLES = frozenset(Role) - {Role.RESIDENT, Role.SYSTEM}


class AccountError(ValueError):
    """An account cannot be made or changed so; the text says why."""


class LoginError(Exception):
    """Nobody is signed in by that; the text says what to do."""


class Token(NamedTuple):
    """A script's token, by what may be shown of it."""

    id: str
    label: str
    made_at: datetime
    used_at: datetime


def add_person(connection: Connection, person: Person, password: str, by: str, now: datetime) -> None:
    """Make an account; raise AccountError."""
    _check(person, password)
    if is_resource(person.name):
        raise AccountError(f"{person.name} is what the API calls something of another account: take another name")
    if _has_left(connection, person.name):
        raise AccountError(f"{person.name} has left, and the name stays theirs in the log: take another")
    values = _values(person) | {"password": _hasher().hash(password)}
    with connection.transaction():
        if person.area:
            _hold_area(connection, person.area)
        hold_duties(connection)
        _check_holder(connection, person)
        try:
            connection.execute(SQL["add_person"], values)
        except UniqueViolation as error:
            raise AccountError(f"there is an account {person.name} already") from error
        audit.append(connection, _entry("add_person", person, by, now))


def _check(person: Person, password: str) -> None:
    if not person.name.strip() or len(person.name) > 100 or "\0" in person.name:  # noqa: PLR2004 - as it says
        raise AccountError("an account needs a name of at most 100 characters")
    if is_reserved(person.name):
        raise AccountError(f"{person.name} is a name by which the system signs its own acts: take another")
    if person.role not in ROLES:
        raise AccountError(f"{person.role} is no account's role; known: {', '.join(sorted(ROLES))}")
    if (person.role is Role.DEPARTMENT) != (person.department is not None):
        raise AccountError("an account of the role department, and no other, needs the name of its department")
    if person.role is Role.ADMIN and person.area:
        raise AccountError("an admin is one of the whole tree: name no area")
    if len(password) < SHORTEST_PASSWORD:
        raise AccountError(f"a password needs {SHORTEST_PASSWORD} characters")


def _hold_area(connection: Connection, code: str) -> None:
    """Let nobody merge it meanwhile; raise AccountError where it is none, or none any more."""
    row = store.hold_area(connection, code)
    if row is None:
        raise AccountError(f"there is no area {code}: name one of the site file's areas by its code")
    (whole,) = row
    if whole:
        raise AccountError(f"{code} has become a part of {whole}: name that")


def is_reserved(name: str) -> bool:
    """Whether the system signs its own acts by that name."""
    return name.strip().casefold().partition(" (")[0] in set(Signature)


def _check_holder(connection: Connection, person: Person) -> None:
    """What a department has in hand must not be within the reach of a person who is called like it."""
    departments = {matter.department for matter in load_duties(connection)} - {person.department}
    values = {"name": person.name, "department": person.department}
    if person.name in departments or connection.execute(SQL["same_holder"], values).fetchone():
        raise AccountError(
            "an account and a department that it does not stand for cannot have one name, by which tickets go to"
            " either: take another"
        )


def set_password(connection: Connection, name: str, password: str, by: str, now: datetime) -> None:
    """Give a new password, end every session and forget failed tries; raise AccountError."""
    person = get_person(connection, name)
    _check(person, password)
    with connection.transaction():
        connection.execute(SQL["set_password"], {"name": name, "password": _hasher().hash(password)})
        connection.execute(SQL["end_sessions"], {"name": name})
        connection.execute(SQL["forget_failures"], {"name": _digest(name)})
        audit.append(connection, _entry("set_password", person, by, now))


def deactivate(connection: Connection, name: str, by: str, now: datetime) -> None:
    """Keep the account for its history, and let nobody in by it, but not the last admin's; raise AccountError."""
    with connection.transaction():
        person = lock_person(connection, name)
        connection.execute(SQL["deactivate"], {"name": name})
        connection.execute(SQL["end_tokens"], {"name": name})
        audit.append(connection, _entry("deactivate", person, by, now))


def lock_person(connection: Connection, name: str) -> Person:
    """Let nobody give them anything until the transaction ends, in which they leave; raise AccountError."""
    person = get_person(connection, name)
    if person.role is Role.ADMIN and connection.execute(SQL["lock_admins"]).fetchall() == [(name,)]:
        raise AccountError(f"{name} is the last admin: make another first, `yihu user add NAME --role admin`")
    connection.execute(SQL["lock_colleagues"], {"department": person.department})
    connection.execute(SQL["lock_person"], {"name": name})
    return get_person(connection, name)  # another may have been quicker


def goes_with(connection: Connection, person: Person) -> str | None:
    """The name that nobody answers to when they leave: theirs, or of the last of a department that of the department.

    None where others stand for the department, or a duty names it.
    """
    if person.department is None:
        return person.name
    others = connection.execute(SQL["colleagues"], {"name": person.name, "department": person.department}).fetchone()
    return None if others or _has_duties(connection, person.department) else person.department


def has_gone(connection: Connection, holder: str) -> bool:
    """Whether what is given to that name comes to somebody who has left, or is leaving; else they stay till its end.

    A department has left when nobody stands for it and no duty names it any more.
    """
    values = {"name": holder, "shipped": holder in {matter.department for matter in shipped_duties().values()}}
    nobody = connection.execute(SQL["has_gone"], values).fetchone() == (True,)
    return nobody and not _has_duties(connection, holder)


def make_token(connection: Connection, name: str, by: str, now: datetime, label: str = "") -> str:
    """A token for scripts, which lasts until it is revoked; raise AccountError."""
    person = get_person(connection, name)
    with connection.transaction():
        token = _new_token(connection, name, now, None, label)
        audit.append(connection, _entry("make_token", person, by, now, id=token_id(token), label=label))
    return token


def token_id(token: str) -> str:
    """What it is called by: anybody may know this."""
    return _digest(token).hex()[:ID_LENGTH]


def list_tokens(connection: Connection, name: str) -> list[Token]:
    """Those of scripts, the oldest first; raise AccountError."""
    get_person(connection, name)
    with connection.cursor(row_factory=class_row(Token)) as cursor:
        return cursor.execute(SQL["list_tokens"], {"name": name}).fetchall()


def revoke_token(connection: Connection, name: str, id: str, by: str, now: datetime) -> None:  # noqa: A002 - its name
    """End one token of a script; raise AccountError."""
    person = get_person(connection, name)
    with connection.transaction():
        row = connection.execute(SQL["revoke_token"], {"name": name, "id": id}).fetchone()
        if row is None:
            raise AccountError(f"{name} has no token {id}: see `yihu token {name} --list`")
        audit.append(connection, _entry("revoke_token", person, by, now, id=id, label=row[0]))


def sign_in(connection: Connection, name: str, password: str, now: datetime) -> tuple[Person, str]:
    """Who signs in, and the token of the session; raise LoginError."""
    person = identify(connection, name, password, now)
    with connection.transaction():
        token = _new_token(connection, person.name, now, now + SESSION)
        audit.append(connection, _entry("sign_in", person, person.signature, now, id=token_id(token)))
    return person, token


def identify(connection: Connection, name: str, password: str, now: datetime) -> Person:
    """Who that is, for this once; raise LoginError, which does not tell whether the name is known."""
    tried = _digest(name)
    with connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(SQL["find_login"], {"name": name}).fetchone()
    account = row["name"] if row else NOBODY
    if connection.execute(SQL["must_wait"], {"name": tried, "now": now}).fetchone():
        connection.execute(SQL["count_failure"], {"person": account, "now": now})
        raise LoginError("too many tries: wait some minutes, or ask an admin for a new password")
    if not _matches(row["password"] if row else None, password) or row is None:
        _note_failure(connection, tried, account, now)
        raise LoginError("name or password is wrong")
    connection.execute(SQL["forget_failures"], {"name": tried})
    return _person(row)


def _note_failure(connection: Connection, tried: bytes, account: str, now: datetime) -> None:
    """Alike for a name that somebody has and one that nobody has."""
    values = {"name": tried, "now": now, "free": FREE_TRIES, "most": LONGEST_WAIT}
    with connection.transaction():
        connection.execute(SQL["forget_old_failures"], {"before": now - REMEMBERED})
        connection.execute(SQL["note_failure"], values)
        connection.execute(SQL["count_failure"], {"person": account, "now": now})


def tell_failures(connection: Connection, now: datetime) -> int:
    """Tell the audit log of the failed tries of hours that are over: one entry an hour, however many strangers try."""
    with connection.transaction():
        hours = connection.execute(SQL["take_failures"], {"now": now}).fetchall()
        for hour, accounts, unknown in hours:
            detail = {"hour": hour.astimezone(UTC).isoformat(), "accounts": accounts, "unknown": unknown}
            by = Signature.DISPATCH
            audit.append(
                connection, audit.Entry(at=now, actor=by, action="sign_in_failed", subject="sign-in", detail=detail)
            )
    return len(hours)


def sign_out(connection: Connection, token: str, now: datetime) -> None:
    """End a session; a script's token is none."""
    with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(SQL["end_session"], {"hash": _digest(token)}).fetchone()
        if row:
            person = _person(row)
            audit.append(connection, _entry("sign_out", person, person.signature, now, id=token_id(token)))


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


def get_person(connection: Connection, name: str) -> Person:
    """Raise AccountError where there is none."""
    person = find_person(connection, name)
    if person:
        return person
    if _has_left(connection, name):
        raise AccountError(
            f"{name} has left, and the name stays theirs in the log: make an account of another with"
            " `yihu user add NAME --role …`"
        )
    raise AccountError(f"there is no account {name}: make one with `yihu user add {name} --role …`")


def _has_left(connection: Connection, name: str) -> bool:
    """Whether it is the name of an account that was closed."""
    return connection.execute(SQL["has_left"], {"name": name}).fetchone() is not None


def hold_holder(connection: Connection, holder: str) -> bool:
    """Whether anybody is told as that: a department, or a person, who stays till the transaction ends."""
    found = connection.execute(SQL["hold_person"], {"name": holder}).fetchone()
    return found is not None or is_department(connection, holder)


def takes_tickets(connection: Connection, holder: str) -> bool:
    """Whether a ticket that is given to that name can be accepted: a worker's or an admin's, or a department's."""
    person = find_person(connection, holder)
    in_person = person is not None and person.role in FIELD and person.holder == holder
    return in_person or is_department(connection, holder)


def is_department(connection: Connection, name: str) -> bool:
    """Whether it is a department of the duty list, or somebody stands for it."""
    if connection.execute(SQL["is_department"], {"name": name}).fetchone():
        return True
    return _has_duties(connection, name)


def _has_duties(connection: Connection, department: str) -> bool:
    return any(matter.department == department for matter in load_duties(connection))


def acts_as(connection: Connection, name: str) -> Person:
    """In whose name a script acts: an account, or where there is none an admin called so; raise AccountError."""
    if is_reserved(name) or _has_left(connection, name):
        raise AccountError(f"nobody acts in the name of {name}: the system does, or whoever it was is gone")
    return find_person(connection, name) or Person(name, Role.ADMIN)


def list_people(connection: Connection) -> list[Person]:
    with connection.cursor(row_factory=dict_row) as cursor:
        return [_person(row) for row in cursor.execute(SQL["list_people"]).fetchall()]


def any_admin(connection: Connection) -> bool:
    return connection.execute(SQL["any_admin"]).fetchone() is not None


def _person(row: dict[str, str | None]) -> Person:
    return Person(str(row["name"]), Role(str(row["role"])), row["area"], row["department"])


def _values(person: Person) -> dict[str, str | None]:
    return {"name": person.name, "role": person.role, "area": person.area, "department": person.department}


def _entry(action: str, person: Person, by: str, now: datetime, **detail: str) -> audit.Entry:
    subject, after = f"person {person.name}", dict(_values(person))
    return audit.Entry(at=now, actor=by, action=action, subject=subject, detail=detail, after=after)


def _new_token(connection: Connection, name: str, now: datetime, expires_at: datetime | None, label: str = "") -> str:
    token = secrets.token_urlsafe(32)
    values = {"hash": _digest(token), "person": name, "label": label, "now": now, "expires_at": expires_at}
    connection.execute(SQL["add_token"], values)
    return token


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()


@cache
def _nobody() -> str:
    """What the password of an unknown name is checked against, so that an answer takes as long."""
    return _hasher().hash(secrets.token_urlsafe())


def _matches(hashed: str | None, password: str) -> bool:
    nobody = _nobody()  # made when first asked for, whoever that is about
    try:
        return _hasher().verify(hashed or nobody, password) and hashed is not None
    except (VerificationError, InvalidHashError):
        return False
