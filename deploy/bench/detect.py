"""The detect stage against a plain YOLO.predict loop."""

import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from uuid import uuid4

import cv2

from deploy.bench import ROUNDS, Pace, compare
from detect.config import CameraConfig
from detect.lanes import Lanes
from detect.watch import Eyes, Look, Watch, decode_image
from detect.yolo import ByteTracker, open_detector
from edge.messages import Frame
from edge.topics import Topic

FPS = 20.0
WHOLE_PICTURE = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]


def bench_detect(video: Path, model: Path, frames: int) -> Pace:
    """The whole stage, JPEG in and incidents out, against a plain YOLO.predict loop on the same frames."""
    detector = open_detector(model)
    jpegs = list(islice(read_jpegs(video), frames))

    def rounds() -> Iterator[tuple[float, float]]:
        for _ in range(ROUNDS):
            watch = Watch(Topic("bench", "cam-1", "frame"), _parking(model), Eyes(detector, ByteTracker()))
            yield _time_watch(watch, jpegs), _time_predict(model, jpegs)

    return compare(len(jpegs), rounds())


def _parking(model: Path) -> CameraConfig:
    rule = {"kind": "illegal_parking", "dwell": "5s"}
    zone = {"id": "all", "polygon": WHOLE_PICTURE, "rules": [rule]}
    return CameraConfig.model_validate({"detector": {"model": str(model)}, "zones": [zone]})


def read_jpegs(video: Path) -> Iterator[bytes]:
    film = cv2.VideoCapture(str(video))
    while True:
        ok, picture = film.read()
        if not ok:
            return
        yield cv2.imencode(".jpg", picture)[1].tobytes()


def _time_watch(watch: Watch, jpegs: list[bytes]) -> float:
    boot, lanes = uuid4(), Lanes(Look.run)
    frames = (Frame(boot, number, number / FPS, jpeg, moving=True) for number, jpeg in enumerate(jpegs, 1))
    start = time.perf_counter()
    for look, result in lanes.over(look for frame in frames if (look := watch.admit(frame))):
        watch.judge(look, result.result)
    took_s = time.perf_counter() - start
    lanes.close()
    return took_s


def _time_predict(model: Path, jpegs: list[bytes]) -> float:
    from ultralytics import YOLO  # noqa: PLC0415 - the plain way, as anyone would write it

    yolo = YOLO(str(model), task="detect")
    images = [decode_image(jpeg) for jpeg in jpegs]
    yolo.predict(images[0], verbose=False)
    start = time.perf_counter()
    for image in images:
        yolo.predict(image, verbose=False)
    return time.perf_counter() - start
