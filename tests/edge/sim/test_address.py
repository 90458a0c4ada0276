import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.sim.address import SimCamera, beside, is_simulated, parse_camera, parse_sensor


def test_an_address_says_everything_or_nothing() -> None:
    assert parse_camera("sim://kerb") == SimCamera("kerb")
    address = "sim://fire-lane?seed=7&light=night&weather=rain&events=fire,smoke&every=60"
    assert parse_camera(address) == SimCamera("fire-lane", 7, "night", "rain", "fire,smoke", 60)


@given(st.integers(0, 2**31 - 1), st.floats(20, 86_400))
def test_every_seed_and_pace_comes_through(seed: int, every: float) -> None:
    assert parse_camera(f"sim://door?seed={seed}&every={every}") == SimCamera("door", seed, every=every)


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("sim://nowhere", r"view 'nowhere'; known: kerb, .*slope$"),
        ("sim://kerb?light=noon", "light 'noon'; known: auto, day, dusk, night$"),
        ("sim://kerb?weather=snow", "weather 'snow'; known: clear, rain$"),
        ("sim://kerb?seed=-1", "seed"),
        ("sim://kerb?seed=x", "seed"),
        ("sim://kerb?every=1", "every"),
        ("sim://kerb?colour=red", "no colour=; known: seed=, light=, weather=, events=, every=$"),
        ("sim://kerb?seed", "sim://kerb"),
    ],
)
def test_a_wrong_camera_is_refused_by_what_is_wrong(address: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        parse_camera(address)


def test_a_sensor_follows_the_script_of_the_camera_beside_it() -> None:
    sensor = parse_sensor("sim://water_level?seed=3&with=underpass:7&every=90&events=flood")
    assert beside(sensor) == SimCamera("underpass", 7, events="flood", every=90)
    assert beside(parse_sensor("sim://gas")) is None


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("sim://mood", "^sim://mood: there is no metric 'mood'; known: water_level, .*people$"),
        ("sim://gas?with=underpass", "^with=underpass: expected VIEW:SEED"),
        ("sim://gas?with=nowhere:1", "^with=nowhere:1: there is no view 'nowhere'; known: kerb, "),
        ("sim://gas?light=day", "no light=; known: seed=, with=, events=, every=$"),
    ],
)
def test_a_wrong_sensor_is_refused_by_what_is_wrong(address: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        parse_sensor(address)


def test_only_our_scheme_is_simulated() -> None:
    assert is_simulated("sim://kerb")
    assert not is_simulated("rtsp://kerb")
