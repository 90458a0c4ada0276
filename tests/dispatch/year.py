"""A street at work for a year, by the acts themselves, on a clock that is moved: every process sleeps till its time."""

import random
from collections.abc import Generator, Iterable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from heapq import heapify, heapreplace
from itertools import count
from typing import Any
from uuid import UUID

import msgspec
from psycopg import Connection

from dispatch import accounts
from dispatch.desk import Report, act
from dispatch.duties import shipped_duties
from dispatch.duties_store import put_duties
from dispatch.intake import take_in
from dispatch.merging import MergeError, lead_latecomers, merge_areas
from dispatch.modes import shipped_kinds
from dispatch.modes_store import ModeError, declare, end, end_overdue
from dispatch.people import Person
from dispatch.pressing import keep_paces, pass_clocks
from dispatch.residents import Answer, answer, receive
from dispatch.seed import seed
from dispatch.site import Site
from dispatch.ticket import Area, Order, Position, TicketError
from dispatch.transitions import Action, Role, State
from dispatch.whistle import Grade
from tests.dispatch.matters import incident

BEGIN, END = datetime(2025, 12, 31, 16, tzinfo=UTC), datetime(2026, 12, 31, 16, tzinfo=UTC)  # of 2026 in Beijing
YEAR, DAY, HOUR = END - BEGIN, timedelta(days=1), timedelta(hours=1)
MERGER, REFORM = YEAR * 0.4, YEAR * 0.6
STREET = "510603003"
COMMUNITIES = [f"{STREET}001", f"{STREET}002"]
GRIDS = [f"{community}00{number}" for community in COMMUNITIES for number in (1, 2)]
WHOLE = Area(f"{COMMUNITIES[0]}101", "综合网格")
OFFICE, CHIEF = Person("zhou", Role.DISPATCHER), Person("li", Role.SUPERVISOR)
WORKERS = [Person("wang", Role.WORKER), Person("zhao", Role.WORKER, COMMUNITIES[1])]
WORKING = [one.code for one in shipped_duties().values() if one.calendar == "working"]
SWEEPERS = Person("he", Role.DEPARTMENT, department="环卫所")

Process = Generator[timedelta, datetime, None]  # yields how long it sleeps, and is told what time it is then
Stretch = Generator[timedelta, datetime, datetime]  # a part of one, that says what time it has become


def _area(code: str, level: str, parent: str | None, left: float, side: float) -> dict[str, Any]:
    corners = [(left, 31), (left + side, 31), (left + side, 31 + side), (left, 31 + side)]
    return {"code": code, "name": code, "level": level, "parent": parent, "polygon": corners}


def _site(**conduct: Any) -> Site:
    areas = [
        _area(STREET, "street", None, 104, 0.4),
        *(_area(code, "community", STREET, 104 + 0.2 * n, 0.2) for n, code in enumerate(COMMUNITIES)),
        *(_area(code, "grid", code[:12], 104 + 0.1 * n, 0.1) for n, code in enumerate(GRIDS)),
    ]
    gauge = {"id": "level-1", "sensor": "mqtt", "position": (104.1, 31.05)}
    usual = {"site": "tooley", "name": "蓝田街道", "areas": areas, "devices": [gauge]}
    return Site.model_validate(usual | {"reports": {"open": True}, "press": ["0s", "8h"]} | conduct)


STRICT = {"severities": {"critical": {"accept": "15m", "handle": "4h", "close": "1d"}}}
LAZY = {"hours": ["10:00-11:30", "14:30-16:00"], "days": {date(2026, 8, 8): "work", date(2026, 8, 10): "off"}}
BEFORE, AFTER = _site(limits=STRICT), _site(limits={"handle": "1d"}, calendar=LAZY)


def play(processes: Iterable[Process]) -> None:
    """Let each go on at its time, from the year's beginning to its end."""
    agenda = [(BEGIN + next(process), number, process) for number, process in enumerate(processes)]
    heapify(agenda)
    while agenda[0][0] < END:
        now, number, process = agenda[0]
        heapreplace(agenda, (now + _sleeps(process, now), number, process))


