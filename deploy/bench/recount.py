"""The three rates from the audit log alone, by other means than the ledger's: they must be equal to the ticket.

It shares no code with the domain: it walks a ticket's entries in order and adds up day by day what passed between them.
The log names the terms of each ticket by their SHA-256, and tells of every emergency and of every merger of grids.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache
from hashlib import sha256
from itertools import pairwise
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import holidays
from pydantic import TypeAdapter

from dispatch.figures import Rate
from dispatch.ledger import Clock

HOLIDAYS = holidays.country_holidays("CN")
TOLERANCE_S = 0.001  # of sums of floats; who has used up all of the time at closing time is late in the evening
TURNED_DOWN = {"rejected", "merged"}
DONE = {"accept": {"accepted", "handled", "closed"}, "handle": {"handled", "closed"}, "close": {"closed"}}

Row = dict[str, Any]  # an entry: at, action, subject, to_state, detail, after
Terms = dict[str, dict[str, Any]]  # what the log names by its SHA-256, decoded
DURATION = TypeAdapter(timedelta)


class Emergency(NamedTuple):
    """`areas` are the one that it was declared for, and those of which that one was made."""

    areas: frozenset[str]
    pace: float
    began_at: datetime
    over_at: datetime


class Office(NamedTuple):
    """Working hours; `days` are worked or not whatever the public calendar says."""

    zone: ZoneInfo
    hours: list[tuple[time, time]]
    days: dict[date, bool]


@dataclass(slots=True)
class Count:
    """Seconds that one clock has counted; `kept` up to when its step was last done, `ended` to when it last ended."""

    seconds: float = 0.0
    kept: float | None = None
    ended: float = 0.0


@dataclass(slots=True)
class Walk:
    """Where somebody stands who walks through a ticket's entries."""

    terms: dict[str, Any]
    severity: str
    areas: Sequence[str]
    at: datetime
    state: str = "candidate"
    paused_until: datetime | None = None
    counts: dict[str, Count] = field(default_factory=lambda: {clock: Count() for clock in DONE})


def read_terms(rows: Iterable[tuple[bytes, str]]) -> Terms:
    """Terms by the name that the log has for them; one whose content is another is not among them."""
    return {digest.hex(): _decoded(text) for digest, text in rows if sha256(text.encode()).digest() == digest}


def _decoded(text: str) -> dict[str, Any]:
    terms: dict[str, Any] = json.loads(text)
    return terms | {"office": None if terms["working"] is None else _office(terms["working"])}


def _office(working: dict[str, Any]) -> Office:
    spans = [(time.fromisoformat(opens), time.fromisoformat(closes)) for opens, closes in working["hours"]]
    days = {date.fromisoformat(day): worked for day, worked in working["days"].items()}
    return Office(ZoneInfo(working["timezone"]), spans, days)


def emergencies_of(entries: Iterable[Row]) -> list[Emergency]:
    """All that the log says were declared, each up to its end or to when it was ended.

    `entries` are of emergencies and of mergers of grids: what lies in a grid lies in the one that it became a part of.
    """
    found: dict[str, Emergency] = {}
    held: dict[str, frozenset[str]] = {}
    for entry in entries:
        told = entry["after"]
        if entry["action"] == "merge_areas":
            whole = entry["subject"].removeprefix("area ")
            held[whole] = frozenset({whole}).union(*(held.get(part, {part}) for part in told["merged"]))
            continue
        areas = held.get(told["area"], frozenset({told["area"]}))
        over_at = datetime.fromisoformat(told["until"])
        if entry["action"] == "end":
            over_at = min(over_at, datetime.fromisoformat(told["ended_at"]))
        began_at = datetime.fromisoformat(told["began_at"])
        found[told["id"]] = Emergency(areas, told["pace"], began_at, over_at)
    return list(found.values())


