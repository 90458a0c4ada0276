import math
from typing import get_args

import cv2
import numpy as np
import pytest

from edge.sim.address import View
from edge.sim.lens import HEIGHT, WIDTH
from edge.sim.place import Place, place_of, zones
from edge.sim.script import FAULTS, REPERTOIRE
from edge.sim.traffic import Path

VIEWS: tuple[View, ...] = get_args(View)


def inside(outline: list[tuple[float, float]], spot: tuple[float, float]) -> bool:
    return cv2.pointPolygonTest(np.array(outline, np.float32), spot, False) >= 0


def happening_spots(place: Place) -> list[tuple[str, str, tuple[float, float]]]:
    """(kind, zone, spot on the ground) of everything that may happen at one spot."""
    found = [(kind, zone, spot) for kind, spots in place.spots.items() for zone, spot in spots]
    for kind, stands in place.stands.items():
        for zone, stand in stands:
            x, y, _ = Path(place.lanes[stand.lane].path).at(stand.s, stand.offset)
            found.append((kind, zone, (x, y)))
    return found


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("seed", range(12))
def test_a_zone_is_a_part_of_the_picture(view: View, seed: int) -> None:
    for outline in zones(view, seed).values():
        assert len(outline) >= 3
        assert all(0 <= x <= 1 and 0 <= y <= 1 for x, y in outline)
        assert cv2.contourArea(np.array(outline, np.float32)) > 0.02


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("seed", range(12))
def test_what_happens_in_a_zone_happens_within_it_and_in_sight(view: View, seed: int) -> None:
    place = place_of(view, seed)
    assert happening_spots(place) or place.ways
    for kind, zone, spot in happening_spots(place):
        assert inside(place.zones[zone], spot), (kind, zone, spot)
        ((x, y),), (depth,) = place.lens.project(np.array([(*spot, 0.0)]))
        assert depth > 5, (kind, spot)
        assert 0.02 * WIDTH < x < 0.98 * WIDTH, (kind, spot, x)
        assert 0.1 * HEIGHT < y < 0.95 * HEIGHT, (kind, spot, y)


@pytest.mark.parametrize("view", VIEWS)
def test_a_way_into_a_zone_leads_into_it_and_one_past_it_does_not(view: View) -> None:
    place = place_of(view, 1)
    for kind, ways in place.ways.items():
        for zone, outline in ways:
            path = Path(outline)
            reached = any(inside(place.zones[zone], path.at(s)[:2]) for s in np.linspace(0, path.length, 50))
            assert reached == (kind != "bystander")


@pytest.mark.parametrize("view", VIEWS)
def test_every_place_can_play_its_repertoire(view: View) -> None:
    place = place_of(view, 1)
    placed = {*place.stands, *place.spots, *place.ways, *(["congestion"] if place.jams else [])}
    assert set(REPERTOIRE[view]) - set(FAULTS) <= placed


@pytest.mark.parametrize("view", VIEWS)
def test_seeds_differ_and_repeat(view: View) -> None:
    assert place_of(view, 3) == place_of(view, 3)
    assert not math.isclose(place_of(view, 3).lens.height, place_of(view, 4).lens.height)
