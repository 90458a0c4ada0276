"""What supervisors are shown: against towns counted by hand, and any town against the rates and offenders."""

from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import Connection

from dashboard import reads
from dispatch import figures, insight
from dispatch.cases import put_terms
from dispatch.insight import Scope
from dispatch.ledger import Clock
from dispatch.people import Person
from dispatch.transitions import Role
from tests.dispatch.matters import RECEIVED, terms, told_of

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ALL = Person("root", Role.ADMIN)
SHANGHAI = "Asia/Shanghai"
STREET, COMMUNITY, OLD, GRID, OTHER = (
    "510603003",
    "510603003001",
    "510603003001001",
    "510603003001002",
    "510603003002001",
)
SQUARE = "[[104.39,31.12],[104.40,31.12],[104.40,31.13],[104.39,31.13]]"
PATHS = {
    OLD: [OLD, GRID, COMMUNITY, STREET],  # as a merger leaves it
    GRID: [GRID, COMMUNITY, STREET],
    OTHER: [OTHER, OTHER[:12], STREET],
    COMMUNITY: [COMMUNITY, STREET],
    None: [],
}


@pytest.fixture
def tree(connection: Connection) -> None:
    """A street of two communities, in one of them two grids of which one was merged into the other."""
    for code, level, parent in (
        (STREET, "street", None),
        (COMMUNITY, "community", STREET),
        (OTHER[:12], "community", STREET),
        (GRID, "grid", COMMUNITY),
        (OTHER, "grid", OTHER[:12]),
    ):
        connection.execute(
            "INSERT INTO areas VALUES (%s, %s, %s, %s, %s)", [code, f"name {code}", level, parent, SQUARE]
        )
    merged = "INSERT INTO areas VALUES (%s, 'old', 'grid', %s, %s, %s, now())"
    connection.execute(merged, [OLD, COMMUNITY, SQUARE, GRID])


def scope(
    area: str | None = None, until: timedelta = 30 * DAY, person: Person = ALL, now: timedelta = 60 * DAY
) -> Scope:
    return Scope(person, area, RECEIVED, RECEIVED + until, RECEIVED + now, SHANGHAI)


def add(connection: Connection, **changes: Any) -> UUID:
    """A ticket as it stands in the table, received `at` so many hours in the period; its steps so many after that."""
    hours = {"at": 0.0, "accepted": None, "handled": None, "ended": None} | {
        name: changes.pop(name) for name in ("at", "accepted", "handled", "ended") if name in changes
    }
    opened = RECEIVED + hours["at"] * HOUR
    later = {
        name: None if hours[name] is None else opened + hours[name] * HOUR for name in ("accepted", "handled", "ended")
    }
    grid, holder = changes.pop("grid", GRID), changes.pop("by", "wang")
    row = {
        "id": uuid4(), "number": uuid4().hex, "kind": "rubbish", "state": "dispatched", "severity": "minor",
        "title": "t",
        "area_code": grid, "area_name": grid, "areas": PATHS[grid], "opened_at": opened, "began_at": opened,
        "due_accept": opened + 2 * HOUR, "due_handle": opened + DAY, "due_close": opened + 7 * DAY,
        "accepted_at": later["accepted"], "handled_at": later["handled"], "ended_at": later["ended"],
        "assignee": holder, "terms": put_terms(connection, terms()),
    } | changes  # fmt: skip
    names, places = ", ".join(row), ", ".join(f"%({name})s" for name in row)
    connection.execute(f"INSERT INTO tickets ({names}) VALUES ({places})", row)  # noqa: S608 - our own words
    connection.execute(
        "INSERT INTO ledger (ticket, number, began_at, ended_at, state, severity, holder, pace, by)"
        " VALUES (%s, 0, %s, NULL, %s, 'minor', %s, 1, 'x')",
        [row["id"], opened, row["state"], holder],
    )
    return UUID(str(row["id"]))


def add_reopening(connection: Connection, ticket: UUID) -> None:
    columns = "ticket, number, began_at, state, severity, pace, by"
    step = f"INSERT INTO ledger ({columns}) VALUES (%s, %s, %s, %s, 'minor', 1, 'x')"  # noqa: S608 - as above
    for number, state in enumerate(("handled", "dispatched"), 1):
        connection.execute(step, [ticket, number, RECEIVED + number * HOUR, state])


