from deploy.bench import drain, ingest
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


def test_what_is_not_stored_is_lost(mosquitto, database, tmp_path, monkeypatch):
    """Here two messages by one number."""
    del mosquitto
    make = ingest._messages

    def messages(count, readings):
        first, *others = make(count, readings)
        return [first, *others[:-1], first]

    monkeypatch.setattr(ingest, "_messages", messages)
    monkeypatch.setattr(ingest, "SHARDS", (1,))
    monkeypatch.setattr(drain, "STUCK_S", 10.0)  # longer than it takes to start
    report = bench_ingest(database, tmp_path, Scale(singles=2000, packs=2000, rounds=1, rows=0), lambda _: None)
    assert report["lost"] == 1 + 10
