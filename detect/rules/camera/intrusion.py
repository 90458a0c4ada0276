"""A person where nobody may be within `hours`; several one after the other are one intrusion."""

from typing import Literal

from detect.stays.holding import For, HoldingSettings


class Settings(HoldingSettings):
    severity = "major"
    labels = frozenset({"person"})
    kind: Literal["intrusion"]
    for_s: For = 3.0
