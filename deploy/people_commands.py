"""`yihu user …`, `yihu token`, `yihu audit` and `yihu duties`: accounts, the audit log and the duty list."""

import contextlib
import getpass
import secrets
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from deploy.options import AsJson, Data
from deploy.settings import UsageError, load_settings

user = typer.Typer(help="账号。Accounts of people.", no_args_is_help=True)
audit_log = typer.Typer(help="审计日志。The log of all that was done.", no_args_is_help=True)
duties = typer.Typer(help="事项清单。Whose job a matter is.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="What the account signs in with.")]
FromInput = Annotated[bool, typer.Option("--password-stdin", help="Read the password instead of making one.")]


@contextlib.contextmanager
def open_database(data: Path | None) -> Iterator[Any]:
    """The migrated database; what is wrong with what was given is for the person at the keyboard to mend."""
    import psycopg  # noqa: PLC0415 - a command line starts fast

    from deploy.stages import database_url  # noqa: PLC0415 - as above
    from dispatch.accounts import AccountError  # noqa: PLC0415 - as above
    from dispatch.channels import ChannelError  # noqa: PLC0415 - as above
    from dispatch.duties import DutyListError  # noqa: PLC0415 - as above
    from dispatch.enrolment import EnrolmentError  # noqa: PLC0415 - as above
    from ingest.migrate import migrate  # noqa: PLC0415 - as above

    with database_url(load_settings(data=data)) as database:
        migrate(database)
        with psycopg.connect(database, autocommit=True, application_name="yihu-command") as connection:
            try:
                yield connection
            except (AccountError, ChannelError, DutyListError, EnrolmentError) as error:
                raise UsageError(str(error)) from error


@user.command("add")
def add(
    name: Name,
    role: Annotated[str, typer.Option(help="operator, dispatcher, worker, department, supervisor, installer, admin.")],
    area: Annotated[str | None, typer.Option(help="Code of the part of the tree that is theirs; else all.")] = None,
    department: Annotated[str | None, typer.Option(help="Whom they stand for, with the role department.")] = None,
    from_input: FromInput = False,
    data: Data = None,
) -> None:
    """Make an account, and print its password unless one was given."""
    from dispatch.accounts import add_person  # noqa: PLC0415 - psycopg
    from dispatch.people import Person  # noqa: PLC0415 - as above
    from dispatch.transitions import Role  # noqa: PLC0415 - as above

    if role not in set(Role):
        raise UsageError(f"there is no role {role}: see `yihu user add --help`")
    with open_database(data) as connection:
        password = _password(from_input)
        add_person(connection, Person(name, Role(role), area, department), password, me(), datetime.now(UTC))
    _tell(name, password, from_input)


@user.command("password")
def password(name: Name, from_input: FromInput = False, data: Data = None) -> None:
    """Give an account a new password, and end its sessions."""
    from dispatch.accounts import set_password  # noqa: PLC0415 - psycopg

    with open_database(data) as connection:
        new = _password(from_input)
        set_password(connection, name, new, me(), datetime.now(UTC))
    _tell(name, new, from_input)


@user.command("remove")
def remove(name: Name, data: Data = None) -> None:
    """Let nobody in by an account any more; what it did stays told, and supervisors hear what it still has in hand."""
    from dispatch.leaving import leave  # noqa: PLC0415 - psycopg

    with open_database(data) as connection:
        left = leave(connection, name, me(), datetime.now(UTC))
    if left:
        typer.echo(f"left behind by {name}, for supervisors, who are told, to assign anew: {left} tickets", err=True)


def token(
    name: Name,
    label: Annotated[str, typer.Option(help="What it is for, to know it by in the list.")] = "",
    listing: Annotated[bool, typer.Option("--list", help="List the account's tokens by their ids instead.")] = False,
    revoke: Annotated[str | None, typer.Option(help="End the token of this id instead.", metavar="ID")] = None,
    data: Data = None,
) -> None:
    """Print a new API token of an account, for scripts: `Authorization: Bearer …`; its id goes to standard error."""
    from dispatch import accounts  # noqa: PLC0415 - psycopg

    with open_database(data) as connection:
        if listing:
            for one in accounts.list_tokens(connection, name):
                print(f"{one.id}  made {one.made_at:%Y-%m-%d}, last used {one.used_at:%Y-%m-%d}  {one.label}".rstrip())
        elif revoke:
            accounts.revoke_token(connection, name, revoke, me(), datetime.now(UTC))
        else:
            made = accounts.make_token(connection, name, me(), datetime.now(UTC), label)
            print(f"{name}: token {accounts.token_id(made)}", file=sys.stderr)
            print(made)


@audit_log.command("verify")
def verify(
    expect: Annotated[
        str | None, typer.Option(help="A hash that was printed before: the log must still hold it.")
    ] = None,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Check that no entry was removed or changed. Note the hash it prints: it speaks for all up to now."""
    import msgspec  # noqa: PLC0415 - a command line starts fast

    from dispatch import audit  # noqa: PLC0415 - psycopg

    with open_database(data) as connection:
        verdict = audit.verify(connection, expect)
    if as_json:
        print(msgspec.json.encode(verdict._asdict()).decode())
    elif verdict.broken_at is None:
        print(f"{verdict.entries} entries, as they were written; hash {verdict.head}")
    if verdict.broken_at is not None:
        raise UsageError(f"entry {verdict.broken_at} is not as it was written: compare with a backup")
    if not verdict.expected:
        raise UsageError(f"the log does not hold {expect}: entries were rewritten since it was printed")


@duties.command("export")
def export(data: Data = None) -> None:
    """Print the duty list that holds, as CSV."""
    from dispatch.duties import format_duties  # noqa: PLC0415 - psycopg
    from dispatch.duties_store import load_duties  # noqa: PLC0415 - as above

    with open_database(data) as connection:
        print(format_duties(load_duties(connection)), end="")


@duties.command("import")
def import_list(file: Annotated[Path, typer.Argument(help="CSV, as `export` prints it.")], data: Data = None) -> None:
    """Put a list in place of the one that holds."""
    from dispatch.duties import DutyListError, parse_duties  # noqa: PLC0415 - psycopg
    from dispatch.duties_store import put_duties  # noqa: PLC0415 - as above

    try:
        matters = parse_duties(file.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, DutyListError) as error:
        raise UsageError(f"{file}: {error}") from error
    with open_database(data) as connection:
        put_duties(connection, matters, me(), datetime.now(UTC))
    print(f"{len(matters)} matters")


def _password(from_input: bool) -> str:
    if not from_input:
        return secrets.token_urlsafe(12)
    return getpass.getpass() if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")


def _tell(name: str, new: str, from_input: bool) -> None:
    print(f"{name}: the password was set" if from_input else f"{name}: {new}")


def me() -> str:
    """Who is at the keyboard, for the audit log."""
    from dispatch.people import Signature  # noqa: PLC0415 - a command line starts fast

    return f"{Signature.COMMAND} ({getpass.getuser()})"
