from deploy.bench.crowd import Crowd
from deploy.bench.stream import bench_stream


def test_every_client_hears_of_changes_and_how_late_it_was(database: str) -> None:
    said: list[str] = []
    heard = bench_stream(database, clients=3, seconds=2, crowd=Crowd(20, 30, 10.0), say=said.append)
    assert heard.clients == 3
    assert heard.changes >= 5
    assert 0 < heard.p50_s <= heard.p95_s <= heard.longest_s < 30
    assert "3 clients" in said[-1]
