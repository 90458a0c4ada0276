"""Water that stands in the zone."""

from typing import Literal

from detect.stays.holding import For, SpreadingSettings


class Settings(SpreadingSettings):
    severity = "critical"
    labels = frozenset({"water"})
    kind: Literal["flood"]
    for_s: For = 10.0
