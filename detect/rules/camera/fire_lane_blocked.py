"""A vehicle that stands in a lane kept free for fire engines."""

from typing import Literal

from detect.stays.staying import Dwell, Objects, StayingSettings


class Settings(StayingSettings):
    severity = "critical"
    kind: Literal["fire_lane_blocked"]
    objects: Objects = ("car", "bus", "truck", "motorcycle", "ebike")
    dwell: Dwell = 60.0
