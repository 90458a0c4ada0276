"""Another street than usual: somebody has turned the camera, and its zones lie where they do not belong."""

from typing import ClassVar, Literal

from detect.sight.sight import ViewSettings
from detect.sight.usual import OTHER
from detect.sight.view import View


class Settings(ViewSettings):
    rank: ClassVar[int] = 4
    elsewhere = True
    limits: ClassVar[dict[str, float]] = {"likeness": OTHER}
    kind: Literal["camera_moved"]

    def holds(self, view: View) -> bool:
        return view.likeness < OTHER
