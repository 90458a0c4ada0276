"""Smoke in the zone."""

from typing import Literal

from detect.stays.holding import For, SpreadingSettings


class Settings(SpreadingSettings):
    severity = "critical"
    strictness = 1.3  # spray and lamps in the rain look like a little of it
    labels = frozenset({"smoke"})
    kind: Literal["smoke"]
    for_s: For = 5.0
