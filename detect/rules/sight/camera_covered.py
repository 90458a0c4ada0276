"""Something before the lens, or no light at all: what is usual is gone, and next to nothing has come instead."""

import math
from typing import ClassVar, Literal

from detect.sight.sight import ViewSettings
from detect.sight.usual import OTHER
from detect.sight.view import View

CONTRAST = 0.5  # of the usual one
MARKED = 0.04  # share of the picture, where what is usual is not known


class Settings(ViewSettings):
    rank: ClassVar[int] = 2
    limits: ClassVar[dict[str, float]] = {"contrast": CONTRAST, "marked": MARKED}
    kind: Literal["camera_covered"]

    def holds(self, view: View) -> bool:
        if math.isnan(view.contrast):
            return view.marked < MARKED
        return view.contrast < CONTRAST and not view.likeness >= OTHER