def opens(connection: Connection, period: Scope, **filters: Any) -> int:
    """How many tickets a figure opens, in the same period and area unless `filters` say otherwise."""
    plain = dict.fromkeys(reads.MARKS) | {"area": period.area}
    plain |= {name: filters.pop(name) for name in tuple(filters) if name in plain}
    sought = filters if "due_from" in filters else {"from": period.since, "to": period.until} | filters
    return len(reads.list_tickets(connection, period.person, plain, 500, None, sought).items)


def by(connection: Connection, key: str, period: Scope | None = None, **more: Any) -> dict[str | None, insight.Slice]:
    return {one.key: one for one in insight.breakdown(connection, period or scope(), key, **more)}


@pytest.mark.usefixtures("tree")
def test_a_small_town_is_as_counted_by_hand(connection: Connection) -> None:
    add(connection, accepted=1, handled=20, ended=48, state="closed", solved=True)
    add(connection, accepted=3, handled=30, ended=200, state="closed", grid=OLD, solved=False)
    add(connection, state="rejected", ended=1)
    add(connection, grid=OTHER, kind="street_lamp", at=24)  # nobody ever came
    add(connection, grid=None, kind="unheard_of", at=40 * 24)  # after the period

    grids = by(connection, "grid")
    assert {key: (one.tickets, one.genuine, one.late) for key, one in grids.items()} == {
        GRID: (3, 2, 1),
        OTHER: (1, 1, 1),
    }
    assert grids[GRID].name == f"name {GRID}"
    assert grids[GRID].rates[Clock.ACCEPT] == (1, 1)
    assert grids[OTHER].rates == dict.fromkeys(Clock, (0, 1))
    assert grids[GRID].times[Clock.ACCEPT] == (pytest.approx(2 * 3600), pytest.approx(2.8 * 3600))
    assert grids[OTHER].times[Clock.ACCEPT] == (None, None)
    assert (grids[GRID].solved, grids[GRID].unsolved) == (1, 1)

    assert {key: one.tickets for key, one in by(connection, "department").items()} == {"环卫所": 3, "市政维护所": 1}
    assert {key: one.tickets for key, one in by(connection, "hour").items()} == {"1 12": 3, "2 12": 1}
    assert {key: one.tickets for key, one in by(connection, "day").items()} == {"2025-06-16": 3, "2025-06-17": 1}
    assert {key: one.tickets for key, one in by(connection, "week").items()} == {"2025-06-16": 4}
    assert {key: one.tickets for key, one in by(connection, "community").items()} == {COMMUNITY: 3, OTHER[:12]: 1}


@pytest.mark.usefixtures("tree")
def test_property_matters_are_told_with_what_was_reopened(connection: Connection) -> None:
    lift = add(connection, kind="lift_fault", accepted=1, handled=2, state="handled")
    add_reopening(connection, lift)
    add(connection, kind="rubbish")
    (one,) = insight.breakdown(connection, scope(), "community", "物业监管", reopenings=True)
    assert (one.tickets, one.reopened) == (1, 1)
    assert opens(connection, scope(), matter_class="物业监管", reopened=True, area=COMMUNITY) == 1
    assert by(connection, "community")[COMMUNITY].reopened == 0  # where nobody asks, nobody looks


@pytest.mark.usefixtures("tree")
def test_a_place_where_the_same_comes_again_is_named(connection: Connection) -> None:
    camera = {"site": "tooley", "device": "cam-1", "zone": "kerb", "kind": "illegal_parking"}
    first = add(connection, **camera)
    add(connection, **camera, parent=first, at=2)
    add(connection, **camera, state="merged", ended=1)  # the same one, seen twice
    add(connection, **camera | {"zone": "gate"})
    for longitude in (104.3951, 104.3959, 104.3961):
        add(connection, longitude=longitude, latitude=31.1251)
    found = insight.recurrences(connection, scope(), 10)
    assert {(one["device"], one["zone"], one["cell"], one["tickets"], one["recurrent"]) for one in found} == {
        ("cam-1", "kerb", None, 2, 1),
        (None, None, "104395,31125", 2, 0),
    }
    assert opens(connection, scope(), device="cam-1", zone="kerb", genuine=True) == 2
    assert opens(connection, scope(), recurrent=True) == 1
    assert [(one["cell"], one["tickets"]) for one in insight.hotspots(connection, scope(), 10)] == [
        ("104395,31125", 2),
        ("104396,31125", 1),
    ]


