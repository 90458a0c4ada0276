"""Who gets a ticket: the grid worker on duty or the department, and upward where a post is empty. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from detect.values import parse_hours, within
from dispatch.duties import Matter
from dispatch.people import Person
from dispatch.transitions import Role

ALWAYS = "00:00-24:00"
EVERY_DAY = frozenset(range(1, 8))


class Absence(NamedTuple):
    begin: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Post:
    """Somebody who takes tickets. `hours` and `days` (ISO weekdays) are local; `open_tickets` are with them already."""

    person: Person
    hours: str = ALWAYS
    days: frozenset[int] = EVERY_DAY
    away: tuple[Absence, ...] = field(default=())
    open_tickets: int = 0

    def on_duty(self, local: datetime) -> bool:
        """A shift that passes midnight belongs to the weekday on which it began."""
        absent = any(absence.begin <= local < absence.end for absence in self.away)
        begin, end = parse_hours(self.hours)
        began_yesterday = begin > end and local.hour * 60 + local.minute < end
        began_on = local - timedelta(days=began_yesterday)
        return not absent and began_on.isoweekday() in self.days and within(self.hours, local)


class Route(NamedTuple):
    """`holder` gets it, at `area` (None: a post of the whole tree).

    `empty` are the areas below where nobody was on duty, `absent` is who should have got it before: a department, or
    the grid workers.
    """

    holder: str
    area: str | None
    empty: tuple[str, ...]
    absent: str = ""


WORKERS = "grid workers"


def route(matter: Matter, areas: Sequence[str], posts: Iterable[Post], local: datetime) -> Route | None:
    """Whoever goes first by the duty list, else the other; None where nobody at all is on duty.

    `areas` lead from the place to the root, `local` is now where the place is.
    """
    on_duty = [post for post in posts if post.on_duty(local)]
    absent = ""
    for called in _order(matter):
        found = _climb(areas, [post for post in on_duty if _is_called(post.person, called)])
        if found:
            return found._replace(absent=absent)
        absent = called
    return None


def _order(matter: Matter) -> list[str]:
    """Who is asked, one after the other: what is private (私事) is among neighbours, and no department's."""
    if matter.sort == "private":
        return [WORKERS]
    return [WORKERS, matter.department] if matter.first == "worker" else [matter.department, WORKERS]


def _is_called(person: Person, called: str) -> bool:
    return person.role is Role.WORKER if called == WORKERS else person.department == called


def _climb(areas: Sequence[str], posts: Sequence[Post]) -> Route | None:
    """The least busy of the lowest area that has somebody."""
    for height, area in enumerate((*areas, None)):
        there = [post for post in posts if post.person.area == area]
        if there:
            return Route(min(there, key=_busyness).person.holder, area, tuple(areas[:height]))
    return None


def _busyness(post: Post) -> tuple[int, str]:
    return post.open_tickets, post.person.name
