"""A camera's own process: reads pictures with OpenCV and hands those that are to go out to the agent as JPEG.

OpenCV may hang in a dead stream or abort on a broken one; here that takes nothing else down.
"""

import os
import signal
import threading
import time
from collections import deque
from collections.abc import Iterator
from multiprocessing import parent_process
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Literal

import cv2
import msgspec
import numpy as np
from cv2.typing import MatLike

from edge.address import without_secret
from edge.budget import Budget
from edge.gate import Gate
from edge.jpeg import BEST, encode_jpeg
from edge.mask import cover
from edge.messages import MOST_HELD, DeviceConfig
from edge.sim.address import is_simulated, parse_camera

THUMB, SAMPLES = (64, 48), 3  # width and height; pixels that a pixel of it is the mean of, across
PIXEL_STEP, MOVING_SHARE = 18, 0.004  # grey levels that a pixel, and the share of pixels that a picture, must change
DEFAULT_RATE, MOST_RATE = 25.0, 240.0  # frames/s of a file that tells none, or nonsense


class Shot(msgspec.Struct, frozen=True, tag=True):
    """One picture from the camera's process; `at` in epoch seconds at capture.

    `moving`: something has moved since the last shot. `held` are the times of the still pictures since, which stayed
    here.
    """

    at: float
    moving: bool
    jpeg: bytes
    quality: int = BEST
    held: list[float] = []


class Held(msgspec.Struct, frozen=True, tag=True):
    """A picture that stays in the camera's process: nothing moved on it, or it is beyond the byte budget."""

    why: Literal["still", "budget"]


class Trouble(msgspec.Struct, frozen=True, tag=True):
    """Why the camera's process gives up, and what to look at."""

    reason: str


Report = Shot | Held | Trouble


class NoPictureError(RuntimeError):
    """The source cannot be opened, or has ended."""


def capture(source: str, config: DeviceConfig, pipe: Connection) -> None:
    """Send a Report for every picture, `fps` of them a second, until the source fails or the agent is gone.

    What `masks` cover is on none of them.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the agent, which ends its cameras in order
    threading.Thread(target=leave_with_parent, daemon=True).start()
    cv2.setNumThreads(1)
    encode, outlet = msgspec.msgpack.Encoder().encode, Outlet(config.heartbeat, config.budget)
    try:
        for picture in pictures(source, config.fps):
            cover(picture, config.masks)
            pipe.send_bytes(encode(outlet.take(picture, time.time(), time.monotonic())))
    except NoPictureError as error:
        pipe.send_bytes(encode(Trouble(str(error))))
    except (BrokenPipeError, ConnectionResetError):
        pass  # the agent closed this camera


def leave_with_parent() -> None:
    """End this process when the one that started it is gone; in a thread of its own."""
    parent = parent_process()
    if parent:
        parent.join()
    os._exit(0)


class Motion:
    """Tells whether a picture differs from the one before, on a small grey copy."""

    def __init__(self) -> None:
        self._before: MatLike | None = None

    def __call__(self, picture: MatLike) -> bool:
        step = max(1, picture.shape[1] // (SAMPLES * THUMB[0]))
        few = np.ascontiguousarray(picture[::step, ::step])  # all pixels of a picture would cost five times as much
        small = cv2.resize(few, THUMB, interpolation=cv2.INTER_AREA)
        grey = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY)
        before, self._before = self._before, grey
        return before is None or bool(np.mean(cv2.absdiff(before, grey) > PIXEL_STEP) > MOVING_SHARE)


class Outlet:
    """Decides of each picture whether it goes out; only what does is encoded."""

    def __init__(self, heartbeat_s: float, bytes_per_s: float | None) -> None:
        self._motion, self._gate = Motion(), Gate(heartbeat_s)
        self._budget = Budget(bytes_per_s) if bytes_per_s else None
        self._has_moved = False  # anything, since the last that went out
        self._still: deque[float] = deque(maxlen=MOST_HELD)

    def take(self, picture: MatLike, at: float, now: float) -> Shot | Held:
        """The next picture, captured `at` in epoch seconds; `now` by a clock that is never set."""
        self._has_moved |= self._motion(picture)
        opens = self._gate.opens(now, moving=self._has_moved)
        if opens and (self._budget is None or self._budget.allows(now)):
            return self._send(picture, at, now)
        if not self._has_moved:
            self._still.append(at)
        return Held("budget" if opens else "still")

    def _send(self, picture: MatLike, at: float, now: float) -> Shot:
        quality = self._budget.quality(now) if self._budget else BEST
        shot = Shot(at, self._has_moved, encode_jpeg(picture, quality), quality, [*self._still])
        self._gate.send(now)
        if self._budget:
            self._budget.spend(len(shot.jpeg), now)
        self._has_moved = False
        self._still.clear()
        return shot


def pictures(source: str, fps: float) -> Iterator[MatLike]:
    """Pictures of any source OpenCV reads, at most `fps` a second; raise NoPictureError when there are none."""
    if is_simulated(source):
        return simulated_pictures(source, fps)
    if source.isdigit() or "://" in source:
        return live_pictures(int(source) if source.isdigit() else source, fps)
    return film_pictures(Path(source), fps)


def _open(source: str | int) -> cv2.VideoCapture:
    film = cv2.VideoCapture(source)
    if not film.isOpened():
        raise NoPictureError(f"cannot open {without_secret(str(source))}: check the address, the login and the cable")
    return film


def simulated_pictures(address: str, fps: float) -> Iterator[MatLike]:
    """A rendered place, as it looks at this moment of the clock."""
    from edge.sim.film import Film  # noqa: PLC0415 - real cameras need no renderer

    try:
        film = Film(parse_camera(address), time.time())
    except ValueError as error:
        raise NoPictureError(str(error)) from error
    due = time.monotonic()
    while True:
        yield film.picture(time.time())
        due = max(due + 1 / fps, time.monotonic())
        time.sleep(max(0.0, due - time.monotonic()))


def live_pictures(source: str | int, fps: float) -> Iterator[MatLike]:
    """Grab all that comes, so that no buffer ages, and decode only what is due."""
    film, due = _open(source), time.monotonic()
    while film.grab():
        now = time.monotonic()
        if now < due:
            continue
        due = max(due + 1 / fps, now)
        ok, picture = film.retrieve()
        if ok:
            yield picture
    raise NoPictureError(f"{without_secret(str(source))} stopped sending")


def film_pictures(path: Path, fps: float) -> Iterator[MatLike]:
    """Play a file in real time, over and over; pictures that are late are passed over, not queued."""
    if not path.is_file():
        raise NoPictureError(f"{path} is not there: check `camera:` in the site file")
    start, shown = time.monotonic(), 0
    while True:
        film, begun, position = _open(str(path)), shown, -1
        step = rate_of(film) / fps
        while _skip_to(film, (wanted := round((shown - begun) * step)) - position):
            ok, picture = film.retrieve()
            if not ok:
                break
            yield picture
            position, due = wanted, start + (shown + 1) / fps
            time.sleep(max(0.0, due - time.monotonic()))
            shown = max(shown + 1, int((time.monotonic() - start) * fps))
        film.release()
        if shown == begun:
            raise NoPictureError(f"{path} holds no picture that can be read")


def rate_of(film: cv2.VideoCapture) -> float:
    """Pictures a second, as far as that can be believed."""
    rate = film.get(cv2.CAP_PROP_FPS)
    return rate if 0 < rate <= MOST_RATE else DEFAULT_RATE


def _skip_to(film: cv2.VideoCapture, count: int) -> bool:
    return all(film.grab() for _ in range(count))
