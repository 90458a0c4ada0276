import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from edge.sim.sensors_noise import between, chance, swell, wander, white

integers = st.integers(-(2**40), 2**40)


@given(integers, integers)
def test_chance_lies_between_nought_and_one(seed, number):
    assert 0 <= chance(seed, number) < 1
    assert 3 <= between(3, 4, seed, number) < 4


def test_chance_is_the_same_on_every_machine():
    assert chance(7, 1) == 0.016842567811309835


def test_chance_is_even_and_neighbours_have_nothing_in_common():
    for drawn in ([chance(7, n) for n in range(20_000)], [chance(n, 7) for n in range(20_000)]):
        counts, _ = np.histogram(drawn, bins=20, range=(0, 1))
        assert abs(counts - 1000).max() < 150
        assert abs(np.corrcoef(drawn[:-1], drawn[1:])[0, 1]) < 0.03


@given(integers, st.floats(0, 4e9), st.floats(1, 1e5))
def test_a_swell_is_smooth(seed, at, period):
    assert -1 <= swell(seed, at, period) <= 1
    assert abs(swell(seed, at + period / 1000, period) - swell(seed, at, period)) < 0.004


def test_wandering_and_white_noise_have_a_deviation_of_about_one():
    for noise in (lambda at: wander(5, at, 3600, 10), lambda at: white(5, at)):
        drawn = [noise(at * 37.1) for at in range(20_000)]
        assert abs(np.mean(drawn)) < 0.1
        assert 0.8 < np.std(drawn) < 1.2


def test_wandering_has_as_much_power_in_each_octave():
    drawn = np.array([wander(5, at, 4096, 4) for at in range(2**15)])
    power = abs(np.fft.rfft(drawn)) ** 2
    octaves = [power[2**n : 2 ** (n + 2)].sum() for n in (4, 6, 8, 10)]
    assert max(octaves) < 6 * min(octaves)
