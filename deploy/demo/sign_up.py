"""Accounts for the demo's people, all with one password that is made at its first start, and for whoever looks on."""

from datetime import UTC, datetime
from pathlib import Path

import psycopg

from deploy.demo.town import Person as Played
from deploy.demo.town import Town
from deploy.launch import ADMIN, own_secret
from dispatch.accounts import add_person, find_person, set_password
from dispatch.people import Person, Signature
from dispatch.transitions import Role

GUEST = Person("大屏 wall", Role.OPERATOR)


def sign_up(database: str, town: Town, folder: Path) -> str:
    """Make what accounts there are not yet; give the password, which lies in the demo's folder."""
    new = not (folder / "password").exists()
    password = own_secret(folder / "password")
    now = datetime.now(UTC)
    with psycopg.connect(database, autocommit=True) as connection:
        for person in (GUEST, *map(_account, town.staff)):
            if find_person(connection, person.name) is None:
                add_person(connection, person, password, Signature.DEMO, now)
        if new:
            set_password(connection, ADMIN, password, Signature.DEMO, now)
    return password


def _account(played: Played) -> Person:
    department = played.name if played.role == "department" else None
    return Person(played.name, Role(played.role), played.grid, department)