def recount(tickets: Iterable[list[Row]], modes: Sequence[Emergency], terms: Terms, now: datetime) -> dict[Clock, Rate]:
    """`tickets` are each one's entries in order."""
    rates = dict.fromkeys(Clock, Rate(0, 0))
    for entries in tickets:
        for clock, in_time in verdicts(entries, modes, terms, now).items():
            kept, missed = rates[clock]
            rates[clock] = Rate(kept + in_time, missed + (not in_time))
    return rates


def verdicts(entries: list[Row], modes: Sequence[Emergency], terms: Terms, now: datetime) -> dict[Clock, bool]:
    """Of each clock that counts already, whether its step was done in time."""
    first, own = entries[0]["after"], terms[entries[0]["detail"]["terms"]]
    walk = Walk(own, first["severity"], first["areas"], entries[0]["at"])
    for entry in entries[1:]:
        _pass(walk, entry["at"], modes)
        _take(walk, entry)
    _pass(walk, now, modes)
    return {clock: in_time for clock in Clock if (in_time := _verdict(walk, clock)) is not None}


def _verdict(walk: Walk, clock: Clock) -> bool | None:
    limit = DURATION.validate_python(walk.terms["limits"][walk.severity][clock]).total_seconds()
    count = walk.counts[clock]
    done = count.kept if clock is Clock.ACCEPT or walk.state in DONE[clock] else None
    if done is not None:
        return done < limit - TOLERANCE_S
    undone = count.ended if walk.state in TURNED_DOWN else count.seconds
    return False if undone > limit - TOLERANCE_S else None


def _take(walk: Walk, entry: Row) -> None:
    """What an entry changes."""
    before, walk.state = walk.state, entry["to_state"]
    for clock, count in walk.counts.items():
        arrives = walk.state in DONE[clock] and before not in DONE[clock]
        if arrives and not (clock == "accept" and count.kept is not None):
            count.kept = count.seconds
        if walk.state in TURNED_DOWN and before not in TURNED_DOWN:
            count.ended = count.seconds
    after = entry["after"] or {}
    walk.severity = after.get("severity", walk.severity)
    if entry["action"] == "pause":
        walk.paused_until = datetime.fromisoformat(entry["detail"]["until"])
    elif entry["action"] == "resume" or before != walk.state:
        walk.paused_until = None


def _pass(walk: Walk, until: datetime, modes: Sequence[Emergency]) -> None:
    """Let time pass: what counts of it, faster in an emergency, not at all in a pause or after the closing."""
    begin = max(walk.at, min(walk.paused_until or walk.at, until))
    if walk.state != "closed":
        counted = sum(
            _counted(walk.terms["office"], a, b) * _pace(modes, walk.areas, a) for a, b in _pieces(begin, until, modes)
        )
        for count in walk.counts.values():
            count.seconds += counted
    walk.at = until


def _pieces(begin: datetime, end: datetime, modes: Sequence[Emergency]) -> list[tuple[datetime, datetime]]:
    cuts = {moment for mode in modes for moment in (mode.began_at, mode.over_at) if begin < moment < end}
    moments = [begin, *sorted(cuts), end]
    return list(pairwise(moments))


def _pace(modes: Sequence[Emergency], areas: Sequence[str], at: datetime) -> float:
    there = (mode for mode in modes if mode.began_at <= at < mode.over_at and not mode.areas.isdisjoint(areas))
    return max((mode.pace for mode in there), default=1.0)


def _counted(office: Office | None, begin: datetime, end: datetime) -> float:
    if office is None:
        return (end - begin).total_seconds()
    first, last = begin.astimezone(office.zone).date(), end.astimezone(office.zone).date()
    days = (first + timedelta(n) for n in range((last - first).days + 1))
    return sum(_overlap(begin, end, day, office) for day in days if office.days.get(day, _is_worked(day)))


def _overlap(begin: datetime, end: datetime, day: date, office: Office) -> float:
    spans = ((datetime.combine(day, a, office.zone), datetime.combine(day, b, office.zone)) for a, b in office.hours)
    return sum(max(0.0, (min(end, b) - max(begin, a)).total_seconds()) for a, b in spans)


@cache
def _is_worked(day: date) -> bool:
    return bool(HOLIDAYS.is_working_day(day))