TICKETS = st.fixed_dictionaries(
    {
        "at": st.floats(-48, 40 * 24),
        "grid": st.sampled_from([OLD, GRID, OTHER, COMMUNITY, None]),
        "kind": st.sampled_from(["rubbish", "lift_fault", "street_lamp", "unheard_of"]),
        "by": st.sampled_from(["wang", "环卫所", None]),
        "parent": st.none(),
        "solved": st.sampled_from([True, False, None]),
        "longitude": st.sampled_from([104.3951, 104.3962]),
        "latitude": st.sampled_from([31.1251, 31.1262]),
    }
)
STEPS = st.one_of(
    st.sampled_from([{"state": "candidate"}, {"state": "dispatched"}]),
    st.fixed_dictionaries({"state": st.just("accepted"), "accepted": st.floats(0, 4)}),
    st.fixed_dictionaries({"state": st.just("handled"), "accepted": st.floats(0, 4), "handled": st.floats(4, 40)}),
    st.fixed_dictionaries(
        {
            "state": st.just("closed"),
            "accepted": st.floats(0, 4),
            "handled": st.floats(4, 40),
            "ended": st.floats(40, 400),
        }
    ),
    st.fixed_dictionaries({"state": st.sampled_from(["rejected", "merged"]), "ended": st.floats(0, 400)}),
)
ANY_TOWN = st.lists(st.tuples(TICKETS, STEPS), max_size=12)
EXAMPLES = settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def build(connection: Connection, town: list[tuple[dict[str, Any], dict[str, Any]]]) -> None:
    for table in ("ledger", "ticket_lists", "tickets"):
        connection.execute(f"DELETE FROM {table}")  # noqa: S608 - as they stand here
    for ticket, steps in town:
        add(connection, **ticket, **steps)


@pytest.mark.usefixtures("tree")
@EXAMPLES
@given(
    ANY_TOWN,
    st.sampled_from([None, COMMUNITY, OTHER]),
    st.sampled_from(["grid", "department", "matter", "hour", "day"]),
)
def test_whatever_a_breakdown_is_by_it_adds_up_to_the_rates(
    connection: Connection, town: list[Any], area: str | None, key: str
) -> None:
    build(connection, town)
    period = scope(area)
    rates = figures.rates(connection, ALL, area, period.since, period.until, period.now)
    slices = by(connection, key, period).values()
    for clock in Clock:
        told = [sum(one.rates[clock][index] for one in slices) for index in range(2)]
        assert told == list(rates[clock])


@pytest.mark.usefixtures("tree")
@EXAMPLES
@given(ANY_TOWN, st.sampled_from([None, COMMUNITY, OTHER]))
def test_the_missed_steps_of_all_grids_are_those_of_all_offenders(
    connection: Connection, town: list[Any], area: str | None
) -> None:
    build(connection, town)
    period = scope(area)
    told: Counter[str] = Counter()
    for grid in insight.missed(connection, period):
        told.update({clock: grid[clock] for clock in ("accept", "handle", "close", "letter")})
    named: Counter[str] = Counter()
    for one in figures.offenders(connection, ALL, area, period.since, period.until, period.now, 1):
        named[one.clock] += one.missed
    assert +told == +named


@pytest.mark.usefixtures("tree")
@EXAMPLES
@given(ANY_TOWN, st.sampled_from([None, COMMUNITY]))
def test_every_figure_opens_as_many_tickets_as_it_says(
    connection: Connection, town: list[Any], area: str | None
) -> None:
    build(connection, town)
    period = scope(area)
    for grid in by(connection, "grid", period).values():
        here = {"grid": grid.key or reads.NONE}
        assert opens(connection, period, **here) == grid.tickets
        assert opens(connection, period, **here, genuine=True) == grid.genuine
        assert opens(connection, period, **here, missed="any") == grid.late
        assert opens(connection, period, **here, solved=False) == grid.unsolved
        for clock in Clock:
            assert opens(connection, period, **here, missed=clock.value) == grid.rates[clock].missed
    for one in by(connection, "department", period).values():
        assert opens(connection, period, department=one.key or reads.NONE) == one.tickets
    for one in by(connection, "hour", period).values():
        weekday, hour = map(int, (one.key or "").split())
        assert opens(connection, period, weekday=weekday, hour=hour) == one.tickets
    for spot in insight.hotspots(connection, period, 10):
        assert opens(connection, period, cell=spot["cell"], genuine=True) == spot["tickets"]
    due = {"due_from": period.since, "due_to": period.until}
    for grid in insight.missed(connection, period):
        assert opens(connection, period, grid=grid["key"] or reads.NONE, missed="any", **due) == grid["tickets"]
    for one in figures.offenders(connection, ALL, area, period.since, period.until, period.now, 1):
        assert opens(connection, period, missed=one.clock, missed_by=one.holder or reads.NONE, **due) == one.missed


