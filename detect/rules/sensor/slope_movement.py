"""A slope that moves: the tilt of a rod in it, in radians."""

from typing import Literal

from detect.readings.threshold import For, Metric, ThresholdSettings


class Settings(ThresholdSettings):
    severity = "critical"
    usual = (0.05, 0.03)
    either_way = True
    usual_unit = "rad"
    kind: Literal["slope_movement"]
    metric: Metric = "tilt"
    for_s: For = 30.0
