"""A vehicle that stands in a no-parking zone for longer than `dwell` within `hours`.

Who waits with others, as at a light, is not parked until that has taken longer than any `queue`.
"""

from collections.abc import Sequence
from typing import Literal

from detect.stays.queue import waits_with
from detect.stays.stay import Stay
from detect.stays.staying import Dwell, Objects, StayingSettings
from detect.values import Seconds


class Settings(StayingSettings):
    severity = "major"
    kind: Literal["illegal_parking"]
    objects: Objects = ("car", "bus", "truck", "motorcycle")
    dwell: Dwell = 180.0
    queue: Seconds = 180.0

    def excuses(self, stay: Stay, others: Sequence[Stay]) -> bool:
        return stay.dwell_s < self.queue and waits_with(stay, others, self.queue)
