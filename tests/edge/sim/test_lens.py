import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from edge.sim.lens import HEIGHT, WIDTH, Lens

LENSES = st.builds(
    Lens,
    st.floats(-9, 9),
    st.floats(-9, 9),
    st.floats(3, 12),
    st.floats(-180, 180),
    st.floats(5, 60),
    st.floats(0.5, 2),
)


def test_what_is_straight_ahead_is_in_the_middle() -> None:
    lens = Lens(0, 0, 5, yaw=0, pitch=45)
    pixels, depth = lens.project(np.array([(0.0, 5.0, 0.0)]))
    assert np.allclose(pixels, [(WIDTH / 2, HEIGHT / 2)])
    assert math.isclose(depth[0], 5 * math.sqrt(2))


def test_right_is_right_and_up_is_up() -> None:
    lens = Lens(0, 0, 5, yaw=0, pitch=10)
    (middle, right, high), _ = lens.project(np.array([(0, 20, 0), (2, 20, 0), (0, 20, 2)], float))
    assert right[0] > middle[0]
    assert high[1] < middle[1]


@given(LENSES)
def test_a_pixel_of_the_ground_is_where_that_ground_is_seen(lens: Lens) -> None:
    small = lens.scaled(0.1)
    x, y, reach = small.ground()
    row, column = HEIGHT // 10 - 1, WIDTH // 30
    if not math.isfinite(reach[row, column]) or reach[row, column] > 1000:
        return
    pixels, _ = small.project(np.array([(x[row, column], y[row, column], 0.0)]))
    assert np.allclose(pixels, [(column + 0.5, row + 0.5)], atol=1e-3)


@given(LENSES, st.floats(0.25, 2))
def test_a_larger_picture_shows_the_same(lens: Lens, scale: float) -> None:
    ahead = lens.origin + lens.axes[2] * 30 + lens.axes[0] * 3
    (small,), _ = lens.project(ahead[None])
    (large,), _ = lens.scaled(scale).project(ahead[None])
    assert np.allclose(large / lens.scaled(scale).size, small / lens.size, atol=2e-3)


@given(LENSES)
def test_what_is_clipped_lies_ahead(lens: Lens) -> None:
    around = lens.origin + np.array([(9, 9, 0), (-9, 9, 0), (-9, -9, 0), (9, -9, 0)], float)
    kept = lens.clip(around)
    assert len(kept) in (3, 4, 5)
    assert ((kept - lens.origin) @ lens.axes[2] > 0).all()
