from datetime import timedelta

import pytest

from detect.config import known_rules
from detect.rules import camera, sensor
from dispatch.kinds import KINDS, kind_of
from tests.dispatch.matters import RECEIVED


def test_accepted_in_two_hours_handled_in_twenty_four_closed_in_seven_days():
    for kind in KINDS.values():
        accept, handle, close = kind.due(RECEIVED)
        assert (accept - RECEIVED, handle - RECEIVED) == (timedelta(hours=2), timedelta(hours=24))
        assert close - RECEIVED == timedelta(days=7)


def test_an_unknown_kind_counts_as_another_matter():
    assert kind_of("rock_fall") is KINDS["other"]
    assert kind_of("flood").severity == "critical"


@pytest.mark.parametrize(("kind", "rule"), [*known_rules(camera).items(), *known_rules(sensor).items()])
def test_what_detect_finds_is_as_grave_here_as_there(kind: str, rule: type):
    assert KINDS[kind].severity == rule.severity
