"""Rules on whether a camera sees at all: a picture that does not show its street is an incident, too."""

import math
from collections.abc import Sequence
from typing import Annotated, ClassVar, Protocol

from msgspec import Struct
from pydantic import Field

from detect.case import Case
from detect.geometry import WHOLE
from detect.incident import Picture
from detect.model.detector import Image
from detect.rule import Finding, RuleSettings
from detect.shot import Shot
from detect.sight.condition import Condition
from detect.sight.usual import Learned, Viewer
from detect.sight.view import View
from detect.values import Seconds

PLACE = "picture"  # stands for the zone in such incidents

For = Annotated[Seconds, Field(gt=0, alias="for")]


class SightRule(Protocol):
    """`now` and `heard_at` are this machine's clock, in epoch seconds; a view has its frame's own time."""

    @property
    def is_open(self) -> bool: ...

    @property
    def case(self) -> Case | None: ...

    def resume(self, case: Case) -> None:
        """Go on with what was open before a restart."""
        ...

    def hear(self, now: float) -> list[Finding]:
        """A frame has come, of whatever time."""
        ...

    def look(self, view: View, usual: View | None, *, holds: bool) -> list[Finding]:
        """Take in the next view, and whether the rule's condition holds there; `usual` is the last usual one."""
        ...

    def tick(self, heard_at: float, now: float) -> list[Finding]:
        """Time has passed; the last frame came at `heard_at`."""
        ...

    def quiet_until(self, heard_at: float) -> float:
        """When the next `tick` may tell something, as far as nothing is heard or cleared before."""
        ...

    def close(self, now: float) -> list[Finding]:
        """Nobody looks any longer; return what clears with it."""
        ...


class SightSettings(RuleSettings):
    """Where several hold at once, only the one of the lowest `rank` counts."""

    severity = "minor"
    rank: ClassVar[int]
    elsewhere: ClassVar[bool] = False  # whether what is seen is another place
    misleads: ClassVar[bool] = True  # whether what is seen is believed no longer before that has lasted

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
    """A condition of the picture as a whole, that must last `for` so long each way.

    `limits` are what it asks of a view's quantities, by their names.
    """

    limits: ClassVar[dict[str, float]] = {}
    for_s: For = 30.0

    @property
    def lasting_s(self) -> float:
        return self.for_s

    def make(self, interval_s: float) -> "Impairment":  # noqa: ARG002 - a view is judged whenever it comes
        return Impairment(self)

    def observed(self, view: View) -> dict[str, float]:
        """The quantities of `limits` that are known."""
        seen = {name: round(getattr(view, name), 3) for name in self.limits}
        return {name: value for name, value in seen.items() if not math.isnan(value)}


class Impairment:
    """A condition of the picture, told with the last usual picture and the present one."""

    def __init__(self, settings: ViewSettings) -> None:
        self._settings = settings
        self._condition = Condition(settings, settings.for_s, settings.limits)

    @property
    def is_open(self) -> bool:
        return self._condition.is_open

    @property
    def case(self) -> Case | None:
        return self._condition.case

    def resume(self, case: Case) -> None:
        self._condition.resume(case)

    def hear(self, now: float) -> list[Finding]:  # noqa: ARG002 - it is told of the picture, where that is looked at
        return []

    def look(self, view: View, usual: View | None, *, holds: bool) -> list[Finding]:
        def pictures() -> list[Picture]:
            before = [Picture("first", usual.at, usual.jpeg, WHOLE, usual.redactions)] if usual else []
            return [*before, Picture("best", view.at, view.jpeg, WHOLE, view.redactions)]

        return self._condition.take(view.at, self._settings.observed(view), holds=holds, pictures=pictures)

    def tick(self, heard_at: float, now: float) -> list[Finding]:  # noqa: ARG002 - no picture tells nothing of a picture
        return []

    def quiet_until(self, heard_at: float) -> float:  # noqa: ARG002 - as above
        return math.inf

    def close(self, now: float) -> list[Finding]:  # noqa: ARG002 - a view's times are those of its frames
        return self._condition.close()


class SightMemory(Struct):
    """What to go on from after a restart: what is usual, and what was open, by its kind."""

    learned: Learned | None
    open: dict[str, Case]


class Sight:
    """One camera's eyesight: its frames as wholes, through the rules on them. Times as in SightRule."""

    def __init__(self, rules: Sequence[SightSettings], interval_s: float) -> None:
        self._rules = [(rule, rule.make(interval_s)) for rule in sorted(rules, key=lambda rule: rule.rank)]
        self._viewer = Viewer()
        self._suspect: SightSettings | None = None

    @property
    def is_impaired(self) -> bool:
        return any(rule.is_open for _, rule in self._rules)

    @property
    def is_doubtful(self) -> bool:
        """Whether what is seen now is not to be believed: impaired, or it may turn out to be."""
        return self.is_impaired or (self._suspect is not None and self._suspect.misleads)

    @property
    def is_elsewhere(self) -> bool:
        """Whether what is seen is another place than the one that is watched."""
        return any(rule.is_open for settings, rule in self._rules if settings.elsewhere)

    def memory(self) -> SightMemory:
        """What to go on from after a restart."""
        return SightMemory(
            self._viewer.memory(), {settings.kind: rule.case for settings, rule in self._rules if rule.case}
        )

    def resume(self, memory: SightMemory) -> None:
        """Go on from there."""
        if memory.learned:
            self._viewer.resume(memory.learned)
        for settings, rule in self._rules:
            if case := memory.open.get(settings.kind):
                rule.resume(case)

    def is_due(self, at: float) -> bool:
        """Whether a picture of that time is to be looked at as a whole: not every one is."""
        return self._viewer.is_due(at)

    def look(self, shot: Shot, image: Image) -> list[Finding]:
        """Take in the next picture."""
        view = self._viewer.take(shot, image)
        usual = self._viewer.usual
        suspect = self._suspect = next((settings for settings, _ in self._rules if settings.holds(view)), None)
        if suspect is None and not self.is_impaired:
            self._viewer.learn(view)
        return [
            finding for settings, rule in self._rules for finding in rule.look(view, usual, holds=settings is suspect)
        ]

    def hear(self, now: float) -> list[Finding]:
        """A frame has come."""
        return [finding for _, rule in self._rules for finding in rule.hear(now)]

    def tick(self, heard_at: float, now: float) -> list[Finding]:
        """Time has passed; the last frame came at `heard_at`."""
        return [finding for _, rule in self._rules for finding in rule.tick(heard_at, now)]

    def quiet_until(self, heard_at: float) -> float:
        """When the next `tick` may tell something, as far as nothing is heard or cleared before."""
        return min((rule.quiet_until(heard_at) for _, rule in self._rules), default=math.inf)

    def close(self, now: float) -> list[Finding]:
        """Nobody looks any longer; return what clears with it."""
        return [finding for _, rule in self._rules for finding in rule.close(now)]
