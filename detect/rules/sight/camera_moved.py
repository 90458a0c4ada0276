"""Another street than usual: somebody has turned the camera, and its zones lie where they do not belong."""

from typing import ClassVar, Literal

from detect.sight import ViewSettings
from detect.usual import OTHER
from detect.view import View


class Settings(ViewSettings):
    rank: ClassVar[int] = 4
    elsewhere = True
    kind: Literal["camera_moved"]

    def holds(self, view: View) -> bool:
        return view.likeness < OTHER

    def threshold(self) -> dict[str, float]:
        return {"likeness": OTHER}

    def observed(self, view: View) -> dict[str, float]:
        return {"likeness": round(view.likeness, 3)}
