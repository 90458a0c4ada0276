import pytest

from edge.driver import PUSHES, SensorError, connect, known_drivers, scheme_of


def test_a_driver_is_known_by_its_module():
    assert "sim" in known_drivers()
    assert PUSHES not in known_drivers()
    assert connect("sim://gas").read(1_780_027_202.0)[0].n == "gas"


@pytest.mark.parametrize("address", ["modem://1", "gas", "", "..sim://gas", "sim.x://gas"])
def test_an_address_without_a_driver_is_refused(address):
    with pytest.raises(SensorError, match=r"no driver for .*; known: sim:// and mqtt"):
        connect(address)


def test_the_scheme_is_what_stands_before_the_address():
    assert [scheme_of(address) for address in ("sim://gas", "mqtt", "")] == ["sim", "mqtt", ""]
