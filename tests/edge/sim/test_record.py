import csv
from pathlib import Path

import cv2
import msgspec

from edge.sim.address import SimCamera
from edge.sim.lens import HEIGHT, WIDTH
from edge.sim.record import record
from edge.sim.truth import Truth


def test_a_film_is_kept_with_its_times_and_its_truth(tmp_path: Path) -> None:
    camera = SimCamera("door", 3, light="day", events="ebike_misparked", every=60)
    assert list(record(camera, start=40.0, seconds=3, fps=2, folder=tmp_path / "new")) == [1, 2, 3, 4, 5, 6]
    with (tmp_path / "new" / "times.csv").open() as file:
        rows = list(csv.DictReader(file))
    truths = [
        msgspec.json.decode(line, type=Truth) for line in (tmp_path / "new" / "truth.jsonl").read_bytes().splitlines()
    ]
    assert [float(row["time"]) for row in rows] == [truth.at for truth in truths] == [40, 40.5, 41, 41.5, 42, 42.5]
    assert truths[0].things
    for row in rows:
        assert cv2.imread(str(tmp_path / "new" / row["file"])).shape == (HEIGHT, WIDTH, 3)
