"""A vehicle that stands in a no-parking zone for longer than `dwell` within `hours`.

Who waits in it with others, as at a light, may do so for `queue` at least.
"""

from collections.abc import Sequence
from typing import ClassVar, Literal

from detect.stays.queue import waits_with
from detect.stays.stay import Stay
from detect.stays.staying import Dwell, Objects, StayingSettings
from detect.values import Seconds


class Settings(StayingSettings):
    severity = "major"
    version: ClassVar[str] = "2"
    kind: Literal["illegal_parking"]
    objects: Objects = ("car", "bus", "truck", "motorcycle")
    dwell: Dwell = 180.0
    queue: Seconds = 300.0

    def excuses(self, stay: Stay, others: Sequence[Stay]) -> bool:
        return stay.dwell_s < self.queue and waits_with(stay, others)
