"""The usual street without its edges: out of focus, or a lens that is wet or dirty.

Rain and night add fine contrast of their own, and a camera that sways takes away what two pictures have in common: so
both must be low.
"""

from typing import ClassVar, Literal

from detect.sight.sight import ViewSettings
from detect.sight.view import View

DETAIL, STEADY = 0.8, 0.72  # of the usual ones


class Settings(ViewSettings):
    rank: ClassVar[int] = 5
    limits: ClassVar[dict[str, float]] = {"detail": DETAIL, "steady": STEADY}
    kind: Literal["camera_blurred"]

    def holds(self, view: View) -> bool:
        return view.detail < DETAIL and view.steady < STEADY
