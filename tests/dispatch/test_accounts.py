import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from psycopg import Connection
from psycopg.types.json import Jsonb

from dispatch import accounts, audit
from dispatch.accounts import AccountError, LoginError
from dispatch.duties import shipped_duties
from dispatch.duties_store import put_duties
from dispatch.people import RESOURCES, Person, Signature
from dispatch.transitions import Role
from tests.dispatch.matters import rows

NOW = datetime(2026, 6, 1, 8, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
PASSWORD = "a long enough one"  # noqa: S105 - of an account that lives for one test
LI = Person("李秀英", Role.SUPERVISOR)
HE = Person("he", Role.DEPARTMENT, None, "环卫所")


def add(connection: Connection, person: Person = LI, password: str = PASSWORD) -> None:
    accounts.add_person(connection, person, password, "root", NOW)


def test_who_has_an_account_signs_in_and_is_known_by_the_session(connection: Connection):
    for person in (LI, HE):
        add(connection, person)
        found, token = accounts.sign_in(connection, person.name, PASSWORD, NOW)
        assert found == person == accounts.find_by_token(connection, token, NOW)
        accounts.sign_out(connection, token, NOW)
        assert accounts.find_by_token(connection, token, NOW) is None


@pytest.mark.parametrize(
    ("name", "password"), [("李秀英", "another one"), ("nobody", PASSWORD), ("", ""), ("李秀英", "")]
)
def test_a_wrong_name_and_a_wrong_password_look_alike(connection: Connection, name: str, password: str):
    add(connection)
    with pytest.raises(LoginError, match=r"^name or password is wrong$"):
        accounts.sign_in(connection, name, password, NOW)


def guess(connection: Connection, name: str, at: datetime, times: int = 1) -> list[str]:
    """What is answered to a wrong password, each time."""
    told = []
    for _ in range(times):
        with pytest.raises(LoginError) as refusal:
            accounts.sign_in(connection, name, "guess", at)
        told.append(str(refusal.value))
    return told


def test_guessing_is_slowed_down_and_a_right_password_ends_that(connection: Connection):
    add(connection)
    assert set(guess(connection, LI.name, NOW, accounts.FREE_TRIES)) == {"name or password is wrong"}
    with pytest.raises(LoginError, match="too many tries"):
        accounts.sign_in(connection, LI.name, PASSWORD, NOW)
    accounts.sign_in(connection, LI.name, PASSWORD, NOW + 2 * MINUTE)
    assert rows(connection, "failed_logins") == []


def test_a_name_that_nobody_has_is_locked_as_one_that_somebody_has(connection: Connection):
    add(connection)
    moments = [NOW + timedelta(seconds=second) for second in (0, 0, 0, 0, 0, 0, 2, 2, 3, 60, 61, 3000, 7000)]
    known, unknown = ([guess(connection, name, at) for at in moments] for name in (LI.name, "nobody"))
    assert known == unknown
    assert len(rows(connection, "failed_logins")) == 2


def test_failed_tries_are_forgotten_after_an_hour_and_tell_no_name(connection: Connection):
    for number in range(20):
        guess(connection, f"made up {number}", NOW)
    assert "made up" not in str(rows(connection, "failed_logins"))
    guess(connection, "late", NOW + accounts.REMEMBERED + MINUTE)
    assert len(rows(connection, "failed_logins")) == 1


def test_a_new_password_ends_the_wait(connection: Connection):
    add(connection)
    guess(connection, LI.name, NOW, accounts.FREE_TRIES + 1)
    accounts.set_password(connection, LI.name, "another long one", "root", NOW)
    accounts.sign_in(connection, LI.name, "another long one", NOW)


def test_waiting_grows_to_its_longest(connection: Connection):
    add(connection)
    at = NOW
    for _ in range(30):
        guess(connection, LI.name, at)
        last, at = at, rows(connection, "failed_logins")[0]["wait_until"] or at
    assert at - last == accounts.LONGEST_WAIT


def test_a_session_lasts_a_week_from_its_last_use(connection: Connection):
    add(connection)
    _, token = accounts.sign_in(connection, LI.name, PASSWORD, NOW)
    used = NOW + accounts.SESSION - MINUTE
    assert accounts.find_by_token(connection, token, used) == LI
    assert accounts.find_by_token(connection, token, used + accounts.SESSION - MINUTE) == LI
    assert accounts.find_by_token(connection, token, used + 3 * accounts.SESSION) is None


def test_a_script_s_token_lasts_and_is_no_session(connection: Connection):
    add(connection)
    token = accounts.make_token(connection, LI.name, "root", NOW)
    accounts.sign_out(connection, token, NOW)
    assert accounts.find_by_token(connection, token, NOW + timedelta(days=3650)) == LI
    assert rows(connection, "audit", action="sign_out") == []


def test_a_token_is_revoked_by_its_id_and_the_others_stay(connection: Connection):
    add(connection)
    add(connection, HE)
    kept, lost = (accounts.make_token(connection, LI.name, "root", NOW, label) for label in ("kept", "lost"))
    _, session = accounts.sign_in(connection, LI.name, PASSWORD, NOW)
    listed = {one.id: one.label for one in accounts.list_tokens(connection, LI.name)}
    assert listed == {accounts.token_id(kept): "kept", accounts.token_id(lost): "lost"}
    accounts.revoke_token(connection, LI.name, accounts.token_id(lost), "root", NOW)
    assert accounts.find_by_token(connection, lost, NOW) is None
    assert accounts.find_by_token(connection, kept, NOW) == LI
    told = rows(connection, "audit")[-1]
    assert (told["action"], told["detail"]) == ("revoke_token", {"id": accounts.token_id(lost), "label": "lost"})
    for name, token in ((LI.name, lost), (LI.name, session), (HE.name, kept)):
        with pytest.raises(AccountError, match="has no token"):
            accounts.revoke_token(connection, name, accounts.token_id(token), "root", NOW)


def test_a_new_password_ends_every_session_and_keeps_the_scripts(connection: Connection):
    add(connection)
    _, session = accounts.sign_in(connection, LI.name, PASSWORD, NOW)
    token = accounts.make_token(connection, LI.name, "root", NOW)
    accounts.set_password(connection, LI.name, "another long one", "root", NOW)
    assert accounts.find_by_token(connection, session, NOW) is None
    assert accounts.find_by_token(connection, token, NOW) == LI
    with pytest.raises(LoginError):
        accounts.sign_in(connection, LI.name, PASSWORD, NOW)


def test_whoever_has_left_gets_in_by_nothing(connection: Connection):
    add(connection)
    token = accounts.make_token(connection, LI.name, "root", NOW)
    accounts.deactivate(connection, LI.name, "root", NOW)
    assert accounts.find_by_token(connection, token, NOW) is None
    with pytest.raises(LoginError):
        accounts.sign_in(connection, LI.name, PASSWORD, NOW)
    with pytest.raises(AccountError, match="李秀英 has left, and the name stays theirs in the log: take another"):
        add(connection)
    with pytest.raises(AccountError, match="李秀英 has left, and the name stays theirs in the log: make an account of"):
        accounts.set_password(connection, LI.name, PASSWORD, "root", NOW)


def test_a_name_is_taken_once(connection: Connection):
    add(connection)
    with pytest.raises(AccountError, match="there is an account 李秀英 already"):
        add(connection)


@pytest.mark.parametrize(
    ("person", "password", "why"),
    [
        (Person("  ", Role.WORKER), PASSWORD, "needs a name"),
        (Person("x" * 101, Role.WORKER), PASSWORD, "needs a name"),
        (Person("x", Role.SYSTEM), PASSWORD, "no account's role; known: admin, department"),
        (Person("x", Role.DEPARTMENT), PASSWORD, "needs the name of its department"),
        (Person("x", Role.WORKER, None, "环卫所"), PASSWORD, "and no other"),
        *((Person(name, Role.WORKER), PASSWORD, "the system signs") for name in (*Signature, " Script ", "DISPATCH")),
        *((Person(f"wang/{one}", Role.WORKER), PASSWORD, "take another name") for one in RESOURCES),
        (Person("x", Role.WORKER), "short", "10 characters"),
        (Person("x", Role.WORKER, "510603"), PASSWORD, "there is no area 510603"),
    ],
)
def test_an_account_that_makes_no_sense_is_refused(connection: Connection, person: Person, password: str, why: str):
    with pytest.raises(AccountError, match=why):
        add(connection, person, password)
    assert rows(connection, "people") == []


def test_an_account_of_an_area_needs_that_area(connection: Connection):
    connection.execute(
        "INSERT INTO areas VALUES ('510603', '第一网格', 'grid', NULL, %s)", [Jsonb([[0, 0], [1, 0], [1, 1]])]
    )
    worker = Person("wang", Role.WORKER, "510603")
    add(connection, worker)
    assert accounts.find_person(connection, "wang") == worker


def test_the_last_admin_stays(connection: Connection):
    for name in ("root", "second"):
        add(connection, Person(name, Role.ADMIN))
    add(connection)
    accounts.deactivate(connection, "root", "second", NOW)
    with pytest.raises(AccountError, match="second is the last admin: make another first"):
        accounts.deactivate(connection, "second", "second", NOW)
    accounts.deactivate(connection, LI.name, "second", NOW)
    assert accounts.any_admin(connection)


def test_two_admins_who_remove_each_other_at_once_leave_one(connection: Connection, database: str):
    for name in ("root", "second"):
        add(connection, Person(name, Role.ADMIN))

    def remove(name: str) -> None:
        with psycopg.connect(database, autocommit=True) as other:
            accounts.deactivate(other, name, "each other", NOW)

    with ThreadPoolExecutor() as threads:
        with connection.transaction():
            accounts.deactivate(connection, "root", "second", NOW)
            meanwhile = threads.submit(remove, "second")
            with pytest.raises(TimeoutError):
                meanwhile.result(timeout=0.5)
        with pytest.raises(AccountError, match="last admin"):
            meanwhile.result()


@pytest.mark.parametrize("change", [accounts.make_token, accounts.deactivate])
def test_who_is_not_there_cannot_be_changed(connection: Connection, change: object):
    with pytest.raises(AccountError, match="there is no account nobody"):
        change(connection, "nobody", "root", NOW)  # type: ignore[operator]  # both take these
    with pytest.raises(AccountError, match="there is no account nobody"):
        accounts.set_password(connection, "nobody", PASSWORD, "root", NOW)


def test_neither_passwords_nor_tokens_lie_in_the_database(connection: Connection):
    add(connection)
    token = accounts.make_token(connection, LI.name, "root", NOW)
    _, session = accounts.sign_in(connection, LI.name, PASSWORD, NOW)
    guess(connection, PASSWORD, NOW)  # typed where the name belongs
    accounts.tell_failures(connection, NOW + 60 * MINUTE)
    tables = ("people", "tokens", "audit", "failed_logins", "failed_sign_ins")
    stored = str([rows(connection, table) for table in tables])
    for secret in (PASSWORD, token, session):
        assert secret not in stored
    assert rows(connection, "people")[0]["password"].startswith("$argon2id$")


def test_every_change_of_an_account_is_in_the_audit_log(connection: Connection):
    add(connection)
    accounts.make_token(connection, LI.name, "root", NOW)
    accounts.set_password(connection, LI.name, "another long one", "root", NOW)
    accounts.deactivate(connection, LI.name, "root", NOW)
    told = [(row["actor"], row["action"], row["subject"]) for row in rows(connection, "audit")]
    assert [action for _, action, _ in told] == ["add_person", "make_token", "set_password", "deactivate"]
    assert {(actor, subject) for actor, _, subject in told} == {("root", "person 李秀英")}


def test_who_signs_in_and_out_is_in_the_audit_log(connection: Connection):
    add(connection, HE)
    _, token = accounts.sign_in(connection, HE.name, PASSWORD, NOW)
    accounts.sign_out(connection, token, NOW + MINUTE)
    accounts.sign_out(connection, token, NOW + MINUTE)  # it has ended already
    told = rows(connection, "audit")[1:]
    assert [(row["at"], row["actor"], row["action"]) for row in told] == [
        (NOW, "he", "sign_in"),
        (NOW + MINUTE, "he", "sign_out"),
    ]
    for row in told:
        assert (row["subject"], row["detail"]) == ("person he", {"id": accounts.token_id(token)})
        assert (row["after"]["role"], row["after"]["department"]) == ("department", "环卫所")
    assert audit.verify(connection).broken_at is None


def test_failed_tries_are_told_once_an_hour_by_account(connection: Connection):
    add(connection)
    add(connection, HE)
    guess(connection, LI.name, NOW, 3)
    guess(connection, HE.name, NOW + 59 * MINUTE)
    guess(connection, LI.name, NOW + 60 * MINUTE)
    for number in range(20):
        guess(connection, f"made up {number}", NOW)
    assert accounts.tell_failures(connection, NOW + 59 * MINUTE) == 0
    assert accounts.tell_failures(connection, NOW + 61 * MINUTE) == 1
    assert accounts.tell_failures(connection, NOW + 61 * MINUTE) == 0
    (told,) = rows(connection, "audit", subject="sign-in")
    assert (told["actor"], told["action"]) == ("dispatch", "sign_in_failed")
    assert told["detail"] == {"hour": "2026-06-01T08:00:00+00:00", "accounts": {"李秀英": 3, "he": 1}, "unknown": 20}
    assert "made up" not in str(rows(connection, "audit") + rows(connection, "failed_sign_ins"))
    assert accounts.tell_failures(connection, NOW + 24 * 60 * MINUTE) == 1
    assert [row["detail"]["accounts"] for row in rows(connection, "audit", subject="sign-in")][1:] == [{"李秀英": 1}]
    assert audit.verify(connection).broken_at is None


def test_a_try_that_is_refused_unread_is_counted_and_lengthens_no_wait(connection: Connection):
    add(connection)
    for name in (LI.name, "nobody"):
        guess(connection, name, NOW, accounts.FREE_TRIES + 30)
    tries = {row["person"]: row["tries"] for row in rows(connection, "failed_sign_ins")}
    assert tries == dict.fromkeys((LI.name, accounts.NOBODY), accounts.FREE_TRIES + 30)
    assert {row["tries"] for row in rows(connection, "failed_logins")} == {accounts.FREE_TRIES}


def test_two_processes_tell_of_an_hour_once(connection: Connection, database: str):
    guess(connection, "nobody", NOW)
    start = threading.Barrier(2)

    def tell(_: int) -> int:
        with psycopg.connect(database, autocommit=True) as own:
            start.wait(20)
            return accounts.tell_failures(own, NOW + 60 * MINUTE)

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(tell, range(2), timeout=60)) == [0, 1]
    assert len(rows(connection, "audit", subject="sign-in")) == 1


