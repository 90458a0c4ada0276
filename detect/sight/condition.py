"""What the rules on conditions share: something is so, or not, and must last to count."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from uuid_utils.compat import uuid7

from detect.case import Case
from detect.hysteresis import Hysteresis, Limit
from detect.incident import Phase, Picture, Spell
from detect.rule import Finding, RuleSettings
from detect.silence import SAY_EVERY_S

Quantities = dict[str, float]


@dataclass(slots=True)
class Condition:
    """Opens when it has held for `for_s` seconds, clears when it has not for as long.

    Times are the source's own and never go back. `threshold` is what the rule asks beyond duration.
    """

    rule: RuleSettings
    for_s: float
    threshold: Quantities = field(default_factory=dict)
    _level: Hysteresis = field(init=False)
    case: Case | None = None
    _observed: Quantities = field(default_factory=dict)
    _at: float = math.nan

    def __post_init__(self) -> None:
        self._level = Hysteresis(Limit(0.5, 0.5), self.for_s)

    @property
    def is_open(self) -> bool:
        return self.case is not None

    def resume(self, case: Case) -> None:
        """Go on with what was open."""
        self.case, self._at, self._level.on = case, case.said_at, True

    def take(
        self, at: float, observed: Quantities, *, holds: bool, pictures: Callable[[], list[Picture]] = list
    ) -> list[Finding]:
        """The next moment; `observed` are the quantities of `threshold`, and `pictures` what an incident shows."""
        self._at, turned = at, self._level.take(float(holds), at)
        if holds:
            self._observed = observed
        if self.case is None:
            return [self._open(pictures())] if turned else []
        if turned:
            return self.close()
        if at - self.case.said_at < SAY_EVERY_S:
            return []
        self.case.said_at = at
        return [self._finding("update", self.case, [])]

    def close(self) -> list[Finding]:
        """Nobody looks any longer; return what clears with it."""
        case, self.case = self.case, None
        return [self._finding("clear", case, [])] if case else []

    def _open(self, pictures: list[Picture]) -> Finding:
        self.case = Case(uuid7(), self._level.turned_at, self._at)
        return self._finding("open", self.case, pictures)

    def _finding(self, phase: Phase, case: Case, pictures: list[Picture]) -> Finding:
        return Finding(
            case.id,
            phase,
            self.rule,
            began_at=case.began_at,
            at=self._at,
            score=1.0,
            threshold={"dwell_s": self.for_s} | self.threshold,
            observed={"dwell_s": round(self._at - case.began_at, 2)} | self._observed,
            pictures=pictures,
            dwell=[Spell(case.began_at, self._at, "seen")],
        )
