"""Keeps a film: pictures, when each was taken (`times.csv`), and the truth about each (`truth.jsonl`)."""

import csv
from collections.abc import Iterator
from pathlib import Path

import cv2
import msgspec

from edge.sim.address import SimCamera
from edge.sim.film import Film

JPEG_QUALITY = 90


def record(camera: SimCamera, start: float, seconds: float, fps: float, folder: Path) -> Iterator[int]:
    """Film as fast as the machine can, from `start` in seconds; yield how many pictures there are, after each.

    `times.csv` has the columns file and time (seconds); a line of `truth.jsonl` is an edge.sim.truth.Truth.
    """
    folder.mkdir(parents=True, exist_ok=True)
    film = Film(camera, start)
    with (folder / "times.csv").open("w", newline="") as times, (folder / "truth.jsonl").open("wb") as truths:
        rows = csv.writer(times)
        rows.writerow(["file", "time"])
        for number in range(round(seconds * fps)):
            at, file = start + number / fps, f"{number:06}.jpg"
            cv2.imwrite(str(folder / file), film.picture(at), [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
            rows.writerow([file, f"{at:.3f}"])
            truths.write(msgspec.json.encode(film.truth()) + b"\n")
            yield number + 1
