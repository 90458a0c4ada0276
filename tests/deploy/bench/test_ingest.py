from deploy.bench import ingest
from deploy.bench.ingest import Scale, bench_ingest


def test_all_that_waits_is_taken_in_and_every_figure_is_there(mosquitto, database, tmp_path, monkeypatch):
    del mosquitto  # on this machine, as the bench needs it
    monkeypatch.setattr(ingest, "SHARDS", (1, 2))
    told = []
    report = bench_ingest(database, tmp_path, Scale(singles=6000, packs=3000, rounds=1, rows=1000), told.append)
    assert report["lost"] == 0
    assert report["rows_before"] == 1000
    assert set(report["shards"]) == {"1", "2"}
    assert all(row["ratio"] > 0 for row in report["shards"].values())
    assert report["ratio_to_copy"] > 0
    assert report["ratio_to_paho"] == min(row["ratio"] for row in report["shards"].values())
    assert len(told) == 4
