"""The usual street without its edges: out of focus, or a lens that is wet or dirty over most of it.

What counts is fine contrast that two pictures have in common: rain and night add some that is new in each.
"""

from typing import ClassVar, Literal

from detect.sight.sight import ViewSettings
from detect.sight.view import View

DETAIL = 0.72  # of the usual one


class Settings(ViewSettings):
    version: ClassVar[str] = "2"
    rank: ClassVar[int] = 5
    limits: ClassVar[dict[str, float]] = {"detail": DETAIL}
    kind: Literal["camera_blurred"]

    def holds(self, view: View) -> bool:
        return view.detail < DETAIL
