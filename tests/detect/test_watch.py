import struct
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import ClassVar
from uuid import UUID

import cv2
import msgspec
import numpy as np
import pytest
import yaml

from detect.config import CameraConfig
from detect.geometry import iou
from detect.incident import Incident
from detect.model.detector import Detection, Detector, Image
from detect.model.yolo import make_tracker
from detect.picture import decode_jpeg
from detect.privacy import redactions
from detect.watch import Eyes, Watch
from edge.messages import BadMessageError, Frame, decode, encode_binary
from edge.topics import Topic
from tests.detect.fakes import NoTracker, StandingCar
from tests.detect.film import BOOT, COACH, STREET, darker, film, jpeg
from tests.detect.street import NOON, PLACE, thing

CAMERA = Topic("tooley", "cam-1", "frame")
SITE = Path(__file__).parents[2] / "deploy/examples/tooley.yaml"


def tooley() -> CameraConfig:
    site = yaml.safe_load(SITE.read_text(encoding="utf-8"))
    return CameraConfig.model_validate(site["devices"][0] | {"detector": site["detector"]})


def see(frames: Iterable[Frame], detector: Detector, config: CameraConfig | None = None) -> list[Incident]:
    watch = Watch(CAMERA, config or tooley(), Eyes(detector, make_tracker()))
    return [incident for frame in frames for incident in watch.see(frame)]


@pytest.mark.parametrize(
    ("fps", "encode"),
    [
        pytest.param(5, jpeg, id="5 frames/s"),
        pytest.param(1, jpeg, id="1 frame/s"),
        pytest.param(1, lambda image: jpeg(darker(image)), id="at dusk"),
        pytest.param(1, partial(jpeg, quality=30), id="poor JPEG"),
    ],
)
def test_the_coach_at_the_kerb_is_one_incident_that_never_clears(
    fps: float, encode: Callable[[Image], bytes], media: Path, remembering: Detector
):
    incidents = see(film(media / "tfl_jamcam_5.mp4", fps, loops=3, encode=encode), remembering)
    opened = incidents[0]
    assert [incident.phase for incident in incidents] == ["open", "update"]
    assert opened.at - opened.began_at == pytest.approx(5, abs=1.5 / fps)
    assert opened.began_at <= NOON + 2
    assert all(iou(thing.box, COACH) > 0.7 for incident in incidents for thing in incident.objects)
    assert [picture.role for picture in opened.pictures] == ["first", "best"]
    for picture in opened.pictures:
        assert decode_jpeg(picture.jpeg).shape == (288, 352, 3)
        assert iou(picture.box, COACH) > 0.7


@pytest.mark.parametrize("fps", [5, 1, 0.5])
def test_moving_traffic_is_no_incident(fps: float, media: Path, remembering: Detector):
    assert see(film(media / "tfl_jamcam_1.mp4", fps, loops=3), remembering) == []


def config(*zones: dict[str, object]) -> CameraConfig:
    rule = {"kind": "illegal_parking", "dwell": 2}
    whole = {"polygon": [[0, 0], [1, 0], [1, 1], [0, 1]], "rules": [rule]}
    return CameraConfig.model_validate(
        {
            "detector": {"model": "m"},
            "position": [104.395, 31.125],
            "zones": [whole | zone for zone in zones or [{"id": "all"}]],
        }
    )


def frame(at: float, image: bytes | None = None) -> Frame:
    return Frame(BOOT, 1, at, jpeg(STREET) if image is None else image, moving=True)


def test_an_incident_says_where_when_and_by_what():
    incidents = see((frame(NOON + second) for second in range(3)), StandingCar(), config())
    (opened,) = incidents
    assert (opened.site, opened.device, opened.zone) == ("tooley", "cam-1", "all")
    assert (opened.kind, opened.phase, opened.position) == ("illegal_parking", "open", (104.395, 31.125))
    assert (opened.began_at, opened.at) == (NOON, NOON + 2)
    assert opened.explanation.rule == {"kind": "illegal_parking", "version": "3"}
    assert opened.explanation.model == StandingCar.model
    assert opened.explanation.zone == {"id": "all", "name": "all", "polygon": [(0, 0), (1, 0), (1, 1), (0, 1)]}
    assert opened.explanation.track == opened.objects[0].track == 1


def test_an_incident_survives_the_wire():
    (opened,) = see((frame(NOON + second) for second in range(3)), StandingCar(), config())
    assert decode(encode_binary(opened), Incident) == opened
    timeline = msgspec.to_builtins(opened.explanation)["dwell"]
    assert timeline == [{"from": NOON, "to": NOON + 2, "state": "seen"}]


def numbered(*moments: tuple[float, bool]) -> Iterator[Frame]:
    """Frames of which the bytes after their end tell which one it is."""
    for number, (at, moving) in enumerate(moments, 1):
        yield Frame(BOOT, number, NOON + at, jpeg(STREET) + bytes(number), moving=moving)


