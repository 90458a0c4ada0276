"""Surfaces: the noise repeats without end, wherever and whenever it is looked at."""

import numpy as np

from edge.sim.address import SimCamera
from edge.sim.film import Film
from edge.sim.texture import TILE, noise_at, noise_tile

TODAY = 1_790_000_000.0  # seconds since 1970, by which a live camera films


def test_noise_repeats_on_both_sides_of_the_middle() -> None:
    along = np.arange(-TILE, TILE, dtype=np.float32)
    assert np.array_equal(noise_at(along, along, TILE), np.tile(noise_tile().diagonal(), 2))


def test_noise_beyond_all_integers_is_that_of_the_tiles_first_row_and_column() -> None:
    far = np.array([TODAY * 9, -TODAY * 9, np.inf, np.nan], np.float32)
    assert set(noise_at(far, far, 110.0).tolist()) == {float(noise_tile()[0, 0])}


def test_smoke_is_filmed_today_without_a_warning() -> None:
    film = Film(SimCamera("door", 3, light="day", events="smoke", every=60), start=TODAY)
    seen = set[str]()
    for after in range(0, 60, 6):
        film.picture(TODAY + after)
        seen |= {thing.label for thing in film.truth().things}
    assert "smoke" in seen
