"""Rules on whether a camera sees at all: a picture that does not show its street is an incident, too."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar, Protocol
from uuid import UUID

from pydantic import Field
from uuid_utils.compat import uuid7

from detect.detector import Image
from detect.hysteresis import Hysteresis, Limit
from detect.incident import Box, Phase, Picture, Spell
from detect.rule import Finding, RuleSettings
from detect.silence import SAY_EVERY_S
from detect.usual import Viewer
from detect.values import Seconds
from detect.view import View

PLACE = "picture"  # stands for the zone in such incidents
WHOLE: Box = (0.0, 0.0, 1.0, 1.0)

For = Annotated[Seconds, Field(gt=0, alias="for")]


class SightRule(Protocol):
    """`now` and `heard_at` are this machine's clock, in epoch seconds; a view has its frame's own time."""

    @property
    def is_open(self) -> bool: ...

    def hear(self, now: float) -> list[Finding]:
        """A frame has come, of whatever time."""
        ...

    def look(self, view: View, usual: View | None, *, holds: bool) -> list[Finding]:
        """Take in the next view, and whether the rule's condition holds there; `usual` is the last usual one."""
        ...

    def tick(self, heard_at: float, now: float) -> list[Finding]:
        """Time has passed; the last frame came at `heard_at`."""
        ...

    def close(self, now: float) -> list[Finding]:
        """Nobody looks any longer; return what clears with it."""
        ...


class SightSettings(RuleSettings):
    """Where several hold at once, only the one of the lowest `rank` counts."""

    severity = "minor"
    rank: ClassVar[int]
    elsewhere: ClassVar[bool] = False  # whether what is seen is another place

    @property
    def lasting_s(self) -> float:
        """How long what it finds must last, in seconds; 0 where it is for the rule to say."""
        return 0.0

    def holds(self, view: View) -> bool:
        raise NotImplementedError

    def make(self, interval_s: float) -> SightRule:
        """The rule for a camera with so many seconds between two frames, infinite where that is not known."""
        raise NotImplementedError


class ViewSettings(SightSettings):
    """A condition of the picture as a whole, that must last `for` so long each way."""

    for_s: For = 30.0

    @property
    def lasting_s(self) -> float:
        return self.for_s

    def make(self, interval_s: float) -> "Impairment":  # noqa: ARG002 - a view is judged whenever it comes
        return Impairment(self)

    def threshold(self) -> dict[str, float]:
        """What the rule asks beyond duration."""
        return {}

    def observed(self, view: View) -> dict[str, float]:  # noqa: ARG002 - most look at it
        """The same quantities as in `threshold`."""
        return {}


@dataclass(slots=True)
class _Case:
    id: UUID
    said_at: float
    last: View


class Impairment:
    """Opens when a condition has held for long enough, clears when it has not for as long."""

    def __init__(self, settings: ViewSettings) -> None:
        self._settings = settings
        self._level = Hysteresis(Limit(0.5, 0.5), settings.for_s)
        self._case: _Case | None = None
        self._began_at = self._at = math.nan

    @property
    def is_open(self) -> bool:
        return self._case is not None

    def look(self, view: View, usual: View | None, *, holds: bool) -> list[Finding]:
        self._at, turned = view.at, self._level.take(float(holds), view.at)
        if self._case is None:
            return self._open(view, usual) if turned else []
        if holds:
            self._case.last = view
        if turned:
            return self._clear(view.at)
        if view.at - self._case.said_at < SAY_EVERY_S:
            return []
        self._case.said_at = view.at
        return [self._finding("update", self._case, view.at)]

    def hear(self, now: float) -> list[Finding]:  # noqa: ARG002 - it is told of the picture, where that is looked at
        return []

    def tick(self, heard_at: float, now: float) -> list[Finding]:  # noqa: ARG002 - no picture tells nothing of a picture
        return []

    def close(self, now: float) -> list[Finding]:  # noqa: ARG002 - a view's times are those of its frames
        return self._clear(self._at)

    def _clear(self, at: float) -> list[Finding]:
        case, self._case = self._case, None
        return [self._finding("clear", case, at)] if case else []

    def _open(self, view: View, usual: View | None) -> list[Finding]:
        self._case, self._began_at = _Case(uuid7(), view.at, view), self._level.turned_at
        pictures = [Picture("best", view.at, view.jpeg, WHOLE)]
        if usual:
            pictures.insert(0, Picture("first", usual.at, usual.jpeg, WHOLE))
        return [self._finding("open", self._case, view.at, pictures)]

    def _finding(self, phase: Phase, case: _Case, at: float, pictures: Sequence[Picture] = ()) -> Finding:
        rule = self._settings
        return Finding(
            case.id,
            phase,
            rule,
            began_at=self._began_at,
            at=at,
            score=1.0,
            threshold={"dwell_s": rule.for_s} | rule.threshold(),
            observed={"dwell_s": round(at - self._began_at, 2)} | rule.observed(case.last),
            pictures=list(pictures),
            dwell=[Spell(self._began_at, at, "seen")],
        )


class Sight:
    """One camera's eyesight: its frames as wholes, through the rules on them. Times as in SightRule."""

    def __init__(self, rules: Sequence[SightSettings], interval_s: float) -> None:
        self._rules = [(rule, rule.make(interval_s)) for rule in sorted(rules, key=lambda rule: rule.rank)]
        self._viewer = Viewer()

    @property
    def is_impaired(self) -> bool:
        return any(rule.is_open for _, rule in self._rules)

    @property
    def is_elsewhere(self) -> bool:
        """Whether what is seen is another place than the one that is watched."""
        return any(rule.is_open for settings, rule in self._rules if settings.elsewhere)

    def is_due(self, at: float) -> bool:
        """Whether a picture of that time is to be looked at as a whole: not every one is."""
        return self._viewer.is_due(at)

    def look(self, at: float, jpeg: bytes, image: Image) -> list[Finding]:
        """Take in the next picture."""
        view = self._viewer.take(at, jpeg, image)
        usual = self._viewer.usual
        first = next((settings for settings, _ in self._rules if settings.holds(view)), None)
        if first is None and not self.is_impaired:
            self._viewer.learn(view)
        return [
            finding for settings, rule in self._rules for finding in rule.look(view, usual, holds=settings is first)
        ]

    def hear(self, now: float) -> list[Finding]:
        """A frame has come."""
        return [finding for _, rule in self._rules for finding in rule.hear(now)]

    def tick(self, heard_at: float, now: float) -> list[Finding]:
        """Time has passed; the last frame came at `heard_at`."""
        return [finding for _, rule in self._rules for finding in rule.tick(heard_at, now)]

    def close(self, now: float) -> list[Finding]:
        """Nobody looks any longer; return what clears with it."""
        return [finding for _, rule in self._rules for finding in rule.close(now)]
