"""Flames in the zone."""

from typing import Literal

from detect.stays.holding import For, SpreadingSettings


class Settings(SpreadingSettings):
    severity = "critical"
    strictness = 1.3  # a wet road mirrors the lights of shops
    labels = frozenset({"fire"})
    kind: Literal["fire"]
    for_s: For = 4.0
