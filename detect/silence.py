"""What the rules on silence share: nothing has come for so long, by this machine's clock.

A source that is silent has no clock of its own. While we could not hear, nothing counts as silence.
"""

from dataclasses import dataclass

from uuid_utils.compat import uuid7

from detect.case import Case
from detect.incident import Phase, Spell
from detect.rule import Finding, RuleSettings

TICK_S = 1.0
DEAF_S = 10.0  # between two ticks at most; beyond, we slept or the clock was set
SAY_EVERY_S = 60.0  # that it still lasts: dispatch believes none that is not told of any more


@dataclass(slots=True)
class Attention:
    """Whether we have listened all the while; `now` is this machine's clock, in epoch seconds."""

    _ticked_at: float = 0.0

    def tick(self, now: float, *, connected: bool) -> bool | None:
        """Whether silence counts since the last tick; None where it is too early for another."""
        elapsed_s = now - self._ticked_at
        if 0 <= elapsed_s < TICK_S:
            return None
        self._ticked_at = now
        return connected and 0 <= elapsed_s <= DEAF_S


class Silence:
    """Opens when nothing came for `silent_s` seconds, clears with the next that does. Times in epoch seconds."""

    def __init__(self, settings: RuleSettings, silent_s: float) -> None:
        self._settings, self._silent_s = settings, silent_s
        self.case: Case | None = None

    @property
    def is_open(self) -> bool:
        return self.case is not None

    def resume(self, case: Case) -> None:
        """Go on with what was open before a restart."""
        self.case = case

    def tick(self, heard_at: float, now: float) -> list[Finding]:
        """Time has passed; the source was last heard at `heard_at`."""
        if self.case:
            return self._go_on(self.case, now)
        if now - heard_at < self._silent_s:
            return []
        self.case = Case(uuid7(), heard_at, now)
        return [self._finding("open", self.case, now)]

    def quiet_until(self, heard_at: float) -> float:
        """When the next `tick` may tell something, unless the source is heard before."""
        return self.case.said_at + SAY_EVERY_S if self.case else heard_at + self._silent_s

    def _go_on(self, case: Case, now: float) -> list[Finding]:
        if now - case.said_at < SAY_EVERY_S:
            return []
        case.said_at = now
        return [self._finding("update", case, now)]

    def close(self, now: float) -> list[Finding]:
        """Something came, or nobody listens any longer."""
        case, self.case = self.case, None
        return [self._finding("clear", case, now)] if case else []

    def _finding(self, phase: Phase, case: Case, now: float) -> Finding:
        rule = self._settings
        return Finding(
            case.id,
            phase,
            rule,
            began_at=case.began_at,
            at=now,
            score=1.0,
            threshold={"silent_s": self._silent_s},
            observed={"silent_s": round(now - case.began_at, 2)},
            dwell=[Spell(case.began_at, now, "unseen")],
        )
