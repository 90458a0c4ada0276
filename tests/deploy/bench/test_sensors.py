import pytest

from deploy.bench.score import Tally
from deploy.bench.sensors import METRICS, bench_sensors, judge_sensor, sensors
from edge.sim.address import SimSensor

FLOODED = SimSensor("water_level", 5, "underpass:5", every=120.0)


def test_a_day_of_a_sensor_beside_a_camera_is_judged_by_what_that_films() -> None:
    tally = judge_sensor(FLOODED)["flood"]
    assert tally.true > 500
    assert (tally.false, tally.missed) <= (0, 3)


def test_rules_that_ask_for_too_little_or_too_much_are_seen_to(monkeypatch: pytest.MonkeyPatch) -> None:
    def judged(above: float) -> Tally:
        rule = {"kind": "flood", "above": above, "for": "5s"}
        monkeypatch.setattr("deploy.bench.sensors.sensor_rules", lambda _: [rule])
        return judge_sensor(FLOODED)["flood"]

    assert judged(0.05).false > 0
    assert judged(0.6).missed > 500


def test_every_press_of_a_button_is_told_of_at_once() -> None:
    tally = judge_sensor(SimSensor("sos", 5, every=120.0))["sos"]
    assert tally.true > 30
    assert (tally.false, tally.missed) == (0, 0)
    assert max(tally.delays) <= 10


def test_all_that_is_judged_is_told_by_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deploy.bench.sensors.DAY_S", 3600.0)
    steps: list[tuple[int, int]] = []
    report = bench_sensors(1, lambda done, of: steps.append((done, of)))
    kinds = {"flood", "gas_leak", "manhole_open", "sensor_fault", "slope_movement", "sos"}
    assert report["kinds"].keys() == kinds
    assert (report["sensor_days"], steps[-1]) == (len(METRICS), (len(METRICS), len(METRICS)))
    assert len({sensor.seed for sensor in sensors(3)}) == 3
