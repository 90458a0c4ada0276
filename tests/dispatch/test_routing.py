from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.duties import shipped_matter
from dispatch.people import Person
from dispatch.routing import WORKERS, Absence, Post, Route, route
from dispatch.transitions import Role

MONDAY = datetime(2026, 6, 1, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
HOUR = timedelta(hours=1)
GRID, COMMUNITY, STREET = "510603003001001", "510603003001", "510603003"
PATH = (GRID, COMMUNITY, STREET)
PARKING, LAMP = shipped_matter("illegal_parking"), shipped_matter("street_lamp")


def worker(name: str, area: str | None = GRID, **more: object) -> Post:
    return Post(Person(name, Role.WORKER, area), **more)  # type: ignore[arg-type]  # any field


def department(name: str, area: str | None = None, person: str = "one") -> Post:
    return Post(Person(person, Role.DEPARTMENT, area, name))


WANG, ZHAO, LI = worker("wang"), worker("zhao"), worker("li", COMMUNITY)
WORKS, POLICE = department("市政维护所"), department("交警中队", STREET)
ALL = [WANG, ZHAO, LI, WORKS, POLICE]


def test_the_duty_list_says_who_goes_first():
    assert route(PARKING, PATH, ALL, MONDAY) == Route("wang", GRID, ())
    assert route(LAMP, PATH, ALL, MONDAY) == Route("市政维护所", None, PATH)


def test_where_the_first_is_nowhere_the_other_goes():
    assert route(PARKING, PATH, [WORKS, POLICE], MONDAY) == Route("交警中队", STREET, (GRID, COMMUNITY), WORKERS)
    assert route(LAMP, PATH, [LI], MONDAY) == Route("li", COMMUNITY, (GRID,), "市政维护所")


def test_what_is_private_is_no_department_s():
    quarrel, station = shipped_matter("neighbour_dispute"), department("社区服务站")
    assert route(quarrel, PATH, [LI, station], MONDAY) == Route("li", COMMUNITY, (GRID,))
    assert route(quarrel, PATH, [station], MONDAY) is None


def test_an_empty_post_falls_upward_and_says_so():
    assert route(PARKING, PATH, [LI], MONDAY) == Route("li", COMMUNITY, (GRID,))
    assert route(PARKING, PATH, [worker("sun", None)], MONDAY) == Route("sun", None, PATH)
    assert route(PARKING, PATH, [], MONDAY) is None
    assert route(PARKING, PATH, [worker("of another grid", "510603003001002")], MONDAY) is None


def test_the_least_busy_gets_it():
    assert route(PARKING, PATH, [replace(WANG, open_tickets=3), ZHAO], MONDAY) == Route("zhao", GRID, ())


@pytest.mark.parametrize(
    "off",
    [
        {"hours": "12:00-20:00"},
        {"hours": "22:00-06:00"},
        {"days": frozenset({2, 3})},
        {"away": (Absence(MONDAY - HOUR, MONDAY + HOUR),)},
    ],
)
def test_who_is_off_duty_gets_nothing(off: dict[str, object]):
    assert route(PARKING, PATH, [worker("wang", **off), LI], MONDAY) == Route("li", COMMUNITY, (GRID,))


@pytest.mark.parametrize(
    "on", [{"hours": "08:00-12:00"}, {"days": frozenset({1})}, {"away": (Absence(MONDAY + HOUR, MONDAY + 9 * HOUR),)}]
)
def test_who_is_on_duty_gets_it(on: dict[str, object]):
    assert route(PARKING, PATH, [worker("wang", **on), LI], MONDAY) == Route("wang", GRID, ())


@pytest.mark.parametrize(
    ("hours", "days", "day", "clock", "on"),
    [
        ("22:00-06:00", {5}, 5, "22:00", True),
        ("22:00-06:00", {5}, 6, "03:00", True),  # it began on Friday
        ("22:00-06:00", {5}, 6, "06:00", False),
        ("22:00-06:00", {5}, 6, "22:00", False),
        ("22:00-06:00", {5}, 5, "03:00", False),  # that one began on Thursday
        ("22:00-06:00", {7}, 1, "05:59", True),
        ("16:00-24:00", {5}, 5, "23:59", True),
        ("16:00-24:00", {5}, 6, "00:00", False),
        ("06:00-14:00", {6}, 6, "06:00", True),
    ],
)
def test_a_night_shift_belongs_to_the_day_on_which_it_began(hours: str, days: set[int], day: int, clock: str, on: bool):
    at = datetime.fromisoformat(f"2026-06-{day:02}T{clock}").replace(tzinfo=MONDAY.tzinfo)  # the first is a Monday
    assert worker("wang", hours=hours, days=frozenset(days)).on_duty(at) == on


def clock_of(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


@given(
    st.integers(0, 24 * 60 - 1),
    st.integers(1, 24 * 60 - 1),
    st.frozensets(st.integers(1, 7)),
    st.integers(0, 7 * 24 * 60),
)
def test_whoever_is_on_duty_is_in_a_shift_that_began_on_one_of_their_days(
    begin: int, length: int, days: frozenset[int], later: int
):
    midnight = MONDAY.replace(hour=0, tzinfo=None)
    at = midnight + timedelta(minutes=later)
    shifts = [midnight + timedelta(days=day, minutes=begin) for day in range(-1, 8) if (day % 7) + 1 in days]
    hours = f"{clock_of(begin)}-{clock_of((begin + length) % (24 * 60))}"
    expected = any(began <= at < began + timedelta(minutes=length) for began in shifts)
    assert worker("wang", hours=hours, days=days).on_duty(at.replace(tzinfo=MONDAY.tzinfo)) == expected


@given(st.lists(st.sampled_from(ALL), unique=True), st.integers(0, 7 * 24))
def test_nothing_stays_with_nobody_while_somebody_is_there(posts: list[Post], hours: int):
    found = route(PARKING, PATH, posts, MONDAY + hours * HOUR)
    fitting = [post for post in posts if post.person.role is Role.WORKER or post.person.department == "交警中队"]
    assert (found is None) == (not fitting)
    if found:
        assert found.empty == PATH[: len(found.empty)]