@pytest.mark.parametrize(
    ("moments", "shown"),
    [
        ([(0.0, True), (0.1, False), (0.3, False)], [1, 2, 3]),  # while nothing moves all is where it was
        ([(0.0, True), (0.1, True), (0.15, False)], [1, 1, 1]),  # it has moved, and nobody looked where to
        ([(0.0, True), (0.1, True), (0.2, True), (0.3, False)], [1, 1, 3, 4]),
    ],
)
def test_what_is_shown_is_masked_where_things_are(moments: list[tuple[float, bool]], shown: list[int]):
    watch = Watch(CAMERA, config(), Eyes(StandingCar(), NoTracker()))
    seen = []
    for one in numbered(*moments):
        watch.see(one)
        assert watch.shot
        assert watch.shot.redactions == redactions([StandingCar.seen], STREET.shape[1] / STREET.shape[0])
        seen.append(len(watch.shot.jpeg) - len(jpeg(STREET)))
    assert seen == shown


def test_every_picture_of_an_incident_says_what_is_to_be_masked():
    (opened,) = see((frame(NOON + second) for second in range(3)), StandingCar(), config())
    hidden = redactions([StandingCar.seen], STREET.shape[1] / STREET.shape[0])
    assert [picture.redactions for picture in opened.pictures] == [hidden, hidden]


def test_what_a_detector_without_people_has_seen_is_masked_whole():
    class FireAlone(StandingCar):
        classes: ClassVar[list[str]] = ["fire"]

    watch = Watch(CAMERA, config(), Eyes(FireAlone(), NoTracker()))
    watch.see(frame(NOON))
    assert watch.shot
    assert watch.shot.redactions is None


def test_what_no_detector_has_seen_is_masked_whole():
    watch = Watch(CAMERA, CameraConfig(camera="sim://kerb"), None)
    watch.see(frame(NOON))
    assert watch.shot
    assert watch.shot.redactions is None


def test_each_zone_has_its_own_incident():
    road = {"id": "road", "polygon": [[0, 0.9], [1, 0.9], [1, 1], [0, 1]]}
    incidents = see(
        (frame(NOON + second) for second in range(3)), StandingCar(), config({"id": "a"}, {"id": "b"}, road)
    )
    assert [incident.zone for incident in incidents] == ["a", "b"]
    assert incidents[0].id != incidents[1].id


@pytest.mark.parametrize("rule", [{"kind": "debris", "dwell": 2}, {"kind": "smoke", "for": 2}])
def test_a_rule_may_ask_for_more_than_the_camera_s_confidence(rule: dict[str, object]):
    def seen(score: float) -> list[Incident]:
        detector = StandingCar()
        detector.seen = thing(PLACE, score, str(rule["kind"]))
        zone = {"id": "road", "rules": [rule]}
        return see((frame(NOON + second) for second in range(3)), detector, config(zone))

    assert seen(0.44) == []
    (opened,) = seen(0.46)
    assert opened.explanation.threshold["score"] == 0.455


def test_a_frame_that_is_not_newer_tells_nothing():
    class Counting(StandingCar):
        looked = 0

        def detect(self, images: Iterable[Image]) -> list[list[Detection]]:
            self.looked += 1
            return super().detect(images)

    detector = Counting()
    watch = Watch(CAMERA, config(), Eyes(detector, NoTracker()))
    for at in [NOON, NOON, NOON - 100, NOON + 1]:
        watch.see(frame(at))
    assert detector.looked == 2


def sent(*times: float, boots: Sequence[int] = ()) -> list[Frame]:
    """One after the other, each with the seconds after NOON that the camera's clock showed."""
    return [
        Frame(UUID(int=boot), number, NOON + at, jpeg(STREET), moving=True)
        for number, (at, boot) in enumerate(zip(times, boots or [0] * len(times), strict=True), 1)
    ]


@pytest.mark.parametrize("boots", [(0,) * 6, (0, 0, 0, 1, 1, 1)], ids=["running on", "started anew"])
def test_a_clock_that_was_set_back_is_followed(boots: tuple[int, ...]):
    found = see(sent(0, 1, 2, -3600, -3599, -3598, boots=boots), StandingCar(), config())
    assert [(one.phase, one.began_at - NOON) for one in found] == [("open", 0), ("clear", 0), ("open", -3600)]
    assert found[0].id == found[1].id != found[2].id


def test_a_clock_that_is_put_right_by_a_little_is_waited_for():
    found = see(sent(0, 1, 0.5, 1.5, 2), StandingCar(), config())
    assert [(one.phase, one.began_at - NOON) for one in found] == [("open", 0)]


def test_a_bad_picture_by_a_clock_that_was_set_back_ends_nothing():
    watch = Watch(CAMERA, config(), Eyes(StandingCar(), NoTracker()))
    *before, bad = sent(0, 1, 2, -3600)
    (opened,) = [one for each in before for one in watch.see(each)]
    with pytest.raises(BadMessageError):
        watch.see(msgspec.structs.replace(bad, jpeg=b"rubbish"))
    assert [one.id for one in watch.close(NOON)] == [opened.id]


