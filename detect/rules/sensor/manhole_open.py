"""A manhole without its cover: a switch that says true."""

from typing import Literal

from detect.threshold import Metric, ThresholdSettings


class Settings(ThresholdSettings):
    severity = "critical"
    usual = (0.5, 0.5)
    kind: Literal["manhole_open"]
    metric: Metric = "manhole_open"
