import pytest

from deploy.bench.crowd import Crowd
from deploy.bench.wall import bench_wall


@pytest.mark.usefixtures("chromium")
def test_a_wall_is_watched_while_it_changes(database: str) -> None:
    said: list[str] = []
    watched = bench_wall(database, 2, Crowd(40, 30, 10.0), said.append)
    assert watched.seconds >= 2
    assert watched.frames_per_s > 0
    assert watched.memory_mb[-1] > 10
    assert watched.paint_s > 0
    assert "frames/s" in said[-1]