def test_a_bad_picture_leaves_the_watch_as_it_was():
    watch = Watch(CAMERA, config(), Eyes(StandingCar(), NoTracker()))
    watch.see(frame(NOON))
    with pytest.raises(BadMessageError):
        watch.see(frame(NOON + 1, b"rubbish"))
    (opened,) = watch.see(frame(NOON + 2))
    assert opened.began_at == NOON


def claiming(width: int, height: int) -> bytes:
    """A JPEG of a few bytes whose header says that it is huge."""
    image = bytearray(jpeg(STREET))
    size = image.index(b"\xff\xc0") + 5
    image[size : size + 4] = struct.pack(">HH", height, width)
    return bytes(image)


PNG = cv2.imencode(".png", STREET)[1].tobytes()


class Walking(StandingCar):
    """Sees somebody who walks to the right of the picture, a tenth of it from look to look."""

    def __init__(self) -> None:
        self.at = 0.0

    def detect(self, images: Sequence[Image]) -> list[list[Detection]]:
        self.at += 0.1
        return [[thing((self.at, 0.3, self.at + 0.1, 0.6), label="person", track=1)] for _ in images]


def across(*points: tuple[float, float]) -> CameraConfig:
    zone = {"id": "gate", "name": "大门", "line": points, "rules": [{"kind": "intrusion"}]}
    return CameraConfig.model_validate({"sight": [], "detector": {"model": "m"}, "zones": [zone]})


@pytest.mark.parametrize(("points", "goes_on"), [([(0.5, 0), (0.5, 1)], True), ([(0.9, 0), (0.9, 1)], False)])
def test_what_crossed_a_line_ends_where_the_line_is_moved(points: list[tuple[float, float]], goes_on: bool):
    watch = Watch(CAMERA, across((0.5, 0), (0.5, 1)), Eyes(Walking(), NoTracker()))
    frames = (Frame(BOOT, n, NOON + n / 2, jpeg(STREET), moving=True) for n in range(1, 8))
    (opened,) = [incident for frame in frames for incident in watch.see(frame)]
    assert (opened.kind, opened.zone, opened.phase) == ("intrusion", "gate", "open")
    assert opened.explanation.zone == {"id": "gate", "name": "大门", "line": [(0.5, 0), (0.5, 1)]}
    later = Watch(CAMERA, across(*points), Eyes(Walking(), NoTracker()))
    cleared = later.take_over(watch, NOON + 4)
    assert [(one.id, one.phase) for one in cleared] == ([] if goes_on else [(opened.id, "clear")])


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\xff\xd8\xff\xd9", id="a JPEG's two ends"),
        pytest.param(b"\xff\xd8" + b"corrupt" * 100 + b"\xff\xd9", id="corrupt"),
        pytest.param(jpeg(STREET)[:-100], id="truncated"),
        pytest.param(jpeg(STREET)[:20], id="a header alone"),
        pytest.param(PNG, id="PNG"),
        pytest.param(b"GIF89a" + bytes(100), id="GIF"),
        pytest.param(claiming(65500, 65500), id="65500 × 65500"),
        pytest.param(claiming(0, 0), id="0 × 0"),
    ],
)
def test_what_is_no_picture_is_the_peers_fault(data: bytes):
    with pytest.raises(BadMessageError, match="not a "):
        decode_jpeg(data)


@pytest.mark.parametrize(("side", "refused"), [(8000, False), (9000, True), (30_000, True)])
def test_a_small_message_cannot_claim_the_memory(side: int, refused: bool, tmp_path: Path):
    """In a process of its own: OpenCV reads its limit once, when it is first imported."""
    (tmp_path / "bomb.jpg").write_bytes(claiming(side, side))
    script = (
        "import resource; resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30))\n"
        "from pathlib import Path\n"
        "from detect.picture import decode_jpeg\n"
        "from edge.messages import BadMessageError\n"
        "try: decode_jpeg(Path('bomb.jpg').read_bytes())\n"
        "except BadMessageError as error: print('refused:', error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env={"PYTHONPATH": str(Path(__file__).parents[2]), "OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert ("refused: not a picture" in done.stdout) == refused


def test_a_picture_is_decoded_to_rows_of_blue_green_red():
    blue = np.zeros((48, 64, 3), np.uint8)
    blue[..., 0] = 255
    image = decode_jpeg(jpeg(blue))
    assert image.shape == (48, 64, 3)
    assert image.dtype == np.uint8
    assert image[24, 32].tolist() == pytest.approx([255, 0, 0], abs=3)
    assert decode_jpeg(cv2.imencode(".jpg", blue[..., 0])[1].tobytes()).shape == (48, 64, 3)