def test_whether_there_is_an_admin_is_known(connection: Connection):
    add(connection)
    assert not accounts.any_admin(connection)
    add(connection, Person("root", Role.ADMIN))
    assert accounts.any_admin(connection)


def test_a_person_is_not_called_like_a_department_but_its_own_account_may_be(connection: Connection):
    def add(person: Person) -> None:
        accounts.add_person(connection, person, "a long enough one", "root", NOW)

    add(Person("环卫所", Role.DEPARTMENT, None, "环卫所"))
    add(Person("he", Role.DEPARTMENT, None, "新设的所"))
    add(Person("wang", Role.WORKER))
    for wrong in (
        Person("交警中队", Role.WORKER),  # of the duty list
        Person("新设的所", Role.WORKER),
        Person("li", Role.DEPARTMENT, None, "wang"),
        Person("交警中队", Role.DEPARTMENT, None, "环卫所"),
        Person("新设的所", Role.DEPARTMENT, None, "环卫所"),
    ):
        with pytest.raises(AccountError, match="cannot have one name"):
            add(wrong)


def test_a_department_has_gone_when_neither_a_duty_nor_an_account_makes_it(connection: Connection):
    add(connection, Person("luo", Role.DEPARTMENT, None, "特勤队"))
    names = ("特勤队", "交警中队", "city-hall")  # the last a script, which gives its name and has no account
    assert [accounts.has_gone(connection, name) for name in names] == [False, False, False]
    duties = [matter for matter in shipped_duties().values() if matter.department != "交警中队"]
    put_duties(connection, duties, "root", NOW)
    accounts.deactivate(connection, "luo", "root", NOW)
    assert [accounts.has_gone(connection, name) for name in names] == [True, True, False]
    put_duties(connection, shipped_duties().values(), "root", NOW)
    assert [accounts.has_gone(connection, name) for name in names] == [True, False, False]
    put_duties(connection, duties, "root", NOW)
    assert accounts.has_gone(connection, "交警中队")
