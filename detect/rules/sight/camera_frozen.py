"""Pictures come, and are the same to the last pixel: the noise of any sensor would make them differ."""

from typing import ClassVar, Literal

from detect.sight.sight import For, ViewSettings
from detect.sight.view import View


class Settings(ViewSettings):
    rank: ClassVar[int] = 3
    misleads = False  # what it shows was so, and a still street looks the same
    kind: Literal["camera_frozen"]
    for_s: For = 60.0  # encoders of still streets send the same for some seconds

    def holds(self, view: View) -> bool:
        return view.same_s > 0
