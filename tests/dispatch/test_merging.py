import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import psycopg
import pytest
from psycopg import Connection
from psycopg.types.json import Jsonb

from dispatch import accounts, store
from dispatch.audit import verify
from dispatch.desk import Report, report
from dispatch.figures import rates
from dispatch.intake import take_in
from dispatch.ledger import Clock
from dispatch.merging import MergeError, lead_latecomers, merge_areas
from dispatch.modes_store import ModeError, declare
from dispatch.people import Person
from dispatch.ticket import Area, Position, Ticket
from dispatch.transitions import Role
from tests.dispatch.matters import RECEIVED, goes_on_or_waits, incident, read, rows, stored

HOUR = timedelta(hours=1)
COMMUNITY = "510603003001"
WEST, EAST, FAR = f"{COMMUNITY}001", f"{COMMUNITY}002", f"{COMMUNITY}009"
WHOLE = Area(f"{COMMUNITY}101", "综合网格")


def square(
    connection: Connection, code: str, left: float, parent: str | None, side: float = 1, level: str = "grid"
) -> None:
    corners = [(left, 0), (left + side, 0), (left + side, side), (left, side)]
    connection.execute(
        "INSERT INTO areas (code, name, level, parent, polygon) VALUES (%s, %s, %s, %s, %s)",
        [code, code, level, parent, Jsonb(corners)],
    )


@pytest.fixture(autouse=True)
def _town(connection: Connection) -> None:
    square(connection, COMMUNITY, 0, None, side=10, level="community")
    for code, left in ((WEST, 0), (EAST, 1), (FAR, 5)):
        square(connection, code, left, COMMUNITY)


def merge(connection: Connection, *codes: str, into: Area = WHOLE) -> None:
    merge_areas(connection, codes or (WEST, EAST), into, "root", RECEIVED)


def test_what_comes_lies_in_the_new_grid_and_what_was_keeps_its_own(connection: Connection):
    before = stored(connection, area=Area(WEST, WEST), areas=[WEST, COMMUNITY])
    merge(connection)
    areas = store.load_areas(connection)
    assert areas.find(Position(0.5, 0.5)) == areas.find(Position(1.5, 0.5)) == WHOLE
    assert areas.path(WHOLE.code) == [WHOLE.code, COMMUNITY]
    after = read(connection, before.id)
    assert (after.area, after.areas) == (Area(WEST, WEST), [WEST, WHOLE.code, COMMUNITY])


def test_figures_of_the_new_grid_hold_the_history_of_the_old(connection: Connection):
    for code in (WEST, EAST, FAR):
        stored(connection, area=Area(code, code), areas=[code, COMMUNITY])
    merge(connection)
    root = Person("root", Role.ADMIN)
    found = rates(connection, root, WHOLE.code, RECEIVED - HOUR, RECEIVED + HOUR, RECEIVED + 9 * HOUR)
    assert found[Clock.ACCEPT].missed == 2


def test_people_of_the_old_grids_are_people_of_the_new(connection: Connection):
    accounts.add_person(connection, Person("wang", Role.WORKER, WEST), "a long enough one", "root", RECEIVED)
    accounts.add_person(connection, Person("sun", Role.WORKER, FAR), "a long enough one", "root", RECEIVED)
    merge(connection)
    assert accounts.find_person(connection, "wang") == Person("wang", Role.WORKER, WHOLE.code)
    (told,) = rows(connection, "audit", action="merge_areas")
    assert told["before"] == {"people": {"wang": WEST}}
    assert told["after"] == {
        "merged": [WEST, EAST],
        "name": WHOLE.name,
        "parent": COMMUNITY,
        "people": {"wang": WHOLE.code},
    }


def test_a_merger_is_in_the_audit_log_and_can_be_merged_further(connection: Connection):
    old = stored(connection, area=Area(WEST, WEST), areas=[WEST, COMMUNITY])
    merge(connection)
    square(connection, f"{COMMUNITY}003", 2, COMMUNITY)
    further = Area(f"{COMMUNITY}102", "更大的综合网格")
    merge(connection, WHOLE.code, f"{COMMUNITY}003", into=further)
    path = [WEST, WHOLE.code, further.code, COMMUNITY]
    assert store.load_areas(connection).path(WEST) == read(connection, old.id).areas == path
    told = [row["after"]["merged"] for row in rows(connection, "audit", action="merge_areas")]
    assert told == [[WEST, EAST], [WHOLE.code, f"{COMMUNITY}003"]]
    assert verify(connection).broken_at is None


@pytest.mark.parametrize(
    ("codes", "into", "why"),
    [
        ((WEST,), WHOLE, "takes two areas"),
        ((WEST, WEST), WHOLE, "takes two areas"),
        ((WEST, "99"), WHOLE, "there is no area 99"),
        ((WEST, FAR), WHOLE, "do not touch"),
        ((WEST, COMMUNITY), WHOLE, "only grids of one community"),
        ((WEST, EAST), Area(FAR, "x"), f"there is an area {FAR} already"),
    ],
)
def test_what_cannot_be_merged_says_why_and_changes_nothing(
    connection: Connection, codes: tuple[str, ...], into: Area, why: str
):
    before = rows(connection, "areas")
    with pytest.raises(MergeError, match=why):
        merge(connection, *codes, into=into)
    assert rows(connection, "areas") == before


