"""Lines across the lanes of a real junction, with real weights: what drives over them, and which way."""

from pathlib import Path

import pytest

from detect.config import CameraConfig
from detect.incident import Incident
from detect.model.detector import Detector
from detect.model.yolo import ByteTracker
from detect.watch import Eyes, Watch
from edge.topics import Topic
from tests.detect.film import film
from tests.detect.street import Polygon

COMING, LEAVING = [(0.15, 0.62), (0.55, 0.62)], [(0.57, 0.62), (1.0, 0.62)]  # lanes towards the camera, and away
CAME = 22  # cars that cross COMING in the clip's twenty seconds, as they are followed at 25 frames/s


def told(clip: Path, kind: str, points: Polygon, detector: Detector, fps: float = 5) -> list[Incident]:
    rule = {"kind": kind, "objects": ["car", "bus", "truck"]}
    zone = {"id": "stop", "line": points, "rules": [rule]}
    config = CameraConfig.model_validate({"fps": fps, "sight": [], "detector": {}, "zones": [zone]})
    watch = Watch(Topic("delft", "cam-1", "frame"), config, Eyes(detector, ByteTracker()))
    frames = list(film(clip, fps, loops=1))
    incidents = [incident for frame in frames for incident in watch.see(frame)]
    return incidents + watch.close(frames[-1].at)


@pytest.fixture
def junction(media: Path) -> Path:
    return media / "opendatacam_junction.mp4"


@pytest.mark.parametrize("points", [COMING, LEAVING[::-1]])
def test_a_lane_s_traffic_goes_the_wrong_way_over_a_line_only_where_it_is_turned_round(
    points: Polygon, junction: Path, remembering: Detector
) -> None:
    against = told(junction, "wrong_way", points, remembering)
    assert against[0].phase == "open"
    assert against[0].explanation.zone == {"id": "stop", "name": "stop", "line": points}
    assert told(junction, "wrong_way", points[::-1], remembering) == []


@pytest.mark.parametrize("fps", [3, 5, 12.5])
def test_who_crosses_a_line_is_counted_at_any_rate_that_follows_them(
    fps: float, junction: Path, remembering: Detector
) -> None:
    incidents = told(junction, "intrusion", COMING, remembering, fps)
    counted = sum(one.explanation.observed["crossings"] for one in incidents if one.phase == "clear")
    assert counted == pytest.approx(CAME, abs=1)
    assert sum(one.phase == "open" for one in incidents) == 1  # one soon after the other


def test_what_drives_at_a_frame_a_second_is_not_followed_and_so_not_told(junction: Path, remembering: Detector) -> None:
    assert told(junction, "intrusion", COMING, remembering, fps=1) == []
