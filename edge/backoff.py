"""Waiting before the next try: doubling, capped, jittered so that a fleet does not come back all at once."""

import random
from dataclasses import dataclass


@dataclass(slots=True)
class Backoff:
    """Pauses in seconds, each drawn from the upper half of a range that doubles up to `cap`."""

    first: float = 0.5
    cap: float = 30.0
    tries: int = 0

    def next(self) -> float:
        ceiling = min(self.cap, self.first * 2 ** min(self.tries, 30))
        self.tries += 1
        return random.uniform(ceiling / 2, ceiling)  # noqa: S311 - spreads load, guards nothing

    def reset(self) -> None:
        self.tries = 0
