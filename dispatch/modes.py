"""Peace and emergency (平战结合): what changes in an area while an emergency is declared there. Pure."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Annotated, NamedTuple
from uuid import UUID

import yaml
from msgspec import Struct
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from dispatch.duties import Matter

SHIPPED = Path(__file__).with_name("modes.yaml")


class ModeKind(BaseModel):
    """A kind of emergency. `pace` is how much faster clocks run; `hazards` are matters that go out unconfirmed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    zh: str
    en: str
    pace: Annotated[float, Field(gt=1, le=24)]
    hazards: frozenset[str]


class Mode(Struct, frozen=True, kw_only=True):
    """An emergency in an area and all below it, over at `until`. `pace` is its kind's when it was declared."""

    id: UUID
    kind: str
    pace: float
    area: str
    reason: str
    by: str
    began_at: datetime
    until: datetime
    ended_at: datetime | None = None
    ended_by: str | None = None
    ended_reason: str = ""

    @property
    def over_at(self) -> datetime:
        return min(self.until, self.ended_at or self.until)


@cache
def shipped_kinds() -> dict[str, ModeKind]:
    kinds = yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))
    return TypeAdapter(dict[str, ModeKind]).validate_python(kinds)


def in_force(modes: Iterable[Mode], areas: Iterable[str], at: datetime) -> list[Mode]:
    """Those that hold for a place; `areas` lead from it to the root."""
    there = set(areas)
    return [mode for mode in modes if mode.area in there and mode.began_at <= at < mode.over_at]


def pace(modes: Iterable[Mode]) -> float:
    """How fast the clocks of a ticket run under these emergencies; 1 in peace."""
    return max((mode.pace for mode in modes), default=1.0)


class Change(NamedTuple):
    """A moment at which an emergency begins or ends somewhere, and how fast clocks run from then on."""

    at: datetime
    pace: float
    reason: str


def changes(modes: Sequence[Mode], areas: Sequence[str], ran: float, since: datetime, now: datetime) -> list[Change]:
    """Every such moment for a place up to `now`, whenever it is asked for; clocks there ran so fast from `since` on.

    `since` is such a moment itself where an emergency was declared while that was being written.
    """
    there = [mode for mode in modes if mode.area in areas]
    ends = {moment for mode in there for moment in (mode.began_at, mode.over_at) if since < moment <= now}
    found: list[Change] = []
    for moment in sorted({since, *ends}):
        change = _change(there, areas, moment)
        if change.pace != ran:
            found.append(change)
        ran = change.pace
    return found


def _change(modes: Sequence[Mode], areas: Sequence[str], at: datetime) -> Change:
    holding = in_force(modes, areas, at)
    return Change(at, pace(holding), ", ".join(sorted(mode.kind for mode in holding)) or "peace")


def hazards(matters: Iterable[Matter]) -> list[tuple[str, str]]:
    """Each kind of emergency with each matter that goes out unconfirmed in it."""
    allowed = {matter.code for matter in matters if matter.auto == "emergency"}
    return [(name, code) for name, kind in shipped_kinds().items() for code in sorted(kind.hazards & allowed)]


def goes_unconfirmed(matter: Matter, modes: Iterable[Mode]) -> bool:
    """Whether a ticket is dispatched without a dispatcher's word."""
    if matter.auto == "emergency":
        return any(matter.code in shipped_kinds()[mode.kind].hazards for mode in modes)
    return matter.auto == "yes"
