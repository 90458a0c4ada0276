import psycopg

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


def test_a_reading_that_is_not_stored_is_lost(mosquitto, database, tmp_path, monkeypatch):
    """Here because it is thrown away once it is there, as a broken ingest might."""
    del mosquitto
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(
            "CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RETURN CASE WHEN random() > 0.1 THEN NEW END; END $$"
        )
        connection.execute("CREATE TRIGGER lose BEFORE INSERT ON readings FOR EACH ROW EXECUTE FUNCTION lose()")
        monkeypatch.setattr(city, "City", lambda: City(streets=1, communities=1, grids=2, cameras=10, sensors=100))
        report = bench_city(database, tmp_path, per_s=100, seconds=5, say=lambda _: None)
        connection.execute("DROP FUNCTION lose CASCADE")
    assert report["lost"] > 5
