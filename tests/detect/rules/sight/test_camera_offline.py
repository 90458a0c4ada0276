import pytest

from detect.config import CameraConfig
from detect.rules.sight.camera_offline import CameraOffline, Settings
from tests.detect.street import NOON


def rule(interval_s: float = 0.2, **settings: object) -> CameraOffline:
    return Settings.model_validate({"kind": "camera_offline"} | settings).make(interval_s)


def test_opens_when_no_picture_came_and_clears_with_the_next():
    watched = rule(silent_for="30s")
    assert watched.tick(NOON, NOON + 29) == []
    (opened,) = watched.tick(NOON, NOON + 30)
    assert (opened.phase, opened.kind, opened.severity, opened.began_at) == ("open", "camera_offline", "minor", NOON)
    assert watched.is_open
    (cleared,) = watched.hear(NOON + 100)
    assert (cleared.phase, cleared.id) == ("clear", opened.id)
    assert watched.hear(NOON + 101) == []


@pytest.mark.parametrize(("interval_s", "silent_s"), [(0.2, 120), (float("inf"), 120), (600, 1800)])
def test_who_sends_seldom_is_waited_for(interval_s: float, silent_s: float):
    assert rule(interval_s).tick(NOON, NOON + silent_s - 1) == []
    assert len(rule(interval_s).tick(NOON, NOON + silent_s)) == 1


def test_every_camera_has_every_rule_unless_its_file_says_otherwise():
    kinds = {settings.kind for settings in CameraConfig(camera="rtsp://x").sight_rules}
    assert kinds == {f"camera_{how}" for how in ("blurred", "card", "covered", "frozen", "moved", "offline")}
    assert CameraConfig.model_validate({"camera": "rtsp://x", "sight": []}).sight_rules == []
    chosen = CameraConfig.model_validate({"camera": "x", "sight": [{"kind": "camera_moved", "for": "5m"}]})
    assert [settings.for_s for settings in chosen.sight_rules] == [300]
