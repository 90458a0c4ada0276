import pytest
from hypothesis import given
from hypothesis import strategies as st

from detect.readings.units import SECONDARY, convert


@pytest.mark.parametrize(
    ("value", "unit", "wanted", "converted"),
    [
        (31, "cm", "m", 0.31), (0.31, "m", "cm", 31), (36, "km/h", "m/s", 10),
        (20, "%", "/100", 20), (0.2, "/", "/100", 20),
        (30, "dBm", "dBW", 0), (7, "", "m", 7), (7, "m", "", 7), (7, "Cel", "Cel", 7),
        (7, "Cel", "m", None), (7, "?", "m", None),
    ],
)  # fmt: skip
def test_a_value_in_another_unit(value: float, unit: str, wanted: str, converted: float | None):
    assert convert(value, unit, wanted) == (None if converted is None else pytest.approx(converted))


@given(value=st.floats(-1e6, 1e6), unit=st.sampled_from([*SECONDARY]))
def test_there_and_back_is_where_it_was(value: float, unit: str):
    primary = convert(value, unit, SECONDARY[unit].primary)
    assert primary is not None
    assert convert(primary, SECONDARY[unit].primary, unit) == pytest.approx(value, abs=1e-6)
