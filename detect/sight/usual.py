"""What a camera usually shows, learned from its pictures."""

import math
from dataclasses import dataclass, replace

import cv2
import numpy as np
from cv2.typing import MatLike
from msgspec import Struct

from detect.shot import Shot
from detect.sight import view
from detect.sight.view import View

LOOK_EVERY_S = 1.0
PARTS = 8  # rows and columns in which shapes are compared
SHAPED, FEWEST = 0.05, 6  # variance from which a part has a shape, and how many must have one to tell views apart
ALIKE = 0.5  # correlation from which two parts show the same
USUAL_S = 600.0  # over which light changes
RISING_S = 60.0  # a lens that saw sharply for so long can do so
LEARNED_S, LEARNED_LOOKS = 60.0, 3  # until it is known what is usual
FIRST_LOOKS = 20  # count alike
OTHER = 0.3  # likeness below which it is another view


@dataclass(frozen=True, slots=True)
class Look:
    """What of a picture is compared with the usual; of the first one no texture is known (NaN)."""

    at: float
    shape: MatLike
    texture: MatLike
    coarse: float

    def towards(self, other: "Look", weight: float, rising: float) -> "Look":
        """Some way to another, a different one where that is sharper, or has more contrast."""
        shape = self.shape + weight * (other.shape - self.shape)
        coarser = rising if other.coarse > self.coarse else weight
        coarse = self.coarse + coarser * (other.coarse - self.coarse)
        return Look(other.at, shape, self._texture_towards(other.texture, weight, rising), coarse)

    def _texture_towards(self, other: MatLike, weight: float, rising: float) -> MatLike:
        if np.isnan(self.texture).any() or np.isnan(other).any():
            return other if np.isnan(self.texture).any() else self.texture
        sharper = rising if view.sharpness(other) > view.sharpness(self.texture) else weight
        return self.texture + sharper * (other - self.texture)


@dataclass(slots=True)
class Recent:
    """The last picture."""

    at: float = -math.inf
    same_since: float = math.nan
    _last: MatLike | None = None
    _bands: view.Bands | None = None

    def take(self, grey: MatLike, at: float) -> Look:
        """The next picture; times never go back."""
        if self._last is None or not np.array_equal(self._last, grey):
            self.same_since = at
        self.at, self._last = at, grey
        now = grey.astype(np.float32)
        bands = view.bands(now)
        before, self._bands = self._bands, bands
        texture = view.texture(before, bands) if before else view.UNKNOWN
        return Look(at, view.shape(now), texture, view.coarse(now))


@dataclass(slots=True)
class Usual:
    """Learned from `looks` pictures since `since`; `seen` is the last of them."""

    seen: View
    mean: Look
    since: float
    looks: int = 1

    @property
    def is_known(self) -> bool:
        return self.mean.at - self.since >= LEARNED_S and self.looks >= LEARNED_LOOKS

    def compare(self, seen: View, look: Look) -> View:
        return replace(
            seen,
            likeness=likeness(self.mean.shape, look.shape),
            detail=view.detail(self.mean.texture, look.texture),
            contrast=look.coarse / max(self.mean.coarse, view.FAINT),
        )

    def learn(self, seen: View, look: Look) -> None:
        self.looks, self.seen = self.looks + 1, seen
        first, elapsed_s = 1 / self.looks if self.looks <= FIRST_LOOKS else 0.0, look.at - self.mean.at
        slow, fast = (max(first, _weight(elapsed_s, over_s)) for over_s in (USUAL_S, RISING_S))
        self.mean = self.mean.towards(look, slow, fast)


class Learned(Struct):
    """What is usual, to go on from after a restart; `shape` is that of `Usual.mean`, in half precision.

    `texture` is float32, 2 × parts; without one, as older versions kept it, all is learned anew.
    """

    seen: View
    at: float
    shape: bytes
    coarse: float
    since: float
    looks: int
    texture: bytes = b""

    @classmethod
    def of(cls, usual: Usual) -> "Learned":
        mean = usual.mean
        shape, texture = mean.shape.astype(np.float16).tobytes(), mean.texture.astype(np.float32).tobytes()
        return cls(usual.seen, mean.at, shape, mean.coarse, usual.since, usual.looks, texture)

    def usual(self) -> Usual | None:
        if len(self.texture) != view.UNKNOWN.nbytes:
            return None
        shape = np.frombuffer(self.shape, np.float16).reshape(view.SHAPE_HEIGHT, view.SHAPE_WIDTH).astype(np.float32)
        texture = np.frombuffer(self.texture, np.float32).reshape(2, -1)
        mean = Look(self.at, shape, texture, self.coarse)
        return Usual(self.seen, mean, self.since, self.looks)


class Viewer:
    """Follows one camera's pictures, whose times are their own and never go back."""

    def __init__(self) -> None:
        self._recent = Recent()
        self._usual: Usual | None = None

    @property
    def usual(self) -> View | None:
        """The last view that was usual."""
        return self._usual.seen if self._usual else None

    def memory(self) -> Learned | None:
        """What is usual, once that is known."""
        return Learned.of(self._usual) if self._usual and self._usual.is_known else None

    def resume(self, learned: Learned) -> None:
        """Go on from there."""
        self._usual = learned.usual()

    def is_due(self, at: float) -> bool:
        return at - self._recent.at >= LOOK_EVERY_S

    def take(self, shot: Shot, image: MatLike) -> View:
        """Look at the next picture as a whole."""
        small = view.shrink(image)
        grey = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY)
        self._look, spread = self._recent.take(grey, shot.at), view.spread(grey)
        plain, marked = float(np.mean(spread < view.PLAIN)), float(np.mean(spread > view.MARKED))
        seen = View(
            shot.at, shot.jpeg, view.commonest(small), plain, marked, shot.at - self._recent.same_since,
            redactions=shot.redactions,
        )  # fmt: skip
        return self._usual.compare(seen, self._look) if self._usual and self._usual.is_known else seen

    def learn(self, seen: View) -> None:
        """What was taken last was usual. Until that is known, whatever differs begins it anew."""
        known = self._usual
        if known and (known.is_known or not likeness(known.mean.shape, self._look.shape) < OTHER):
            known.learn(seen, self._look)
        else:
            self._usual = Usual(seen, self._look, seen.at)


def likeness(usual: MatLike, now: MatLike) -> float:
    """The share of the parts that show the same, of those that usually have a shape; NaN when too few have one."""
    a, b = _parts(usual), _parts(now)
    variance, other = (a * a).mean(axis=1), (b * b).mean(axis=1)
    shaped = variance >= SHAPED
    if np.count_nonzero(shaped) < FEWEST:
        return math.nan
    correlation = (a * b).mean(axis=1) / np.sqrt(variance * other + view.FAINT)
    return float(np.mean(correlation[shaped] >= ALIKE))


def _parts(shape: MatLike) -> MatLike:
    """One row for each part, with its mean taken away."""
    rows, columns = shape.shape[0] // PARTS, shape.shape[1] // PARTS
    parts = shape.reshape(PARTS, rows, PARTS, columns).swapaxes(1, 2).reshape(PARTS * PARTS, -1)
    return np.asarray(parts - parts.mean(axis=1, keepdims=True))


def _weight(elapsed_s: float, over_s: float) -> float:
    """What the newest counts in an exponential average over so many seconds."""
    return 1 - math.exp(-elapsed_s / over_s)
