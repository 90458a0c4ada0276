"""A vehicle, or another of `objects`, that crosses the line to its right, as seen along the order of its points."""

from typing import ClassVar, Literal

from detect.stays.crossing import CrossingSettings
from detect.stays.staying import Objects


class Settings(CrossingSettings):
    severity = "major"
    one_way: ClassVar[bool] = True
    kind: Literal["wrong_way"]
    objects: Objects = ("car", "bus", "truck", "motorcycle", "ebike", "bicycle")
