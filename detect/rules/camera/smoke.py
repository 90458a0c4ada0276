"""Smoke in the zone."""

from typing import Literal

from detect.holding import For, SpreadingSettings


class Settings(SpreadingSettings):
    severity = "critical"
    labels = frozenset({"smoke"})
    kind: Literal["smoke"]
    for_s: For = 5.0