def _sleeps(process: Process, now: datetime) -> timedelta:
    try:
        return process.send(now)
    except StopIteration:  # it has nothing more to do
        return YEAR


STEPS = {  # each takes about so many hours
    State.CANDIDATE: (Action.CONFIRM, OFFICE, 0.1),
    State.DISPATCHED: (Action.ACCEPT, None, 0.3),
    State.ACCEPTED: (Action.HANDLE, None, 3.0),
    State.HANDLED: (Action.CLOSE, CHIEF, 20.0),
}
AT_FIRST = ((Action.MERGE, OFFICE), (Action.REJECT, OFFICE), (Action.REGRADE, CHIEF), (Action.ACKNOWLEDGE, OFFICE))
TAKEN_BACK = {Action.MERGE: Action.UNMERGE, Action.REJECT: Action.REOPEN, Action.PAUSE: Action.RESUME}
LATER = (
    (Action.ASSIGN, CHIEF), (Action.PAUSE, CHIEF), (Action.REGRADE, CHIEF),
    (Action.REOPEN, CHIEF), (Action.ESCALATE, CHIEF), (Action.RETURN, None), (Action.RECALL, OFFICE),
)  # fmt: skip


class Street:
    """Its people, by seeded dice. What a ticket's state or holder forbids just does not happen."""

    def __init__(self, connection: Connection, seed_of_dice: int) -> None:
        self._connection, self._dice = connection, random.Random(seed_of_dice)
        self._tickets: list[UUID] = []
        self._addresses = count()
        seed(connection, BEFORE)
        for person in (*WORKERS, CHIEF):
            accounts.add_person(connection, person, "a long enough one", "root", BEGIN)

    def processes(self, matters: int) -> list[Process]:
        lives = [self._reported() if number % 3 else self._detected() for number in range(matters)]
        return [*lives, *(self._emergency() for _ in range(12)), self._merger(), self._reform(), self._chores()]

    def catch_up(self, now: datetime) -> None:
        """What dispatch does beside taking incidents in."""
        pass_clocks(self._connection, now)
        end_overdue(self._connection, now)
        lead_latecomers(self._connection, now)
        keep_paces(self._connection, now)

    def _chores(self) -> Process:
        """Seldom, and once in a while not for days: no figure depends on when somebody looked."""
        while True:
            now = yield DAY * self._dice.choice((0.2, 1, 1, 2, 6)) * self._dice.random()
            self.catch_up(now)

    def _reported(self) -> Process:
        now = yield self._some_day()
        kind = self._dice.choice(self._dice.choice((WORKING, list(shipped_duties()))))
        given = Report(kind, kind, Position(*self._somewhere()))
        ticket, token = receive(self._connection, given, None, str(next(self._addresses)), now)
        now = yield from self._work(ticket.id, now)
        now = yield self._within(5)
        with suppress(TicketError):
            answer(self._connection, token, Answer(solved=False), None, str(next(self._addresses)), now)
        yield from self._work(ticket.id, now)

    def _detected(self) -> Process:
        now = yield self._some_day()
        kind, zone = self._dice.choice(("illegal_parking", "debris", "fire", "flood")), self._dice.choice("abc")
        seen = incident(kind=kind, zone=zone, position=self._somewhere(), severity="minor", pictures=[])
        for severity in ("minor", "major", "critical"):
            update = msgspec.structs.replace(seen, severity=severity, at=now.timestamp())
            ticket = take_in(self._connection, update, now)
            now = yield from self._work(ticket.id, now)
            now = yield self._within(20)

    def _work(self, ticket: UUID, now: datetime) -> Stretch:
        """Bring a ticket to its end: mostly in time, sometimes late or never, and not without disturbance."""
        self._tickets.append(ticket)
        while (state := self._stands(ticket)[0]) in STEPS:
            action, by, hours = STEPS[state]
            for _ in range(self._dice.choice((0, 0, 0, 1, 2))):
                now = yield self._within(0.2)
                now = yield from self._disturb(ticket, now)
            now = yield self._within(hours)
            if self._dice.random() < 0.05:  # given up
                return now
            self._order(ticket, action, by, now)
        return now

    def _disturb(self, ticket: UUID, now: datetime) -> Stretch:
        if self._dice.random() < 0.1:
            return (yield from self._whistle(ticket, now))
        state, _ = self._stands(ticket)
        action, by = self._dice.choice(AT_FIRST if state is State.CANDIDATE else LATER)
        until = now + HOUR * self._dice.choice((1, 8, 72)) * self._dice.random()
        more = {
            "into": self._dice.choice(self._tickets[-5:]),  # which are the likeliest to be open
            "assignee": self._dice.choice(WORKERS).name,
            "severity": self._dice.choice(("minor", "major", "critical")),
            "until": until,
        }
        self._order(ticket, action, by, now, **more)
        if action in TAKEN_BACK and self._dice.random() < 0.5:
            now = yield self._within(1)
            self._order(ticket, TAKEN_BACK[action], CHIEF, now)
        elif action is Action.PAUSE:
            now = yield until - now + self._within(20)
        return now

    def _whistle(self, ticket: UUID, now: datetime) -> Stretch:
        name = SWEEPERS.department
        self._order(ticket, Action.WHISTLE, CHIEF, now, departments=(name,), until=now + DAY)
        last = self._dice.choice((Action.GRADE, Action.WITHDRAW))
        for action, by in ((Action.CHECK_IN, SWEEPERS), (Action.REPORT_BACK, SWEEPERS), (last, CHIEF)):
            now = yield self._within(3)
            self._order(ticket, action, by, now, letter=name, grade=Grade.FAIR)
        return now

    def _order(self, ticket: UUID, action: Action, by: Person | None, now: datetime, **more: Any) -> None:
        """In the name of who has it, if of nobody else."""
        _, holder = self._stands(ticket)
        whoever = by or next((one for one in WORKERS if one.name == holder), WORKERS[0])
        with suppress(TicketError):
            act(self._connection, ticket, Order(action=action, at=now, by=whoever, reason="test", note="x", **more), [])

    def _stands(self, ticket: UUID) -> tuple[State, str | None]:
        row = self._connection.execute("SELECT state, assignee FROM tickets WHERE id = %s", [ticket]).fetchone()
        assert row
        return State(row[0]), row[1]

    def _emergency(self) -> Process:
        now = yield self._some_day()
        kind = self._dice.choice(sorted(shipped_kinds()))
        area = self._dice.choice((STREET, *COMMUNITIES, *GRIDS))
        until = now + HOUR * self._dice.uniform(2, 120)
        with suppress(ModeError):  # another one there, or no grid any more
            mode = declare(self._connection, kind, area, "test", CHIEF.name, now, until)
            if self._dice.random() < 0.5:  # before its time
                now = yield (until - now) * self._dice.random()
                end(self._connection, mode.id, "test", CHIEF.name, now)

    def _merger(self) -> Process:
        """Two grids become one as soon as there is no emergency, and get one of their own at once."""
        now = yield MERGER
        while True:
            try:
                merge_areas(self._connection, GRIDS[:2], WHOLE, "root", now)
                break
            except MergeError:
                now = yield HOUR
        now = yield HOUR
        declare(self._connection, "fire", WHOLE.code, "test", CHIEF.name, now, now + 5 * DAY)

    def _reform(self) -> Process:
        """Other limits, another calendar, another duty list: for what comes then."""
        now = yield REFORM
        seed(self._connection, AFTER)
        halved = [one.model_copy(update={"accept": one.accept / 2}) for one in shipped_duties().values()]
        put_duties(self._connection, halved, "root", now)

    def _within(self, hours: float) -> timedelta:
        """About so long."""
        return HOUR * self._dice.expovariate(1 / hours)

    def _some_day(self) -> timedelta:
        """Any of the year, or one just before the grids are merged or about the reform."""
        near = (MERGER - DAY * self._dice.random(), REFORM + DAY * self._dice.uniform(-2, 2))
        return self._dice.choice((YEAR * self._dice.random(), *near))

    def _somewhere(self) -> tuple[float, float]:
        return self._dice.uniform(104, 104.4), self._dice.uniform(31, 31.1)
