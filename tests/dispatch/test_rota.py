"""When people are on duty, as it is planned and as routing then finds them."""

from datetime import UTC, datetime, timedelta

import pytest
from psycopg import Connection
from psycopg.types.json import Jsonb

from dispatch import accounts, rota
from dispatch.accounts import AccountError
from dispatch.people import Person
from dispatch.posts import load_posts
from dispatch.rota import Duty
from dispatch.routing import Absence
from dispatch.transitions import Role
from tests.dispatch.matters import rows

NOW = datetime(2026, 6, 1, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
GRID, COMMUNITY = "510603003001001", "510603003001"
WANG = Person("wang", Role.WORKER, GRID)
AWAY = Absence(NOW + HOUR, NOW + 3 * HOUR)


@pytest.fixture(autouse=True)
def _wang(connection: Connection) -> None:
    for code, parent in ((COMMUNITY, None), (GRID, COMMUNITY)):
        values = [code, code, parent, Jsonb([[0, 0], [1, 0], [1, 1]])]
        connection.execute(
            "INSERT INTO areas (code, name, level, parent, polygon) VALUES (%s, %s, 'grid', %s, %s)", values
        )
    accounts.add_person(connection, WANG, "a long enough one", "root", NOW)


def told(connection: Connection) -> list[tuple[object, ...]]:
    entries = [row for row in rows(connection, "audit", subject="person wang") if row["action"] != "add_person"]
    return [(row["actor"], row["action"], row["before"], row["after"]) for row in entries]


def test_what_is_planned_is_what_routing_goes_by(connection: Connection):
    assert rota.load_duty(connection, "wang") == Duty()
    night = Duty("22:00-06:00", frozenset({5, 6}))
    rota.put_duty(connection, "wang", night, "li", NOW)
    rota.add_absence(connection, "wang", AWAY, "li", NOW)
    assert rota.load_duty(connection, "wang") == night
    (post,) = load_posts(connection, [GRID])
    assert (post.hours, post.days, post.away) == (night.hours, night.days, (AWAY,))
    rota.put_duty(connection, "wang", night._replace(part_time=True), "li", NOW)
    assert load_posts(connection, [GRID]) == []


def test_an_absence_is_moved_forgotten_when_it_is_over_and_taken_back(connection: Connection):
    rota.add_absence(connection, "wang", AWAY, "li", NOW)
    longer = AWAY._replace(end=NOW + 9 * HOUR)
    rota.add_absence(connection, "wang", longer, "li", NOW)
    assert rota.load_absences(connection, "wang", NOW) == [longer]
    assert rota.load_absences(connection, "wang", longer.end) == []
    rota.remove_absence(connection, "wang", longer.begin, "li", NOW)
    assert rota.load_absences(connection, "wang", NOW) == []
    with pytest.raises(AccountError, match="wang has no absence that begins at 2026-06-01T09:00:00"):
        rota.remove_absence(connection, "wang", longer.begin, "li", NOW)


def test_every_change_is_in_the_audit_log(connection: Connection):
    rota.put_duty(connection, "wang", Duty("08:00-18:00", frozenset({2, 1})), "li", NOW)
    rota.add_absence(connection, "wang", AWAY, "li", NOW)
    rota.remove_absence(connection, "wang", AWAY.begin, "li", NOW)
    whole = {"hours": "00:00-24:00", "days": [1, 2, 3, 4, 5, 6, 7], "part_time": False}
    absence = {"begin": "2026-06-01T09:00:00+00:00", "end": "2026-06-01T11:00:00+00:00"}
    assert told(connection) == [
        ("li", "put_duty", whole, {"hours": "08:00-18:00", "days": [1, 2], "part_time": False}),
        ("li", "add_absence", None, absence),
        ("li", "remove_absence", absence, None),
    ]


def test_what_makes_no_sense_is_refused(connection: Connection):
    for duty, why in (
        (Duty("8-18"), "not a time of day"),
        (Duty("08:00-08:00"), "has no length"),
        (Duty(days=frozenset()), "needs weekdays"),
        (Duty(days=frozenset({0, 1})), "needs weekdays"),
    ):
        with pytest.raises(AccountError, match=why):
            rota.put_duty(connection, "wang", duty, "li", NOW)
    for begin, end in ((NOW, NOW), (NOW, NOW - HOUR), (datetime.min.replace(tzinfo=UTC), NOW)):
        with pytest.raises(AccountError, match="begins before it ends"):
            rota.add_absence(connection, "wang", Absence(begin, end), "li", NOW)
    for change in (
        lambda: rota.load_duty(connection, "nobody"),
        lambda: rota.put_duty(connection, "nobody", Duty(), "li", NOW),
        lambda: rota.add_absence(connection, "nobody", AWAY, "li", NOW),
    ):
        with pytest.raises(AccountError, match="there is no account nobody"):
            change()
    assert told(connection) == []


def test_who_plans_for_whom(connection: Connection):
    everywhere = Person("sun", Role.WORKER)
    planners = {
        Person("root", Role.ADMIN): (True, True, True),
        Person("of all", Role.SUPERVISOR): (True, True, False),
        Person("of the community", Role.SUPERVISOR, COMMUNITY): (True, False, False),
        Person("of another grid", Role.SUPERVISOR, "510603003001002"): (False, False, False),
        Person("of the same grid", Role.DISPATCHER, GRID): (False, False, False),
        WANG: (False, False, False),
    }
    for who, expected in planners.items():
        assert tuple(rota.plans_for(connection, who, person) for person in (WANG, everywhere, None)) == expected, who


@pytest.mark.parametrize(
    ("text", "days"),
    [("1-5", {1, 2, 3, 4, 5}), ("1,3, 5-7", {1, 3, 5, 6, 7}), ("7", {7}), ("2-2", {2})],
)
def test_weekdays_as_people_write_them(text: str, days: set[int]):
    assert rota.parse_days(text) == days


@pytest.mark.parametrize("text", ["", "0-5", "1-8", "5-1", "mon", "1,,2", "1-", "１"])
def test_what_are_no_weekdays(text: str):
    with pytest.raises(AccountError, match="are no weekdays: write 1-5"):
        rota.parse_days(text)
