"""As many people in the zone as `count`, or more; or as many other `objects`."""

from typing import Annotated, Literal

from pydantic import Field

from detect.stays.holding import ComingSettings, For
from detect.stays.stay import Stay


class Settings(ComingSettings):
    severity = "major"
    kind: Literal["crowd"]
    count: Annotated[int, Field(ge=1, le=300)] = 10  # a YOLO model finds no more on a picture
    for_s: For = 20.0

    @property
    def least(self) -> int:
        return self.count

    def threshold(self) -> dict[str, float]:
        return super().threshold() | {"count": self.count}

    def observed(self, stay: Stay) -> dict[str, float]:
        return super().observed(stay) | {"count": len(stay.last.things)}
