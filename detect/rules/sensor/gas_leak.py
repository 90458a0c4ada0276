"""Combustible gas, in percent of its lower explosive limit (SenML unit `/100`)."""

from typing import Literal

from detect.readings.threshold import Metric, ThresholdSettings


class Settings(ThresholdSettings):
    severity = "critical"
    usual = (20.0, 10.0)  # GB 15322 lets a low alarm stand between 5 and 25 %
    usual_unit = "/100"
    kind: Literal["gas_leak"]
    metric: Metric = "gas"
