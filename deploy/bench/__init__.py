"""`yihu bench`: how fast, always as a ratio to something plain that runs beside it on the same machine."""

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Pace:
    """Things a second, ours and the plain one's, and the median of the rounds' ratios."""

    ours: float
    plain: float
    ratio: float


def compare(count: int, rounds: Iterable[tuple[float, float]]) -> Pace:
    """From the seconds that (ours, the plain way) took over `count` things in each round."""
    ours, plain = zip(*rounds, strict=True)
    ratios = [slow / fast for fast, slow in zip(ours, plain, strict=True)]
    return Pace(count / median(ours), count / median(plain), median(ratios))
