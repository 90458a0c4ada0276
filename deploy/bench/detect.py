"""The detect stage against what anyone would write with the same model, and against the model alone."""

import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from statistics import median
from uuid import UUID

import cv2

from deploy.bench import ROUNDS
from detect.config import CameraConfig
from detect.lanes import Lanes
from detect.model.detector import Image
from detect.model.openvino_model import OpenVinoDetector, fit
from detect.model.yolo import SIZE, ByteTracker, open_detector
from detect.picture import decode_jpeg
from detect.watch import Eyes, Look, Watch
from edge.messages import Frame
from edge.topics import Topic

BOOT = UUID(int=0)
FPS = 4.0  # by the frames' own times: what comes faster is thinned out, and here each is to be looked at
WHOLE_PICTURE = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]


def bench_detect(video: Path, model: Path, frames: int) -> dict[str, float]:
    """Frames a second, and ratios of ours to the others': medians of rounds in which all take turns.

    `ours` is the whole stage, JPEG in and incidents out. `predict` and `track` are plain loops of Ultralytics' over the
    same frames, decoded beforehand; `raw` is the model alone, on every core.
    """
    stage, plain = Stage(model), _Plain(model)
    jpegs = list(islice(read_jpegs(video), frames))
    images = [decode_jpeg(jpeg) for jpeg in jpegs]
    ways = {
        "ours": lambda: stage.run(jpegs),
        "predict": lambda: plain.predict(images),
        "track": lambda: plain.track(images),
        "raw": lambda: stage.run_model(images),
    }
    rounds = [{name: _paced(way, frames) for name, way in ways.items()} for _ in range(ROUNDS)]
    paces = {name: median(one[name] for one in rounds) for name in ways}
    ratios = {f"ratio_to_{name}": median(one["ours"] / one[name] for one in rounds) for name in list(ways)[1:]}
    return {name: round(figure, 3) for name, figure in (ratios | paces).items()}


def _paced(way: Callable[[], None], count: int) -> float:
    start = time.perf_counter()
    way()
    return count / (time.perf_counter() - start)


def parking(model: Path, dwell: str = "5s") -> CameraConfig:
    """One rule over the whole picture."""
    rule = {"kind": "illegal_parking", "dwell": dwell}
    zone = {"id": "all", "polygon": WHOLE_PICTURE, "rules": [rule]}
    return CameraConfig.model_validate({"detector": {"model": str(model)}, "zones": [zone]})


class Stage:
    """The whole of it for one camera, as detect runs it for many."""

    def __init__(self, model: Path) -> None:
        self._detector, self._config = open_detector(model), parking(model)

    def pace(self, jpegs: list[bytes]) -> float:
        """Frames a second."""
        return _paced(lambda: self.run(jpegs), len(jpegs))

    def run(self, jpegs: list[bytes]) -> None:
        eyes = Eyes(self._detector, ByteTracker())
        watch, lanes = Watch(Topic("bench", "cam-1", "frame"), self._config, eyes), Lanes(Look.run)
        frames = (Frame(BOOT, number, number / FPS, jpeg, moving=True) for number, jpeg in enumerate(jpegs, 1))
        for look, result in lanes.over(look for frame in frames if (look := watch.admit(frame))):
            watch.judge(look, result.result)
        lanes.close()

    def run_model(self, images: list[Image]) -> None:
        lanes = Lanes(self._infer)
        for _, result in lanes.over(images):
            result.result()
        lanes.close()

    def _infer(self, image: Image) -> None:
        if isinstance(self._detector, OpenVinoDetector):
            self._detector.infer(fit(image, self._detector.size, SIZE)[0])
        else:
            self._detector.detect([image])


class _Plain:
    """As anyone would write it."""

    def __init__(self, model: Path) -> None:
        from ultralytics import YOLO  # noqa: PLC0415 - torch, after our own settings of it

        self._yolo, self._tracking = YOLO(str(model), task="detect"), YOLO(str(model), task="detect")

    def predict(self, images: list[Image]) -> None:
        for image in images:
            self._yolo.predict(image, verbose=False)

    def track(self, images: list[Image]) -> None:
        for image in images:
            self._tracking.track(image, persist=True, tracker="bytetrack.yaml", verbose=False)


def read_jpegs(video: Path) -> Iterator[bytes]:
    film = cv2.VideoCapture(str(video))
    while True:
        ok, picture = film.read()
        if not ok:
            return
        yield cv2.imencode(".jpg", picture)[1].tobytes()
