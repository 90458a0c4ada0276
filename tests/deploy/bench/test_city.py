from deploy.bench import city
from deploy.bench.city import City, bench_city


def test_nothing_of_a_small_city_is_lost(mosquitto, database, tmp_path, monkeypatch):
    del mosquitto  # on this machine, as the bench needs it
    monkeypatch.setattr(city, "City", lambda: City(streets=2, communities=4, grids=8, cameras=40, sensors=160))
    monkeypatch.setattr(city, "ASK_EVERY_S", 0.2)
    report = bench_city(database, tmp_path, per_s=200, seconds=6, say=lambda _: None)
    assert report["lost"] == 0
    assert report["incidents"] > 20
    assert report["wall_ms"]["asked"] > 3
    assert set(report["cores"]) == {"ingest", "detect", "dispatch", "web"}
