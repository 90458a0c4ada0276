"""Water over a road: its level in metres."""

from typing import Literal

from detect.readings.threshold import Metric, ThresholdSettings


class Settings(ThresholdSettings):
    severity = "critical"
    usual = (0.30, 0.25)  # a car's engine takes in water from about 0.3 m on
    usual_unit = "m"
    kind: Literal["flood"]
    metric: Metric = "water_level"
