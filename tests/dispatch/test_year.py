"""A small year of people at work: the rates that are reported are those that the audit log alone gives, at any time."""

from datetime import datetime

from psycopg import Connection

from deploy.bench.rates import recounted
from dispatch.audit import verify
from dispatch.figures import Rate, rates
from dispatch.ledger import Clock
from dispatch.people import Person
from dispatch.transitions import Action, Role
from tests.dispatch.matters import rows
from tests.dispatch.year import BEGIN, END, YEAR, Process, Street, play

MATTERS, LOOKS = 80, 6
ALL = Person("root", Role.ADMIN)
BESIDE = {"open", "join", "pace", "declare", "end", "merge_areas", "seed", "put_duties"}  # what is no order


def look(connection: Connection, street: Street, now: datetime) -> dict[Clock, Rate]:
    street.catch_up(now)
    reported = rates(connection, ALL, None, BEGIN, now, now)
    assert reported == recounted(connection, now)
    return reported


def looks(connection: Connection, street: Street) -> Process:
    while True:
        now = yield YEAR / LOOKS
        look(connection, street, now)


def test_the_rates_of_a_year_are_those_of_its_audit_log_whenever_somebody_looks(connection: Connection):
    street = Street(connection, seed_of_dice=1)
    play([*street.processes(MATTERS), looks(connection, street)])
    found, log = look(connection, street, END), rows(connection, "audit")
    assert all(min(rate) > MATTERS // 4 for rate in found.values())  # there is something of both to count
    assert {row["action"] for row in log} >= {*Action, *BESIDE}
    assert ("closed", "reopen") in {(row["from_state"], row["action"]) for row in log}
    assert {"dispatch", "li"} <= {row["actor"] for row in log if row["action"] == "resume"}
    assert verify(connection).broken_at is None
