"""What the demo's people do, and what they leave alone; pure and seeded: a ticket and its timeline in, an order out.

The person at the screen always wins, whoever they sign in as: an onlooker's is whatever the cast has not done itself.

- Where an onlooker has done anything since a ticket last changed its state, but acknowledge it, the cast does nothing
  until it changes again;
- it does nothing to a ticket that is paused, accepted by an onlooker, or assigned to somebody who is not of the cast;
- a ticket that an onlooker has ever touched it only carries on: it neither rejects, returns nor reopens it, does not
  confirm one that an onlooker gave back or recalled, and does not close one that an onlooker reopened;
- for five minutes after an onlooker's verdict on any candidate, the whole queue is left to them;
- for five minutes after an onlooker did anything as one of the cast, nobody else acts as that one.
"""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from msgspec import Struct

from deploy.demo.town import Person, Role, Town
from dispatch.people import Signature
from dispatch.transitions import ENDED, Action, State

MACHINES = frozenset({Signature.DETECT, Signature.REPORT, Signature.DISPATCH})  # nobody in person
VERDICTS = frozenset({Action.CONFIRM, Action.REJECT, Action.MERGE})
LEFT = timedelta(minutes=5)
LONG_AGO = datetime.min.replace(tzinfo=UTC)
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


class Detail(Struct, frozen=True):
    """`via` is who acted in the actor's name: the cast's orders are a script's."""

    via: str | None = None


class Entry(Struct, frozen=True):
    """One of a ticket's timeline."""

    at: datetime
    actor: str
    action: str
    to_state: State
    from_state: State | None = None
    detail: Detail = Detail()

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

    def is_onlooker_s(self, entry: Entry) -> bool:
        """Whether somebody did it in person, be it in the name of one of the cast."""
        played = entry.actor in self.people and entry.detail.via == Signature.SCRIPT
        return not played and entry.actor not in MACHINES

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


@dataclass(frozen=True, slots=True)
class Onlooker:
    """What was done in person on any ticket: when a candidate was last judged, and anything done in each one's name."""

    judged_at: datetime = LONG_AGO
    acted_at: Mapping[str, datetime] = field(default_factory=dict)

    def seeing(self, cast: Cast, timeline: list[Entry]) -> "Onlooker":
        """The same, and what stands in one more timeline, the oldest entry first."""
        theirs = [entry for entry in timeline if cast.is_onlooker_s(entry)]
        judged_at = max([self.judged_at, *(entry.at for entry in theirs if entry.action in VERDICTS)])
        acted_at = {entry.actor: max(entry.at, self.acted_at.get(entry.actor, LONG_AGO)) for entry in theirs}
        return Onlooker(judged_at, {**self.acted_at, **acted_at})


def decide(cast: Cast, ticket: Ticket, timeline: list[Entry], now: datetime, onlooker: Onlooker) -> Intent | None:
    """What one of the cast does now, if anything."""
    moves = [entry for entry in timeline if entry.is_move]
    if not moves or moves[-1].to_state != ticket.state or not _is_ours(cast, ticket, timeline):
        return None
    if ticket.state is State.CANDIDATE and now - onlooker.judged_at < LEFT:
        return None
    dice = random.Random(f"{cast.seed}/{ticket.id}/{len(moves)}")  # noqa: S311 - a simulation
    play = PLAYS.get(ticket.state)
    barred = _barred(cast, timeline)
    intent = play(Scene(cast, ticket, moves, barred, dice)) if play else None
    if intent is None or intent.action in barred or now - onlooker.acted_at.get(intent.actor, LONG_AGO) < LEFT:
        return None
    return intent if now >= moves[-1].at + intent.after else None


def _is_ours(cast: Cast, ticket: Ticket, timeline: list[Entry]) -> bool:
    """Nobody else has this step in hand."""
    begun = max(index for index, entry in enumerate(timeline) if entry.is_move)
    pauses = [entry.action for entry in timeline if entry.action in ("pause", "resume")]
    return not (
        any(cast.is_onlooker_s(entry) and entry.action != Action.ACKNOWLEDGE for entry in timeline[begun + 1 :])
        or (ticket.assignee and ticket.assignee not in cast.people)
        or pauses[-1:] == ["pause"]
    )


def _barred(cast: Cast, timeline: list[Entry]) -> set[Action]:
    """What would go against something that an onlooker did to this ticket, or send it round for ever."""
    done = {entry.action for entry in timeline if cast.is_onlooker_s(entry)}
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
    accepted = scene.moves[-1]
    if scene.cast.is_onlooker_s(accepted):
        return None
    is_late = scene.dice.random() < NOW_AND_THEN
    after = scene.after(330, 480) if is_late else scene.after(40, 140)
    return Intent(after, accepted.actor, Action.HANDLE, note=NOTES.get(scene.ticket.kind, "已处理完毕"))


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
