"""What each rule on a thing that stays finds by itself: whose stay, and for how long."""

import pytest

from tests.detect.street import NOON, Street, thing, times

VEHICLES = {"car", "bus", "truck", "motorcycle"}
LABELS = {*VEHICLES, "bicycle", "ebike", "person", "debris", "fire", "smoke", "water"}


@pytest.mark.parametrize("fps", [0.1, 2, 10])
@pytest.mark.parametrize(
    ("kind", "labels", "dwell", "severity"),
    [
        ("fire_lane_blocked", VEHICLES | {"ebike"}, 60, "critical"),
        ("ebike_misparked", {"ebike", "bicycle", "motorcycle"}, 180, "minor"),
        ("debris", {"debris"}, 10, "major"),
    ],
)
def test_without_settings_a_rule_knows_what_may_not_stay(
    kind: str, labels: set[str], dwell: float, severity: str, fps: float
):
    found = set()
    for label in LABELS:
        street = Street(kind=kind)
        street.play(times(NOON, dwell - 1, fps), thing(label=label))
        assert street.findings == []
        street.play(times(NOON + dwell, 30, fps), thing(label=label))
        found |= {(finding.kind, finding.objects[0].label, finding.severity) for finding in street.findings}
    assert found == {(kind, label, severity) for label in labels}