def test_a_grid_is_merged_once_and_not_in_an_emergency(connection: Connection):
    mode = declare(connection, "flood", EAST, "heavy rain", "li", RECEIVED, RECEIVED + HOUR)
    with pytest.raises(MergeError, match="is in an emergency"):
        merge(connection)
    connection.execute("UPDATE modes SET ended_at = now() WHERE id = %s", [mode.id])
    merge(connection)
    with pytest.raises(MergeError, match=f"{WEST} was merged into {WHOLE.code} already"):
        merge(connection, WEST, EAST, into=Area(f"{COMMUNITY}103", "x"))


def test_in_a_grid_that_was_merged_no_emergency_is_declared(connection: Connection):
    merge(connection)
    with pytest.raises(ModeError, match="declare it there"):
        declare(connection, "flood", WEST, "rain", "li", RECEIVED, RECEIVED + HOUR)
    declare(connection, "flood", WHOLE.code, "rain", "li", RECEIVED, RECEIVED + HOUR)


def test_a_grid_in_which_an_emergency_is_just_being_declared_is_not_merged(connection: Connection, database: str):
    with psycopg.connect(database, autocommit=True) as other, ThreadPoolExecutor() as threads:
        with other.transaction():
            declare(other, "flood", WEST, "rain", "li", RECEIVED, RECEIVED + HOUR)
            meanwhile = threads.submit(merge, connection)
            goes_on_or_waits(meanwhile, connection, other)
        with pytest.raises(MergeError, match=f"{WEST} is in an emergency: end that first"):
            meanwhile.result()


def test_no_account_is_made_in_a_grid_that_is_just_being_merged(connection: Connection, database: str):
    person = Person("wang", Role.WORKER, WEST)
    with psycopg.connect(database, autocommit=True) as other, ThreadPoolExecutor() as threads:
        with other.transaction():
            merge(other)
            meanwhile = threads.submit(accounts.add_person, connection, person, "a long password", "root", RECEIVED)
            goes_on_or_waits(meanwhile, connection, other)
        with pytest.raises(accounts.AccountError, match=f"{WEST} has become a part of {WHOLE.code}: name that"):
            meanwhile.result()


def reported(connection: Connection) -> Ticket:
    return report(connection, Report("rubbish", "垃圾", Position(0.5, 0.5)), "report", RECEIVED)


def detected(connection: Connection) -> Ticket:
    return take_in(connection, incident(position=(0.5, 0.5)), RECEIVED)


@pytest.mark.parametrize("write", [reported, detected])
@pytest.mark.parametrize("first", ["ticket", "merger"])
def test_a_ticket_written_in_the_moment_of_the_merger_comes_to_lie_in_the_new_grid_too(
    connection: Connection, database: str, write: Callable[[Connection], Ticket], first: str
):
    one, other = (write, merge) if first == "ticket" else (merge, write)
    with psycopg.connect(database, autocommit=True) as second, ThreadPoolExecutor() as threads:
        with second.transaction():
            done = one(second)
            meanwhile = threads.submit(other, connection)
            goes_on_or_waits(meanwhile, connection, second)
        ticket = done or meanwhile.result()
        meanwhile.result()
    assert read(connection, ticket.id).areas == [WEST, COMMUNITY]
    assert lead_latecomers(connection, RECEIVED + HOUR / 60) == 1
    assert read(connection, ticket.id).areas == [WEST, WHOLE.code, COMMUNITY]
    assert lead_latecomers(connection, RECEIVED + HOUR / 30) == 0


def test_a_merger_takes_as_long_as_its_history_needs(connection: Connection, database: str):
    old = stored(connection, area=Area(WEST, WEST), areas=[WEST, COMMUNITY])
    connection.execute("SET statement_timeout = '500ms'")
    with psycopg.connect(database, autocommit=True) as other, ThreadPoolExecutor() as threads:
        with other.transaction():
            other.execute("SELECT FROM tickets WHERE id = %s FOR UPDATE", [old.id])
            meanwhile = threads.submit(merge, connection)
            goes_on_or_waits(meanwhile, connection, other)
            time.sleep(0.8)
        meanwhile.result(timeout=20)
    assert read(connection, old.id).areas == [WEST, WHOLE.code, COMMUNITY]
    assert connection.execute("SHOW statement_timeout").fetchone() == ("500ms",)


def test_no_emergency_is_declared_in_a_grid_that_is_just_being_merged(connection: Connection, database: str):
    with psycopg.connect(database, autocommit=True) as other, ThreadPoolExecutor() as threads:
        with other.transaction():
            merge(other)
            end = RECEIVED + HOUR
            meanwhile = threads.submit(declare, connection, "flood", WEST, "rain", "li", RECEIVED, end)
            goes_on_or_waits(meanwhile, connection, other)
        with pytest.raises(ModeError, match="declare it there"):
            meanwhile.result()
