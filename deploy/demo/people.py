"""What the demo's people do, and what they leave alone; pure and seeded: a ticket and its timeline in, an order out.

The person at the screen always wins. Whoever is not of the cast is an outsider, and:

- where an outsider has done anything since a ticket last changed its state, the cast does nothing until it does again;
- it does nothing to a ticket that is paused, or assigned to or accepted by an outsider;
- a ticket that an outsider has ever touched it only carries on: it neither rejects, returns nor reopens it, does not
  confirm one that an outsider gave back or recalled, and does not close one that an outsider reopened;
- for five minutes after an outsider's verdict on any candidate, the whole queue is left to them.
"""

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from msgspec import Struct

from deploy.demo.town import Person, Role, Town
from dispatch.people import Signature
from dispatch.transitions import ENDED, Action, State

MACHINES = frozenset({Signature.DETECT, Signature.REPORT, Signature.DISPATCH})  # nobody in person
VERDICTS = frozenset({Action.CONFIRM, Action.REJECT, Action.MERGE})
QUEUE_LEFT = timedelta(minutes=5)
SELDOM, NOW_AND_THEN = 0.05, 0.12

DOUBTS = ("reflection", "wrong_class", "legal_stop")
RETURNS = ("不属于本网格，请改派", "需要其他部门处理")
REDONE = ("现场复查未到位，请再处理", "照片看不清，请重新核实")
NOTES = {
    "illegal_parking": "已劝离，车辆驶离", "fire_lane_blocked": "通道已恢复畅通", "ebike_misparked": "已移至车棚",
    "debris": "已清除，路面恢复", "fire": "明火已扑灭", "smoke": "已查明烟源并处置", "flood": "已抽排，路面无积水",
    "crowd": "已疏导，秩序正常", "intrusion": "人员已劝离", "street_lamp": "灯具已更换", "rubbish": "已清运",
    "road_damage": "已修补并围挡", "manhole_open": "井盖已复位", "gas_leak": "已关阀通风，检测合格",
    "slope_movement": "已设警戒并加固", "sos": "已到场，人员平安", "sensor_fault": "设备已重启",
}  # fmt: skip


class Area(Struct, frozen=True):
    code: str


class Ticket(Struct, frozen=True):
    """As the API shows it; what the cast need not know is passed over."""

    id: str
    kind: str
    state: State
    opened_at: datetime
    area: Area | None = None
    assignee: str | None = None
    incidents: tuple[str, ...] = ()

    @property
    def is_ended(self) -> bool:
        return self.state in ENDED


class Entry(Struct, frozen=True):
    """One of a ticket's timeline."""

    at: datetime
    actor: str
    action: str
    to_state: State
    from_state: State | None = None

    @property
    def is_move(self) -> bool:
        return self.from_state != self.to_state


@dataclass(frozen=True, slots=True)
class Intent:
    """What one of the cast has in mind: due once `after` has passed since the step began."""

    after: timedelta
    actor: str
    action: Action
    reason: str = ""
    note: str = ""
    assignee: str | None = None


class Report(Struct, frozen=True):
    """A resident's report, as the API takes it."""

    kind: str
    title: str
    text: str
    position: tuple[float, float]


@dataclass(frozen=True)
class Cast:
    """The people that are played, by name."""

    people: dict[str, Person]
    seed: int

    def is_outsider(self, actor: str) -> bool:
        return actor not in self.people and actor not in MACHINES

    def of(self, role: Role) -> list[Person]:
        return [person for person in self.people.values() if person.role == role]

    def responsible(self, ticket: Ticket, dice: random.Random) -> str:
        """The department whose matter it is, else the worker of the grid, else any."""
        departments = [person for person in self.of("department") if ticket.kind in person.kinds]
        near = [person for person in self.of("worker") if ticket.area and person.grid == ticket.area.code]
        return dice.choice(departments or near or self.of("worker")).name


@dataclass(frozen=True, slots=True)
class Scene:
    """What a play knows: the ticket, its changes of state, what the cast must not do to it, and the dice."""

    cast: Cast
    ticket: Ticket
    moves: list[Entry]
    barred: set[Action]
    dice: random.Random

    def happens(self, action: Action) -> bool:
        """Whether what happens seldom does so here."""
        return self.dice.random() < SELDOM and action not in self.barred

    def after(self, least: float, most: float) -> timedelta:
        return timedelta(seconds=self.dice.uniform(least, most))

    def one_of(self, role: Role, but: str = "") -> str:
        return self.dice.choice([person.name for person in self.cast.of(role) if person.name != but])


def make_cast(town: Town, seed: int) -> Cast:
    return Cast({person.name: person for person in town.staff}, seed)


def verdict_at(cast: Cast, timeline: Iterable[Entry]) -> datetime | None:
    """When an outsider last judged this ticket as a candidate."""
    return max((e.at for e in timeline if e.action in VERDICTS and cast.is_outsider(e.actor)), default=None)


