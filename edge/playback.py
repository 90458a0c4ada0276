"""A recording's own process: decodes its pictures as fast as they are taken."""

import signal
import threading
from collections.abc import Iterator, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple

import cv2
import msgspec
import numpy as np

from edge.capture import Motion, Shot, Trouble, leave_with_parent, rate_of
from edge.jpeg import encode_jpeg
from edge.mask import Polygon, cover
from edge.messages import BadMessageError, check_jpeg

CLOSE_S = 0.001  # sums of thirds of a second are not exact


class Listed(NamedTuple):
    """A picture of a folder; `at` in epoch seconds."""

    at: float
    file: str


def send_video(path: str, start: float, fps: float, masks: Sequence[Polygon], pipe: Connection) -> None:
    """Send a Shot for every picture of a video that begins at `start`, at most `fps` a second of it.

    What `masks` cover is on none of them.
    """
    _send(_video_shots(cv2.VideoCapture(path), start, fps, masks), pipe)


def send_listed(listed: list[Listed], masks: Sequence[Polygon], pipe: Connection) -> None:
    """Send a Shot for every picture, a Trouble for each that is none; without `masks` JPEGs go as they are."""
    motion = Motion()
    _send((_listed_shot(one, masks, motion) for one in listed), pipe)


def _send(reports: Iterator[Shot | Trouble], pipe: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches whoever reads, who ends this
    threading.Thread(target=leave_with_parent, daemon=True).start()
    encode = msgspec.msgpack.Encoder().encode
    try:
        for report in reports:
            pipe.send_bytes(encode(report))
    except BrokenPipeError:
        pass  # whoever asked has seen enough


def _video_shots(film: cv2.VideoCapture, start: float, fps: float, masks: Sequence[Polygon]) -> Iterator[Shot]:
    motion, usual_s, at, due = Motion(), 1 / rate_of(film), -1.0, 0.0
    while film.grab():
        told = film.get(cv2.CAP_PROP_POS_MSEC) / 1000
        at = told if told > at else at + usual_s  # some files tell no times
        if at < due - CLOSE_S:
            continue
        due = max(due + 1 / fps, at)
        ok, picture = film.retrieve()
        if ok:
            cover(picture, masks)
            yield Shot(start + at, motion(picture), encode_jpeg(picture))


def _listed_shot(one: Listed, masks: Sequence[Polygon], motion: Motion) -> Shot | Trouble:
    try:
        content = Path(one.file).read_bytes()
        picture = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    except (OSError, cv2.error) as error:
        return Trouble(f"{one.file} is passed over: {error}")
    if picture is None:
        return Trouble(f"{one.file} is passed over: no picture")
    cover(picture, masks)
    return Shot(one.at, motion(picture), content if not masks and _is_jpeg(content) else encode_jpeg(picture))


def _is_jpeg(content: bytes) -> bool:
    try:
        check_jpeg(content)
    except BadMessageError:
        return False
    return True
