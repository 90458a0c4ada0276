"""The usual street without its edges: out of focus, or a lens that is wet or dirty."""

from typing import ClassVar, Literal

from detect.sight.sight import ViewSettings
from detect.sight.view import View

DETAIL = 0.62  # of the usual one: a street has 0.74 or more, out of focus 0.54 or less


class Settings(ViewSettings):
    rank: ClassVar[int] = 5
    limits: ClassVar[dict[str, float]] = {"detail": DETAIL}
    kind: Literal["camera_blurred"]

    def holds(self, view: View) -> bool:
        return view.detail < DETAIL
