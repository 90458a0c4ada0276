"""An e-bike or bicycle that stands where none may: at a door, on a tactile path."""

from typing import Literal

from detect.stays.staying import Dwell, Objects, ParkingSettings


class Settings(ParkingSettings):
    severity = "minor"
    kind: Literal["ebike_misparked"]
    objects: Objects = ("ebike", "bicycle", "motorcycle")
    dwell: Dwell = 180.0
