from datetime import UTC, datetime, timedelta

import pytest
from psycopg import Connection
from psycopg.types.json import Jsonb
from pydantic import ValidationError

from detect.incident import Severity
from dispatch import store
from dispatch.conduct import Conduct, Limits, Misfit
from dispatch.desk import Report, report
from dispatch.duties import shipped_duties, shipped_matter
from dispatch.intake import take_in
from dispatch.ledger import Clock
from dispatch.terms import Terms
from dispatch.ticket import Position, Ticket
from tests.dispatch.matters import HERE, RECEIVED, incident

DEMO = {"accept": "90s", "handle": "6m", "close": "30m"}
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def limits(**given: object) -> Limits:
    return Limits.model_validate(given)


def steps(kind: str, severity: Severity = "minor", **given: object) -> list[timedelta]:
    """From receipt to each step, by a site's limits."""
    of = Conduct(limits=limits(**given)).terms(shipped_matter(kind)).limits[severity]
    return [of[clock] for clock in Clock]


def test_without_limits_every_kind_keeps_its_own():
    assert steps("rubbish") == [2 * HOUR, 24 * HOUR, 7 * 24 * HOUR]
    assert steps("fire") == [5 * MINUTE, 2 * HOUR, 24 * HOUR]


def test_a_site_may_want_all_its_matters_dealt_with_sooner():
    assert steps("flood", **DEMO) == [1.5 * MINUTE, 6 * MINUTE, 30 * MINUTE]


def test_a_kind_has_the_last_word_then_the_severity_and_what_nobody_says_is_as_usual():
    own = {
        "accept": "30m",
        "severities": {"critical": {"accept": "10m", "handle": "90m"}},
        "kinds": {"flood": {"accept": "5m"}},
    }
    assert steps("flood", "critical", **own) == [5 * MINUTE, 90 * MINUTE, 24 * HOUR]
    assert steps("rubbish", "critical", **own) == [10 * MINUTE, 90 * MINUTE, 7 * 24 * HOUR]
    assert steps("rubbish", "minor", **own) == [30 * MINUTE, 24 * HOUR, 7 * 24 * HOUR]


def test_a_site_s_clocks_run_by_its_own_hours_and_days():
    site = Conduct.model_validate({"calendar": {"hours": ["08:00-12:00"], "days": {"2026-06-02": "off"}}})
    begin = datetime(2026, 6, 1, 3, tzinfo=UTC)  # eleven in Beijing
    assert site.terms(shipped_matter("street_vending")).calendar.after(begin, HOUR) == begin + HOUR  # round the clock
    assert site.terms(shipped_matter("illegal_poster")).calendar.after(begin, 2 * HOUR) == datetime(
        2026, 6, 3, 1, tzinfo=UTC
    )


def test_a_day_of_a_limit_is_a_working_day_where_only_those_count():
    poster = Conduct().terms(shipped_matter("illegal_poster"))  # 2h, 24h, 7d
    begin = datetime(2026, 3, 2, 1, tzinfo=UTC)  # Monday, nine in Beijing
    due = [poster.calendar.after(begin, poster.limits["minor"][clock]) for clock in Clock]
    assert due == [datetime(2026, 3, day, hour, tzinfo=UTC) for day, hour in ((2, 3), (2, 10), (10, 10))]


def test_a_site_may_press_sooner():
    assert Conduct.model_validate({"press": ["1h", "0s"]}).terms(shipped_matter("flood")).press == (0 * HOUR, HOUR)
    assert Terms({}).press == Conduct().terms(shipped_matter("fire")).press


@pytest.mark.parametrize(
    ("wrong", "what"),
    [
        ({"accept": "0s"}, "accept"),
        ({"accept": "soon"}, "accept"),
        ({"handle": "10m", "accept": "1h"}, "earlier"),
        ({"kinds": {"flood": {"accpet": "1m"}}}, "accpet"),
    ],
)
def test_limits_that_make_no_sense_are_refused_by_name(wrong: dict[str, object], what: str):
    with pytest.raises(ValidationError, match=what):
        limits(**wrong)


@pytest.mark.parametrize(
    ("wrong", "misfit"),
    [
        ({"kinds": {"parking": {}}}, Misfit("parking")),
        ({"accept": "30h"}, Misfit("rubbish", "minor")),
        ({"severities": {"major": {"handle": "1m"}}}, Misfit("rubbish", "major")),
    ],
)
def test_where_limits_and_a_duty_list_do_not_go_together_is_known(wrong: dict[str, object], misfit: Misfit):
    assert misfit in limits(**wrong).misfits(shipped_duties().values())
    assert limits(**DEMO).misfits(shipped_duties().values()) == []


@pytest.mark.parametrize(
    ("wrong", "what"),
    [
        ({"hours": ["13:30-18:00", "09:00-12:00"]}, "in order"),
        ({"hours": ["22:00-06:00"]}, "in order"),
        ({"hours": ["08:00-24:00"]}, "end before midnight"),
        ({"hours": []}, "hours"),
        ({"days": {"2026-06-02": "holiday"}}, "days"),
    ],
)
def test_a_calendar_that_makes_no_sense_is_refused_by_name(wrong: dict[str, object], what: str):
    with pytest.raises(ValidationError, match=what):
        Conduct.model_validate({"calendar": wrong})


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
