"""Somebody, or another of `objects`, where nobody may be within `hours`; several in a row are one intrusion."""

from typing import Literal

from detect.stays.holding import ComingSettings, For


class Settings(ComingSettings):
    severity = "major"
    kind: Literal["intrusion"]
    for_s: For = 3.0
