"""Cameras for tests: films whose pictures tell their number, and an HTTP server that streams MJPEG."""

import contextlib
import itertools
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import cv2
import numpy as np

STEP = 8  # grey levels between one numbered picture and the next


def numbered(number: int) -> np.ndarray:
    return np.full((120, 160, 3), number * STEP, np.uint8)


def number_of(picture: np.ndarray) -> int:
    return round(float(picture.mean()) / STEP)


def write_film(path: Path, count: int, rate: float) -> Path:
    film = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), rate, (160, 120))
    for number in range(count):
        film.write(numbered(number))
    film.release()
    return path


class _Camera(BaseHTTPRequestHandler):
    rate = 30.0
    last: int | None = None  # after so many pictures nothing more is sent
    hang = False  # ... and the connection stays open

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
        self.end_headers()
        with contextlib.suppress(ConnectionError):
            for number in itertools.islice(itertools.cycle(range(30)), self.last):
                jpeg = cv2.imencode(".jpg", numbered(number))[1].tobytes()
                head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n"
                self.wfile.write(head.encode() + jpeg + b"\r\n")
                time.sleep(1 / self.rate)
            if self.hang:
                self.rfile.read(1)

    def log_message(self, *_: object) -> None:
        pass


@contextlib.contextmanager
def mjpeg_camera(rate: float = 30.0, last: int | None = None, hang: bool = False) -> Iterator[str]:
    """The address of a network camera that sends so many pictures a second."""
    handler = type("Camera", (_Camera,), {"rate": rate, "last": last, "hang": hang})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    serving = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    serving.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/stream.mjpg"
    finally:
        server.shutdown()
        serving.join()
        server.server_close()