def decide(
    cast: Cast, ticket: Ticket, timeline: list[Entry], now: datetime, last_verdict: datetime | None
) -> Intent | None:
    """What one of the cast does now, if anything; `last_verdict` is an outsider's on any ticket."""
    moves = [entry for entry in timeline if entry.is_move]
    if not moves or moves[-1].to_state != ticket.state or not _is_ours(cast, ticket, timeline):
        return None
    if ticket.state is State.CANDIDATE and last_verdict and now - last_verdict < QUEUE_LEFT:
        return None
    dice = random.Random(f"{cast.seed}/{ticket.id}/{len(moves)}")  # noqa: S311 - a simulation
    play = PLAYS.get(ticket.state)
    barred = _barred(cast, timeline)
    intent = play(Scene(cast, ticket, moves, barred, dice)) if play else None
    if intent is None or intent.action in barred:
        return None
    return intent if now >= moves[-1].at + intent.after else None


def _is_ours(cast: Cast, ticket: Ticket, timeline: list[Entry]) -> bool:
    """Nobody else has this step in hand."""
    begun = max(index for index, entry in enumerate(timeline) if entry.is_move)
    pauses = [entry.action for entry in timeline if entry.action in ("pause", "resume")]
    return not (
        any(cast.is_outsider(entry.actor) for entry in timeline[begun + 1 :])
        or (ticket.assignee and cast.is_outsider(ticket.assignee))
        or pauses[-1:] == ["pause"]
    )


def _barred(cast: Cast, timeline: list[Entry]) -> set[Action]:
    """What would go against something that an outsider did to this ticket, or send it round for ever."""
    done = {entry.action for entry in timeline if cast.is_outsider(entry.actor)}
    once = {entry.action for entry in timeline}
    return {
        *((Action.REJECT, Action.RETURN, Action.REOPEN) if done else ()),
        *((Action.CONFIRM,) if done & {Action.RETURN, Action.RECALL} else ()),
        *((Action.CLOSE,) if Action.REOPEN in done else ()),
        *((Action.REJECT, Action.RETURN) if Action.RETURN in once else ()),
        *((Action.REOPEN,) if Action.REOPEN in once else ()),
    }


def _judge(scene: Scene) -> Intent:
    dispatcher, after = scene.one_of("dispatcher"), scene.after(6, 25)
    if scene.ticket.incidents and scene.happens(Action.REJECT):  # a report may be the onlooker's own
        return Intent(after, dispatcher, Action.REJECT, reason=scene.dice.choice(DOUBTS))
    return Intent(after, dispatcher, Action.CONFIRM, assignee=scene.cast.responsible(scene.ticket, scene.dice))


def _take(scene: Scene) -> Intent:
    worker = scene.ticket.assignee or scene.cast.responsible(scene.ticket, scene.dice)
    is_late = scene.dice.random() < NOW_AND_THEN
    after = scene.after(90, 170) if is_late else scene.after(8, 40)
    if scene.happens(Action.RETURN):
        return Intent(after, worker, Action.RETURN, reason=scene.dice.choice(RETURNS))
    return Intent(after, worker, Action.ACCEPT)


def _work(scene: Scene) -> Intent | None:
    worker = scene.moves[-1].actor  # who accepted it
    if scene.cast.is_outsider(worker):
        return None
    is_late = scene.dice.random() < NOW_AND_THEN
    after = scene.after(330, 480) if is_late else scene.after(40, 140)
    return Intent(after, worker, Action.HANDLE, note=NOTES.get(scene.ticket.kind, "已处理完毕"))


def _check(scene: Scene) -> Intent:
    supervisor, after = scene.one_of("supervisor", but=scene.moves[-1].actor), scene.after(15, 60)
    if scene.happens(Action.REOPEN):
        return Intent(after, supervisor, Action.REOPEN, reason=scene.dice.choice(REDONE))
    return Intent(after, supervisor, Action.CLOSE, note="核查属实，同意办结")


PLAYS: dict[State, Callable[[Scene], Intent | None]] = {
    State.CANDIDATE: _judge,
    State.DISPATCHED: _take,
    State.ACCEPTED: _work,
    State.HANDLED: _check,
}

REPORT_EVERY_S = 40.0


def reports(town: Town, seed: int, begin: float, end: float) -> list[Report]:
    """What residents report between two times (epoch seconds): one matter in every forty seconds."""
    found = []
    for slot in range(int(begin // REPORT_EVERY_S), int(end // REPORT_EVERY_S) + 1):
        dice = random.Random(f"{seed}/report/{slot}")  # noqa: S311 - a simulation
        if begin <= slot * REPORT_EVERY_S + dice.uniform(0, REPORT_EVERY_S / 2) < end:
            found.append(_matter(town, dice))
    return found


def _matter(town: Town, dice: random.Random) -> Report:
    matter, place = dice.choice(town.matters), dice.choice(town.places)
    longitude, latitude = (round(side + dice.uniform(-0.0004, 0.0004), 5) for side in place.position)
    return Report(matter.kind, matter.title.format(place=place.name), matter.text, (longitude, latitude))
