"""Fits an exported YOLO to the shape of a camera's pictures.

Ultralytics exports for one size, as a rule a square, and has every picture padded to it: of a 16:9 picture 44 % of the
work goes into grey. What ties the export to its size is written in its graph: where the cells of its three grids lie,
how large each is, and into what shapes rows of cells are brought. Written anew, the same weights look at the picture
alone.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import openvino as ov
from numpy.typing import NDArray
from openvino import opset13 as ops

CELLS = (8, 16, 32)  # pixels that a side of a cell has, in each grid

Size = tuple[int, int]  # height, width


def refit(model: ov.Model, size: Size) -> ov.Model | None:
    """The same model for pictures of another size, of whole cells; None where its graph is not one of those we know."""
    shape = model.input().partial_shape
    if shape.is_dynamic or any(side % CELLS[-1] for side in size):
        return None
    was: Size = shape[2].get_length(), shape[3].get_length()
    fitted = model.clone()
    known = [_rewrite(node, was, size) for node in fitted.get_ops()]
    if known.count("places") != 1 or known.count("sides") != 1:
        return None
    try:
        fitted.get_parameters()[0].set_partial_shape(ov.PartialShape([1, shape[1].get_length(), *size]))
        fitted.validate_nodes_and_infer_types()
    except RuntimeError:
        return None
    fits = len(fitted.outputs) == 1 and fitted.output().partial_shape[2] == _count(size)
    return fitted if fits else None


def _rewrite(node: ov.Node, was: Size, size: Size) -> str | None:
    """Replace what a constant says of the old size; return what it was that it said."""
    if node.get_type_name() != "Constant":
        return None
    users = [(user.get_node(), user) for user in node.output(0).get_target_inputs()]
    if all(user.get_type_name() == "Reshape" for user, _ in users):
        target = [int(side) for side in node.data]
        fresh: NDArray[Any] = np.array(_retarget(target, was, size), np.int64)
        what = "shape"
    elif list(node.shape) == [1, 2, _count(was)] and np.array_equal(node.data, _places(was)):
        fresh, what = _places(size), "places"
    elif list(node.shape) == [1, 1, _count(was)] and np.array_equal(node.data, _sides(was)):
        fresh, what = _sides(size), "sides"
    else:
        return None
    constant = ops.constant(fresh)
    for _, port in users:
        port.replace_source_output(constant.output(0))
    return what


def _retarget(target: list[int], was: Size, size: Size) -> list[int]:
    """A shape that ends in the two sides of a grid, in the number of its cells, or of all."""
    for old, new in zip(_grids(was), _grids(size), strict=True):
        if target[-2:] == [*old]:
            return [*target[:-2], *new]
        if target[-1:] == [old[0] * old[1]]:
            return [*target[:-1], new[0] * new[1]]
    return [*target[:-1], _count(size)] if target[-1:] == [_count(was)] else target


def _grids(size: Size) -> Iterator[Size]:
    return ((size[0] // side, size[1] // side) for side in CELLS)


def _count(size: Size) -> int:
    return sum(rows * columns for rows, columns in _grids(size))


def _places(size: Size) -> NDArray[np.float32]:
    """The middle of each cell, in cells: 1 × 2 (x, y) × all cells, row by row."""
    grids = [np.indices(grid)[::-1].reshape(2, -1) + 0.5 for grid in _grids(size)]
    return np.concatenate(grids, axis=1, dtype=np.float32)[None]


def _sides(size: Size) -> NDArray[np.float32]:
    """How many pixels a side of each cell has: 1 × 1 × all cells."""
    sides = [np.full(rows * columns, side) for side, (rows, columns) in zip(CELLS, _grids(size), strict=True)]
    return np.concatenate(sides).astype(np.float32)[None, None]
