"""A manhole without its cover: a switch that says true."""

from typing import Literal

from detect.readings.threshold import Metric, SwitchSettings


class Settings(SwitchSettings):
    severity = "critical"
    kind: Literal["manhole_open"]
    metric: Metric = "manhole_open"
