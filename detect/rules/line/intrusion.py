"""Somebody, or another of `objects`, who crosses the line, either way; several in a row are one intrusion."""

from typing import Literal

from detect.stays.crossing import CrossingSettings
from detect.stays.staying import Objects


class Settings(CrossingSettings):
    severity = "major"
    kind: Literal["intrusion"]
    objects: Objects = ("person",)