@pytest.mark.usefixtures("tree")
def test_everybody_is_told_of_what_they_reach(connection: Connection) -> None:
    add(connection, by=None)
    add(connection, grid=OTHER, by=None)
    mine = scope(person=Person("zhao", Role.SUPERVISOR, COMMUNITY))
    assert list(by(connection, "grid", mine)) == [GRID]
    assert [grid["key"] for grid in insight.missed(connection, mine)] == [GRID]


def watch(connection: Connection, device: str, *states: tuple[float, str], longitude: float = 104.395) -> None:
    """A camera and the states that it came into, so many hours after the period began."""
    connection.execute(
        "INSERT INTO devices (site, id, kind, name, longitude, latitude)"
        " VALUES ('tooley', %s, 'camera', 'c', %s, 31.125)",
        [device, longitude],
    )
    connection.execute("DELETE FROM device_states WHERE device = %s", [device])
    for hours, state in states:
        query = "UPDATE devices SET state = %s, state_at = %s WHERE id = %s"
        connection.execute(query, [state, RECEIVED + hours * HOUR, device])


def blind(connection: Connection, period: Scope) -> dict[str, tuple[float, float]]:
    """Hours known and hours blind of each device."""
    return {one["id"]: (one["known_s"] / 3600, one["blind_s"] / 3600) for one in insight.blindness(connection, period)}


@pytest.mark.usefixtures("tree")
def test_what_was_not_seen_is_counted_from_the_changes_of_each_device(connection: Connection) -> None:
    watch(connection, "cam-1", (-5, "online"), (2, "stalled"), (3, "offline"), (4, "online"))
    watch(connection, "cam-2", (1, "offline"), longitude=104.5)  # until now, which is before the period ends
    watch(connection, "cam-3", (2, "online"), (5, "offline"), (9, "online"))
    connection.execute("UPDATE devices SET retired = true WHERE id = 'cam-3'")
    period = scope(until=24 * HOUR, now=11 * HOUR)
    assert blind(connection, period) == {"cam-1": (11, 2), "cam-2": (10, 10), "cam-3": (9, 4)}
    assert set(blind(connection, period._replace(area=GRID))) == {"cam-1", "cam-3"}
    assert set(blind(connection, period._replace(person=Person("zhao", Role.SUPERVISOR, GRID)))) == {"cam-1", "cam-3"}
    assert blind(connection, period._replace(area="99")) == {}


def test_what_a_camera_showed_of_no_street_was_not_seen_either(connection: Connection) -> None:
    watch(connection, "cam-1", (0, "online"), (6, "offline"), (8, "online"))
    for kind, begin, end in (("covered", 1, 3), ("moved", 2, 4), ("card", 5, 7), ("frozen", -9, -8)):
        span = RECEIVED + begin * HOUR, RECEIVED + end * HOUR
        told_of(connection, f"camera_{kind}", span)
    told_of(connection, "illegal_parking", (RECEIVED, RECEIVED + 9 * HOUR))
    assert blind(connection, scope(until=24 * HOUR, now=10 * HOUR)) == {"cam-1": (10, 3 + 3)}


@EXAMPLES
@given(st.lists(st.floats(-100, 100), min_size=1, max_size=8, unique=True))
def test_the_hours_of_the_day_add_up_to_all_blind_hours(connection: Connection, changes: list[float]) -> None:
    connection.execute("TRUNCATE devices, device_states")
    watch(connection, "cam-1", *((at, ("offline", "online")[turn % 2]) for turn, at in enumerate(sorted(changes))))
    for one in insight.blindness(connection, scope(until=50 * HOUR)):
        hours = insight.by_hour([one])
        assert sum(hours) == pytest.approx(one["blind_s"], abs=1e-3)
        assert max(hours) <= 3 * 3600 + 1e-3


def test_a_blind_hour_is_counted_where_it_lies(connection: Connection) -> None:
    watch(connection, "cam-1", (0.5, "offline"), (2.25, "online"))  # from 12:30 to 14:15 there
    hours = insight.by_hour(insight.blindness(connection, scope()))
    assert {hour: seconds for hour, seconds in enumerate(hours) if seconds} == {12: 1800, 13: 3600, 14: 900}
