import pytest

from edge.driver import SensorError, connect
from edge.sim.sensors import SimulatedSensor

NOON = 1_780_027_200.0
BUTTON = "sim://sos?seed=3&events=sos"


def test_it_says_what_the_simulated_sensor_says():
    driver = connect("sim://water_level?seed=3")
    said = [driver.read(NOON + moment) for moment in range(0, 100, 10)]
    assert said == [
        SimulatedSensor("sim://water_level?seed=3").readings(NOON, NOON + moment) for moment in range(0, 100, 10)
    ]


def test_the_first_reading_of_a_button_tells_of_no_press_before_it():
    assert [record.vb for record in connect(BUTTON).read(NOON + 150)] == [False]


def test_a_press_is_told_once_with_its_times():
    (press,) = [one for one in SimulatedSensor(BUTTON).happenings(NOON, NOON + 160) if one.since > NOON]
    driver = connect(BUTTON)
    driver.read(press.since - 1)
    records = driver.read(press.until + 20)
    assert [(round(press.until + 20 + record.t, 2), record.vb) for record in records] == [
        (round(press.since, 2), True),
        (round(press.until, 2), False),
        (round(press.until + 20, 2), False),
    ]
    assert [record.vb for record in driver.read(press.until + 30)] == [False]


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("sim://watr", "there is no metric 'watr'; known: water_level, "),
        ("sim://gas?sed=1", "there is no sed=; known: seed="),
        ("sim://tilt?with=hill:1", "there is no view 'hill'; known: kerb, "),
        ("sim://tilt?events=quake", "quake: no such event"),
    ],
)
def test_a_wrong_address_is_refused_with_its_reason(address, reason):
    with pytest.raises(SensorError, match=f"(?s){reason}.*: check `sensor:` in the site file"):
        connect(address)
