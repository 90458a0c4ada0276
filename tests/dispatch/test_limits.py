from datetime import timedelta

import pytest
from psycopg import Connection
from psycopg.types.json import Jsonb
from pydantic import ValidationError

from dispatch import store
from dispatch.desk import Report, report
from dispatch.intake import take_in
from dispatch.kinds import KINDS
from dispatch.limits import Limits, due
from dispatch.ticket import Position, Ticket
from tests.dispatch.matters import HERE, RECEIVED, incident

DEMO = {"accept": "90s", "handle": "6m", "close": "30m"}
MINUTE = timedelta(minutes=1)


def limits(**given: object) -> Limits:
    return Limits.model_validate(given)


def test_without_limits_every_kind_keeps_its_own():
    assert due("flood", RECEIVED, Limits()) == KINDS["flood"].due(RECEIVED)


def test_a_site_may_want_all_its_matters_dealt_with_sooner():
    assert due("flood", RECEIVED, limits(**DEMO)) == (
        RECEIVED + 1.5 * MINUTE,
        RECEIVED + 6 * MINUTE,
        RECEIVED + 30 * MINUTE,
    )


def test_a_kind_has_the_last_word_and_what_nobody_says_is_as_usual():
    own = limits(accept="30m", kinds={"flood": {"accept": "5m"}})
    usual = KINDS["flood"].due(RECEIVED)
    assert due("flood", RECEIVED, own) == (RECEIVED + 5 * MINUTE, usual.handle, usual.close)
    assert due("rubbish", RECEIVED, own).accept == RECEIVED + 30 * MINUTE


@pytest.mark.parametrize(
    ("wrong", "what"),
    [
        ({"accept": "0s"}, "accept"),
        ({"accept": "soon"}, "accept"),
        ({"handle": "10m", "accept": "1h"}, "earlier"),
        ({"kinds": {"parking": {}}}, "unknown kind 'parking'"),
        ({"kinds": {"flood": {"accpet": "1m"}}}, "accpet"),
    ],
)
def test_limits_that_make_no_sense_are_refused_by_name(wrong: dict[str, object], what: str):
    with pytest.raises(ValidationError, match=what):
        limits(**wrong)


def settle(connection: Connection, site: str, position: Position, given: Limits) -> None:
    """A site with one device and limits of its own."""
    connection.execute(
        "INSERT INTO sites (id, name, timezone, detector, limits) VALUES (%s, %s, 'Asia/Shanghai', 'null', %s)",
        [site, site, Jsonb(given.model_dump(exclude_defaults=True))],
    )
    connection.execute(
        "INSERT INTO devices (site, id, kind, name, longitude, latitude) VALUES (%s, 'one', 'camera', '', %s, %s)",
        [site, *position],
    )


def accept_within(ticket: Ticket) -> timedelta:
    return ticket.due.accept - ticket.opened_at


def test_an_incident_has_the_limits_of_its_site(connection: Connection):
    settle(connection, "tooley", Position(*HERE), limits(**DEMO))
    assert accept_within(take_in(connection, incident(), RECEIVED)) == 1.5 * MINUTE
    assert accept_within(take_in(connection, incident(site="other", position=None), RECEIVED)) == 120 * MINUTE


def test_a_report_has_the_limits_of_the_site_that_it_is_nearest_to(connection: Connection):
    settle(connection, "here", Position(104.40, 31.12), limits(accept="5m"))
    settle(connection, "there", Position(104.40, 31.20), limits(accept="7m"))

    def told(latitude: float) -> timedelta:
        matter = Report("rubbish", "Rubbish at the gate", Position(104.41, latitude))
        return accept_within(report(connection, matter, "resident", RECEIVED))

    assert (told(31.13), told(31.19)) == (5 * MINUTE, 7 * MINUTE)


def test_a_report_far_from_any_site_has_the_usual_limits(connection: Connection):
    matter = Report("rubbish", "Rubbish at the gate", Position(*HERE))
    assert accept_within(report(connection, matter, "resident", RECEIVED)) == 120 * MINUTE


def test_when_an_incident_was_found_stays_as_it_was(connection: Connection):
    first = incident()
    take_in(connection, first, RECEIVED)
    take_in(connection, incident(id=first.id, phase="update", at=first.at + 60), RECEIVED)
    (found,) = connection.execute("SELECT extract(epoch FROM found_at), extract(epoch FROM at) FROM incidents")
    assert found == (first.at, first.at + 60)
    assert store.find_incident(connection, first.id)
