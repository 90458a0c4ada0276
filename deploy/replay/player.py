"""A recording through one camera's rules, faster than real time."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import cv2
import msgspec

from deploy.settings import UsageError
from detect.annotate import annotate
from detect.config import CameraConfig
from detect.incident import Incident
from detect.model.detector import Image
from detect.picture import decode_jpeg
from detect.stays.stay import Scene
from detect.watch import Watch
from edge.capture import Shot
from edge.messages import BadMessageError, Frame

RECORDING = UUID(int=0)  # stands for the boot of an agent
CODEC, SLOWEST, FASTEST = "vp09", 2.0, 25.0  # every browser plays VP9; pictures a second


class Look(NamedTuple):
    """One picture of a recording: what was seen there, and what that told."""

    scene: Scene
    incidents: list[Incident]


def replay(watch: Watch, shots: Iterable[Shot], warn: Callable[[str], None]) -> Iterator[Look]:
    """Pass each shot through a watch as if it came from the edge; `warn` is told of what is no picture."""
    for number, shot in enumerate(shots, 1):
        try:
            incidents = watch.see(Frame(RECORDING, number, shot.at, shot.jpeg, shot.moving))
        except BadMessageError as error:
            warn(f"picture {number} is passed over: {error}")
            continue
        if watch.scene:
            yield Look(watch.scene, incidents)


def as_line(incident: Incident) -> str:
    """An incident as JSON, without its pictures' contents."""
    told: dict[str, Any] = msgspec.to_builtins(incident)
    for picture in told["pictures"]:
        del picture["jpeg"]
    return msgspec.json.encode(told).decode()


@contextmanager
def drawing(file: Path | None, config: CameraConfig, fps: float) -> Iterator[Callable[[Look], None]]:
    """What draws each look into an annotated video; nothing where no file is wanted. Raise UsageError."""
    if file is None:
        yield lambda _: None
        return
    video = _Video(file, config, min(FASTEST, max(SLOWEST, fps)))
    try:
        yield video.add
    finally:
        video.close()


class _Video:
    def __init__(self, file: Path, config: CameraConfig, fps: float) -> None:
        self._file, self._config, self._fps = file, config, fps
        self._open: dict[UUID, Incident] = {}
        self._out: cv2.VideoWriter | None = None
        self._size = (0, 0)

    def add(self, look: Look) -> None:
        for incident in look.incidents:
            self._open.pop(incident.id, None)
            if incident.phase != "clear":
                self._open[incident.id] = incident
        picture = annotate(decode_jpeg(look.scene.jpeg), self._config, look.scene, self._open.values())
        self._out = self._out or self._begin(picture)
        self._out.write(cv2.resize(picture, self._size))

    def close(self) -> None:
        if self._out:
            self._out.release()

    def _begin(self, first: Image) -> cv2.VideoWriter:
        self._size = first.shape[1], first.shape[0]
        out = cv2.VideoWriter(str(self._file), cv2.VideoWriter.fourcc(*CODEC), self._fps, self._size)
        if not out.isOpened():
            raise UsageError(f"{self._file} cannot be written: --video takes an .mp4 in a folder that is there")
        return out
