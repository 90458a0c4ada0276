"""The usual street without its edges: out of focus, or a lens that is wet or dirty."""

from typing import ClassVar, Literal

from detect.sight import ViewSettings
from detect.view import View

DETAIL = 0.55  # of the usual one


class Settings(ViewSettings):
    rank: ClassVar[int] = 5
    kind: Literal["camera_blurred"]

    def holds(self, view: View) -> bool:
        return view.detail < DETAIL

    def threshold(self) -> dict[str, float]:
        return {"detail": DETAIL}

    def observed(self, view: View) -> dict[str, float]:
        return {"detail": round(view.detail, 3)}
