import random

import pytest

from dispatch.areas import AreaIndex, Shape
from dispatch.ticket import Area, Position


def square(code: str, left: float, bottom: float, side: float, parent: str | None = None) -> Shape:
    corners = [(left, bottom), (left + side, bottom), (left + side, bottom + side), (left, bottom + side)]
    return Shape(Area(code, f"grid {code}"), corners, parent)


DISTRICT, STREET, GRID = square("51", 104, 31, 1), square("5106", 104.2, 31.2, 0.2), square("510603", 104.3, 31.3, 0.1)


@pytest.mark.parametrize(
    ("place", "code"),
    [((104.35, 31.35), "510603"), ((104.25, 31.25), "5106"), ((104.9, 31.9), "51"), ((103.9, 31.5), None)],
)
def test_of_several_areas_the_smallest_counts(place: tuple[float, float], code: str | None):
    found = AreaIndex([STREET, GRID, DISTRICT]).find(Position(*place))
    assert (found.code if found else None) == code


def test_a_place_on_the_border_lies_in_an_area():
    neighbours = AreaIndex([square("1", 104, 31, 1), square("2", 105, 31, 1)])
    assert neighbours.find(Position(105, 31.5)) is not None


def test_no_place_and_no_areas_are_no_area():
    assert AreaIndex([GRID]).find(None) is None
    assert AreaIndex([]).find(Position(104, 31)) is None


def test_among_many_grids_the_right_one_is_found():
    grids = AreaIndex([square(f"{x:02}{y:02}", x / 10, y / 10, 0.1) for x in range(30) for y in range(30)])
    dice = random.Random(1)
    for _ in range(100):
        x, y = dice.randrange(30), dice.randrange(30)
        found = grids.find(Position(x / 10 + 0.05, y / 10 + 0.05))
        assert found == Area(f"{x:02}{y:02}", f"grid {x:02}{y:02}")


def test_what_lies_in_no_polygon_belongs_to_the_root():
    tree = AreaIndex([square("51", 104, 31, 1), square("5106", 104.2, 31.2, 0.2, "51")])
    assert tree.find(Position(0, 0)) == tree.find(None) == Area("51", "grid 51")
    two_roots = AreaIndex([square("51", 104, 31, 1), square("5106", 104.2, 31.2, 0.2, "51"), square("52", 106, 31, 1)])
    assert two_roots.find(Position(0, 0)) == Area("51", "grid 51")  # the other heads no tree
    two_trees = AreaIndex(
        [square(code, 104, 31, 1, parent) for code, parent in [("5", None), ("51", "5"), ("6", None), ("61", "6")]]
    )
    assert two_trees.find(Position(0, 0)) is None


def test_a_path_leads_from_an_area_to_the_root_and_ends_whatever_the_data():
    tree = AreaIndex(
        [
            square("510603", 104, 31, 1, "5106"),
            square("5106", 104, 31, 1, "51"),
            square("1", 0, 0, 1, "2"),
            square("2", 0, 0, 1, "1"),
        ]
    )
    assert tree.path("510603") == ["510603", "5106", "51"]
    assert tree.path(None) == []
    assert tree.path("1") == ["1", "2"]
