"""A simulated year of tickets, lived by the real rules: what `yihu bench rates` counts twice."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import UUID

from dispatch import audit
from dispatch.case import Case, apply, keep_pace, open_case
from dispatch.conduct import Conduct
from dispatch.duties import Matter, shipped_duties
from dispatch.modes import Mode, in_force, pace, shipped_kinds
from dispatch.people import Person
from dispatch.ticket import Due, Order, Ticket, TicketError
from dispatch.transitions import Action, Role, State

BEGIN, END = datetime(2025, 12, 31, 16, tzinfo=UTC), datetime(2026, 12, 31, 16, tzinfo=UTC)  # of 2026 in Beijing
STREET = "510603003"
GRIDS = [
    [f"{STREET}{community:03}{grid:03}", f"{STREET}{community:03}", STREET]
    for community in range(1, 6)
    for grid in range(1, 9)
]
STRICT = {"accept": "15m", "handle": "4h", "close": "1d"}
CONDUCT = Conduct.model_validate({"limits": {"severities": {"critical": STRICT}}})
OFFICE, CHIEF, WORKER = Person("zhou", Role.DISPATCHER), Person("li", Role.SUPERVISOR), Person("wang", Role.WORKER)
OTHER = Person("zhao", Role.WORKER)


@dataclass(frozen=True, slots=True)
class Life:
    """One ticket's year, with all that was written of it on the way."""

    case: Case
    entries: list[audit.Entry]


def emergencies(seed: int, number: int = 24) -> list[Mode]:
    """Some of the whole street, some of a grid; a third of them ended before their time."""
    dice = random.Random(f"{seed}/modes")  # noqa: S311 - a simulation
    return [_emergency(dice, index) for index in range(number)]


def _emergency(dice: random.Random, index: int) -> Mode:
    kind, path = dice.choice(sorted(shipped_kinds())), dice.choice(GRIDS)
    began_at = BEGIN + timedelta(seconds=dice.uniform(0, (END - BEGIN).total_seconds()))
    until = began_at + timedelta(hours=dice.uniform(2, 240))
    early = began_at + (until - began_at) * dice.random() if dice.random() < 1 / 3 else None
    return Mode(
        id=UUID(int=index + 1),
        kind=kind,
        pace=shipped_kinds()[kind].pace,
        area=dice.choice(path),
        reason="simulated",
        by=CHIEF.name,
        began_at=began_at,
        until=until,
        ended_at=early or until,
    )


def lives(seed: int, number: int, modes: list[Mode]) -> Iterator[Life]:
    """Tickets in the order of their receipt."""
    dice = random.Random(f"{seed}/tickets")  # noqa: S311 - a simulation
    span = (END - BEGIN).total_seconds()
    moments = sorted(dice.uniform(0, span) for _ in range(number))
    matters, numbers = list(shipped_duties().values()), count(1)
    for moment in moments:
        yield _live(dice, next(numbers), BEGIN + timedelta(seconds=moment), dice.choice(matters), modes)


def _live(dice: random.Random, number: int, received: datetime, matter: Matter, modes: list[Mode]) -> Life:
    areas = dice.choice(GRIDS)
    ticket = Ticket(
        id=UUID(int=number),
        number=f"{number:08}",
        kind=matter.code,
        state=State.CANDIDATE,
        severity=matter.severity,
        title=matter.zh,
        opened_at=received,
        began_at=received,
        due=Due(received, received, received),
        areas=areas,
        pace=pace(in_force(modes, areas, received)),
    )
    opened = open_case(ticket, "detect", CONDUCT.terms(matter))
    life = Life(opened, [audit.of_opening(opened, "detect")])
    for order in _orders(dice, received, UUID(int=max(number - 1, 1))):
        life = _carry_out(life, order, modes)
    return replace(life, case=keep_pace(life.case, modes, END))


def _carry_out(life: Life, order: Order, modes: list[Mode]) -> Life:
    """What its state forbids just does not happen."""
    before = keep_pace(life.case, modes, order.at)
    try:
        after = apply(before, order)
    except TicketError:
        return life
    return Life(after, [*life.entries, audit.of_order(order, life.case.ticket, after.ticket)])


AT_WORK = ((Action.ACCEPT, WORKER, 0.9), (Action.HANDLE, WORKER, 11.0), (Action.CLOSE, CHIEF, 30.0))
ONCE = ((Action.CONFIRM, OFFICE, 0.7), *AT_WORK)
REOPENED = ((Action.REOPEN, CHIEF, 50.0), *AT_WORK)


def _orders(dice: random.Random, received: datetime, into: UUID) -> Iterator[Order]:
    """People at work: mostly in time, some late, some never; with all that makes clocks hard."""
    at = received
    for action, by, hours in ONCE + REOPENED * dice.choice((0, 0, 0, 0, 0, 1, 2)):
        for _ in range(dice.choice((0, 0, 0, 1, 2))):
            at += timedelta(hours=dice.expovariate(2))
            if at < END:
                yield _disturbance(dice, at, into)
        at += timedelta(hours=dice.expovariate(1 / hours))
        if dice.random() < 0.03 or at >= END:  # noqa: PLR2004 - given up
            return
        yield Order(action=action, at=at, by=by, reason="test", assignee=WORKER.name)


def _disturbance(dice: random.Random, at: datetime, into: UUID) -> Order:
    action, by = dice.choice(
        [(Action.ASSIGN, CHIEF), (Action.PAUSE, CHIEF), (Action.RESUME, CHIEF), (Action.REGRADE, CHIEF),
         (Action.RETURN, WORKER), (Action.RECALL, OFFICE), (Action.REJECT, OFFICE), (Action.REOPEN, CHIEF),
         (Action.ACKNOWLEDGE, OFFICE), (Action.MERGE, OFFICE), (Action.UNMERGE, CHIEF)]
    )  # fmt: skip
    return Order(
        action=action,
        at=at,
        by=by,
        reason="test",
        into=into,
        assignee=dice.choice((WORKER.name, OTHER.name)),
        severity=dice.choice(("minor", "major", "critical")),
        until=at + timedelta(hours=dice.uniform(0.5, 72)),
    )
