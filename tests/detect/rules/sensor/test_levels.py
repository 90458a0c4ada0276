"""What each rule on a level finds by itself: its metric, its limits, how long they must hold."""

import pytest

from detect.config import known_rules
from detect.rules import sensor
from tests.detect.readings.gauge import Gauge
from tests.detect.street import NOON


@pytest.mark.parametrize(
    ("kind", "metric", "unit", "calm", "bad", "quantity"),
    [
        ("flood", "water_level", "m", 0.29, 0.31, "water_level_m"),
        ("slope_movement", "tilt", "rad", 0.04, 0.06, "tilt_rad"),
        ("gas_leak", "gas", "/100", 19, 21, "gas_percent"),
        ("manhole_open", "manhole_open", "", 0.0, 1.0, "manhole_open"),
        ("sos", "sos", "", 0.0, 1.0, "sos"),
    ],
)
def test_without_settings_a_rule_knows_what_is_bad(
    kind: str, metric: str, unit: str, calm: float, bad: float, quantity: str
):
    gauge, for_s = Gauge(kind, metric, unit), known_rules(sensor)[kind](kind=kind).for_s
    gauge.play(*[calm] * 20)
    assert gauge.findings == []
    gauge.play(*[bad] * 5, begin=200)
    opened = gauge.findings[0]
    assert (opened.kind, opened.phase, opened.severity) == (kind, "open", "critical")
    assert (opened.began_at, opened.at) == (NOON + 200, NOON + 200 + for_s)
    assert opened.observed[quantity] == bad
    gauge.play(*[0.0] * 5, begin=250)
    assert gauge.phases[-1] == "clear"


def test_a_button_that_is_pressed_does_not_wait():
    (opened,) = Gauge("sos", "sos").say(0, 1.0)
    assert opened.observed == {"sos": 1.0, "dwell_s": 0}


@pytest.mark.parametrize(
    ("kind", "metric", "levels", "bad", "calm"),
    [
        ("manhole_open", "manhole_open", {"above": 0}, 1.0, 0.0),
        ("manhole_open", "manhole_open", {"below": 1}, 0.0, 1.0),
        ("sos", "sos", {"above": 0}, 1.0, 0.0),
        ("flood", "water_level", {"above": 0}, 0.1, 0.0),
        ("flood", "water_level", {"above": 0.3, "clear_below": 0}, 0.4, 0.0),
    ],
)
def test_what_can_go_no_further_back_clears(kind: str, metric: str, levels: dict[str, float], bad: float, calm: float):
    gauge = Gauge(kind, metric, **levels)
    gauge.play(*[bad] * 2, *[calm] * 3)
    assert gauge.phases == ["open", "clear"]
