"""Accounts, the audit log and the duty list, from the command line, over a real database."""

import json
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from psycopg import Connection
from typer.testing import CliRunner, Result

from deploy.cli import cli
from deploy.settings import UsageError
from dispatch import accounts, enrolment
from dispatch.duties import SHIPPED
from dispatch.people import Person
from dispatch.transitions import Role, State
from tests.dispatch.matters import RECEIVED, rows, stored


@pytest.fixture(autouse=True)
def _on(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YIHU_DATABASE_URL", database)


def yihu(*words: str, said: str = "") -> Result:
    return CliRunner().invoke(cli, words, input=said)


def wrong(*words: str, said: str = "") -> str:
    result = yihu(*words, said=said)
    assert isinstance(result.exception, UsageError), result.output
    return str(result.exception)


def test_an_account_is_made_with_a_password_that_is_printed_once(connection: Connection):
    name, password = (
        yihu("user", "add", "he", "--role", "department", "--department", "环卫所").stdout.strip().split(": ")
    )
    person, _ = accounts.sign_in(connection, name, password, RECEIVED)
    assert person == Person("he", Role.DEPARTMENT, None, "环卫所")
    assert rows(connection, "audit")[0]["actor"].startswith("yihu (")


def test_a_password_may_be_given_and_is_not_printed(connection: Connection):
    result = yihu("user", "add", "li", "--role", "supervisor", "--password-stdin", said="a long enough one\n")
    assert result.stdout == "li: the password was set\n"
    accounts.sign_in(connection, "li", "a long enough one", RECEIVED)


def test_a_new_password_takes_the_place_of_the_old(connection: Connection):
    old = yihu("user", "add", "li", "--role", "supervisor").stdout.strip().split(": ")[1]
    new = yihu("user", "password", "li").stdout.strip().split(": ")[1]
    accounts.sign_in(connection, "li", new, RECEIVED)
    with pytest.raises(accounts.LoginError):
        accounts.sign_in(connection, "li", old, RECEIVED)


def test_a_token_speaks_for_its_account_until_that_is_removed(connection: Connection):
    yihu("user", "add", "robot", "--role", "dispatcher")
    token = yihu("token", "robot").stdout.strip()
    assert accounts.find_by_token(connection, token, RECEIVED) == Person("robot", Role.DISPATCHER)
    assert yihu("user", "remove", "robot").exit_code == 0
    assert accounts.find_by_token(connection, token, RECEIVED) is None


def test_whoever_removes_an_account_hears_what_is_still_with_it(connection: Connection):
    for name in ("wang", "zhao"):
        yihu("user", "add", name, "--role", "worker")
    stored(connection, state=State.ACCEPTED, assignee="wang")
    assert yihu("user", "remove", "zhao").stderr == ""
    assert yihu("user", "remove", "wang").stderr.startswith("left behind by wang, ")


def test_tokens_are_listed_and_revoked_one_by_one(connection: Connection):
    yihu("user", "add", "robot", "--role", "dispatcher")
    kept = yihu("token", "robot").stdout.strip()
    made = yihu("token", "robot", "--label", "nightly export")
    lost, (number,) = made.stdout.strip(), made.stderr.split()[-1:]
    first, second = yihu("token", "robot", "--list").stdout.splitlines()
    assert first.startswith(accounts.token_id(kept))
    assert second.startswith(number)
    assert second.endswith("nightly export")
    assert yihu("token", "robot", "--revoke", number).stdout == ""
    assert accounts.find_by_token(connection, lost, RECEIVED) is None
    assert accounts.find_by_token(connection, kept, RECEIVED)
    assert f"robot has no token {number}" in wrong("token", "robot", "--revoke", number)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("user", "add", "x", "--role", "king"), "there is no role king"),
        (("user", "add", "x", "--role", "department"), "needs the name of its department"),
        (("user", "add", "Dispatch", "--role", "worker"), "Dispatch is a name by which the system signs"),
        (("user", "add", "x", "--role", "worker", "--area", "51"), "there is no area 51"),
        (("token", "nobody"), "there is no account nobody: make one with `yihu user add nobody"),
        (("user", "remove", "nobody"), "there is no account nobody"),
        (("duties", "import", "/nowhere.csv"), "No such file"),
        (("edge-token", "nowhere", "gate"), "there is no site nowhere"),
        (("edge-token", "nowhere"), "an agent's name is of"),
        (("edge-token", "nowhere", "--revoke", "x"), "no token x of nowhere waits"),
    ],
)
def test_what_is_wrong_is_told_without_a_traceback(words: tuple[str, ...], told: str):
    assert told in wrong(*words)


def test_a_token_for_a_box_is_made_listed_and_revoked(connection: Connection):
    connection.execute("INSERT INTO sites (id, name, timezone, detector) VALUES ('tooley', 's', 'UTC', 'null')")
    made = yihu("edge-token", "tooley", "gate", "--minutes", "5")
    token, (number,) = made.stdout.strip(), made.stderr.split()[1:2]
    assert "yihu edge enrol https://CENTRE TOKEN" in made.stderr
    assert yihu("edge-token", "tooley", "--list").stdout.startswith(f"{number}  gate, until ")
    assert yihu("edge-token", "tooley", "--revoke", number).exit_code == 0
    assert yihu("edge-token", "tooley", "--list").stdout == ""
    with pytest.raises(enrolment.SpentTokenError, match="was revoked"):
        enrolment.redeem(connection, token, "10.0.0.7", {}, datetime.now(UTC))


def test_the_audit_log_is_verified_and_a_changed_entry_named(connection: Connection, database: str):
    for name in ("a", "b", "c"):
        yihu("user", "add", name, "--role", "worker")
    result = yihu("audit", "verify")
    assert result.stdout.startswith("3 entries, as they were written; hash ")
    noted = result.stdout.split()[-1]
    assert json.loads(yihu("audit", "verify", "--json", "--expect", noted).stdout)["expected"] is True
    assert "does not hold abc" in wrong("audit", "verify", "--expect", "abc")
    with psycopg.connect(database) as owner:
        owner.execute("ALTER TABLE audit DISABLE TRIGGER USER")
        owner.execute("UPDATE audit SET actor = 'nobody' WHERE seq = 2")
    assert "entry 2 is not as it was written" in wrong("audit", "verify")
    assert len(rows(connection, "people")) == 3


def test_the_duty_list_goes_out_and_comes_back(connection: Connection, tmp_path: Path):
    shipped = yihu("duties", "export").stdout
    file = tmp_path / "duties.csv"
    file.write_text(shipped.replace("路灯故障", "路灯不亮"), encoding="utf-8")
    assert yihu("duties", "import", str(file)).stdout == f"{len(shipped.splitlines()) - 1} matters\n"
    assert "路灯不亮" in yihu("duties", "export").stdout
    (told,) = rows(connection, "audit", subject="duties")
    assert (told["before"]["street_lamp"]["zh"], told["after"]["street_lamp"]["zh"]) == ("路灯故障", "路灯不亮")
    assert yihu("duties", "import", str(file)).exit_code == 0
    assert len(rows(connection, "audit", subject="duties")) == 1  # nothing was changed


def test_a_wrong_duty_list_is_refused_whole(tmp_path: Path):
    file = tmp_path / "duties.csv"
    file.write_text(SHIPPED.read_text(encoding="utf-8").replace("always", "sometimes"), encoding="utf-8")
    assert "line 2: calendar" in wrong("duties", "import", str(file))
