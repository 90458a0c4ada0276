"""Streets without anybody in them take two seconds each to paint: tests of one street share it."""

import pytest

import edge.sim.film
from edge.sim.backdrop import Backdrop, paint_backdrop
from edge.sim.light import Light
from edge.sim.place import Place

Painted = dict[object, Backdrop]


@pytest.fixture(scope="module")
def painted() -> Painted:
    """What is painted by now; one that is to be painted anew is taken out."""
    return {}


@pytest.fixture(autouse=True)
def _painted_once(painted: Painted, monkeypatch: pytest.MonkeyPatch) -> None:
    def paint_once(place: Place, light: Light, seed: int) -> Backdrop:
        key = place.lens, light, seed  # a place's lens is like no other's
        if key not in painted:
            painted[key] = paint_backdrop(place, light, seed)
        return painted[key]

    monkeypatch.setattr(edge.sim.film, "paint_backdrop", paint_once)
