import numpy as np
import pytest

from detect.annotate import GROUND, SEVERITIES, ZONE, annotate
from detect.config import CameraConfig
from detect.model.detector import Image
from detect.stays.stay import Scene
from detect.watch import Eyes, Watch
from edge.messages import Frame
from edge.topics import Topic
from tests.detect.fakes import NoTracker, StandingCar
from tests.detect.film import BOOT, jpeg
from tests.detect.street import NOON, PLACE

SIZE = (480, 640)
GREY = np.full((*SIZE, 3), 128, np.uint8)


def test_zones_things_and_incidents_are_drawn_where_they_are() -> None:
    zone = {
        "id": "kerb",
        "polygon": [[0, 0], [1, 0], [1, 1], [0, 1]],
        "rules": [{"kind": "illegal_parking", "dwell": 2}],
    }
    config = CameraConfig.model_validate({"sight": [], "detector": {"model": "m"}, "zones": [zone]})
    watch = Watch(Topic("s", "cam-1", "frame"), config, Eyes(StandingCar(), NoTracker()))
    incidents = [one for n in range(4) for one in watch.see(Frame(BOOT, n + 1, NOON + n, jpeg(GREY), moving=True))]
    assert watch.scene
    drawn = annotate(GREY, config, watch.scene, incidents[:1])
    left, top = round(PLACE[0] * SIZE[1]), round(PLACE[1] * SIZE[0])
    assert tuple(drawn[top + 20, left]) == SEVERITIES["major"]
    assert (drawn == GROUND).all(axis=2).any()  # words stand on it
    assert (GREY == 128).all()  # what was given is left as it is


@pytest.mark.parametrize(("points", "right"), [([[0.5, 0.9], [0.5, 0.3]], True), ([[0.5, 0.3], [0.5, 0.9]], False)])
def test_a_line_is_open_and_an_arrow_over_it_shows_the_wrong_way(points: list[list[float]], right: bool) -> None:
    def drawn(kind: str) -> Image:
        line = {"id": "gate", "line": points, "rules": [{"kind": kind}]}
        return annotate(GREY, CameraConfig.model_validate({"zones": [line]}), Scene(NOON, b"", []), [])

    plain = drawn("intrusion")
    assert (plain[200, 320] == ZONE).all()
    rows, columns = np.nonzero((drawn("wrong_way") != plain).any(axis=2))
    assert rows.mean() == pytest.approx(0.6 * SIZE[0], abs=2)  # over its middle
    assert (columns.mean() > SIZE[1] / 2) == right  # the head has more to it than the tail


def test_a_picture_with_nothing_on_it_tells_its_time() -> None:
    drawn = annotate(GREY, CameraConfig(), Scene(NOON, b"", []), [])
    changed = np.argwhere((drawn != GREY).any(axis=2))
    assert changed[:, 0].max() < 40
