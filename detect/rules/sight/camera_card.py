"""No picture but a card, such as "camera offline", or a blank: drawn, so of few colours and without noise."""

from typing import ClassVar, Literal

from detect.sight.sight import ViewSettings
from detect.sight.view import View

# real cards, at half and double brightness and poorly compressed: 0.68 and 0.71 at least; streets one or the other
COMMONEST, PLAIN = 0.6, 0.65
MARKED, BLANK = 0.04, 0.95  # a sign or a text stands on it, or nothing at all: over a covered lens is a bit of each


class Settings(ViewSettings):
    rank: ClassVar[int] = 1
    limits: ClassVar[dict[str, float]] = {"commonest": COMMONEST, "plain": PLAIN}
    kind: Literal["camera_card"]

    def holds(self, view: View) -> bool:
        drawn = view.commonest >= COMMONEST and view.plain >= PLAIN
        return drawn and (view.marked >= MARKED or view.plain >= BLANK)
