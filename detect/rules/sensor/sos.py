"""Somebody pressed the button; it opens at once."""

from typing import Literal

from detect.threshold import For, Metric, ThresholdSettings


class Settings(ThresholdSettings):
    severity = "critical"
    usual = (0.5, 0.5)
    kind: Literal["sos"]
    metric: Metric = "sos"
    for_s: For = 0.0
