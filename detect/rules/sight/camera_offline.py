"""A camera of which no picture comes.

Unless the site file says for how long, that is two minutes, and three pictures at least.
"""

import math
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from detect.rule import Finding
from detect.sight.sight import SightSettings
from detect.sight.view import View
from detect.silence import Silence
from detect.values import Seconds

USUAL_S, PICTURES = 120.0, 3.0


class Settings(SightSettings):
    rank: ClassVar[int] = 0
    kind: Literal["camera_offline"]
    silent_for: Annotated[Seconds, Field(gt=0)] | None = None

    def holds(self, view: View) -> bool:  # noqa: ARG002 - what sends pictures is not offline
        return False

    def make(self, interval_s: float) -> "CameraOffline":
        usual_s = max(USUAL_S, PICTURES * interval_s) if math.isfinite(interval_s) else USUAL_S
        return CameraOffline(self, usual_s if self.silent_for is None else self.silent_for)


class CameraOffline(Silence):
    def hear(self, now: float) -> list[Finding]:
        return self.close(now)

    def look(self, view: View, usual: View | None, *, holds: bool) -> list[Finding]:  # noqa: ARG002 - whatever it shows
        return []
