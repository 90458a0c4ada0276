"""Units of SenML's registry: the secondary ones in terms of the primary ones (RFC 8428, section 12.1; RFC 8798)."""

from typing import NamedTuple


class _Scale(NamedTuple):
    primary: str
    factor: float
    offset: float = 0.0


SECONDARY = {
    "ms": _Scale("s", 1e-3), "min": _Scale("s", 60), "h": _Scale("s", 3600),
    "MHz": _Scale("Hz", 1e6), "kW": _Scale("W", 1e3), "kVA": _Scale("VA", 1e3), "kvar": _Scale("var", 1e3),
    "Ah": _Scale("C", 3600), "Wh": _Scale("J", 3600), "kWh": _Scale("J", 3.6e6),
    "varh": _Scale("vars", 3600), "kvarh": _Scale("vars", 3.6e6), "kVAh": _Scale("VAs", 3.6e6),
    "Wh/km": _Scale("J/m", 3.6),
    "KiB": _Scale("B", 1024), "MB": _Scale("B", 1e6), "GB": _Scale("B", 1e9),
    "Mbit/s": _Scale("bit/s", 1e6), "B/s": _Scale("bit/s", 8), "MB/s": _Scale("bit/s", 8e6),
    "mV": _Scale("V", 1e-3), "mA": _Scale("A", 1e-3), "dBm": _Scale("dBW", 1, -30),
    "ug/m3": _Scale("kg/m3", 1e-9), "mm/h": _Scale("m/s", 1 / 3.6e6), "m/h": _Scale("m/s", 1 / 3600),
    "ppm": _Scale("/", 1e-6), "/100": _Scale("/", 0.01), "/1000": _Scale("/", 1e-3),
    "hPa": _Scale("Pa", 100), "mm": _Scale("m", 1e-3), "cm": _Scale("m", 1e-2), "km": _Scale("m", 1e3),
    "km/h": _Scale("m/s", 1 / 3.6),
    "%": _Scale("/", 0.01),  # not recommended, and widely sent
}  # fmt: skip


def convert(value: float, unit: str, wanted: str) -> float | None:
    """A value in another unit of the same quantity; None where it has none. Who names no unit has the other's."""
    if unit in ("", wanted) or not wanted:
        return value
    given, asked = SECONDARY.get(unit, _Scale(unit, 1)), SECONDARY.get(wanted, _Scale(wanted, 1))
    if given.primary != asked.primary:
        return None
    return (value * given.factor + given.offset - asked.offset) / asked.factor
