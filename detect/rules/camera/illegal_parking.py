"""A vehicle that stands in a no-parking zone for longer than `dwell` within `hours`."""

from typing import Literal

from detect.stays.staying import Dwell, Objects, StayingSettings


class Settings(StayingSettings):
    severity = "major"
    kind: Literal["illegal_parking"]
    objects: Objects = ("car", "bus", "truck", "motorcycle")
    dwell: Dwell = 180.0
