"""Somebody pressed the button; it opens at once."""

from typing import Literal

from detect.readings.threshold import For, Metric, SwitchSettings


class Settings(SwitchSettings):
    severity = "critical"
    kind: Literal["sos"]
    metric: Metric = "sos"
    for_s: For = 0.0
