import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.modbus.value import FORMATS, number_of, scaled, width_of

ORDERS = {"abcd": "abcdefgh", "cdab": "ghefcdab", "badc": "badcfehg", "dcba": "hgfedcba"}


def registers_of(octets: bytes, order: str) -> list[int]:
    """As a device lays them down, by the letters that manuals give to two registers."""
    letters = dict(zip("abcdefgh", octets, strict=False))
    sent = [letters[letter] for letter in ORDERS[order] if letter in letters]
    return [high << 8 | low for high, low in zip(sent[::2], sent[1::2], strict=True)]


@pytest.mark.parametrize(
    ("registers", "kind", "order", "number"),
    [
        ([0x8000], "int16", "abcd", -32768),
        ([0x8000], "uint16", "abcd", 32768),
        ([0x0102], "uint16", "badc", 0x0201),
        ([0x0001, 0x0002], "uint32", "abcd", 0x00010002),
        ([0x0001, 0x0002], "uint32", "cdab", 0x00020001),
        ([0x0001, 0x0002], "uint32", "badc", 0x01000200),
        ([0x0001, 0x0002], "uint32", "dcba", 0x02000100),
        ([0x3E99, 0x999A], "float32", "abcd", 0.3),
        ([0x3FD3, 0x3333, 0x3333, 0x3333], "float64", "abcd", 0.3),
    ],
)
def test_a_number_lies_in_registers_as_manuals_say(registers, kind, order, number):
    assert width_of(kind) == len(registers)
    assert number_of(registers, kind, order) == number


@given(st.sampled_from([name for name in FORMATS if "int" in name]), st.sampled_from(sorted(ORDERS)), st.data())
def test_every_whole_number_comes_through_in_any_order(kind, order, data):
    bits = 16 * width_of(kind)
    low = 0 if kind.startswith("u") else -(2 ** (bits - 1))
    number = data.draw(st.integers(low, low + 2**bits - 1))
    octets = number.to_bytes(bits // 8, "big", signed=low < 0)
    assert number_of(registers_of(octets, order), kind, order) == number


@given(st.sampled_from(["float32", "float64"]), st.sampled_from(sorted(ORDERS)), st.data())
def test_every_float_comes_through_to_its_last_bit(kind, order, data):
    octets = data.draw(st.binary(min_size=2 * width_of(kind), max_size=2 * width_of(kind)))
    number = number_of(registers_of(octets, order), kind, order)
    assert math.isnan(number) or struct.pack(f">{FORMATS[kind]}", number) == octets


@given(st.integers(-99_999, 99_999), st.integers(0, 3))
def test_a_float32_is_the_decimal_that_was_meant(digits, places):
    meant = digits / 10**places
    assert number_of([*struct.unpack(">HH", struct.pack(">f", meant))], "float32", "abcd") == meant


@pytest.mark.parametrize(
    ("number", "scale", "offset", "value"),
    [(57, 0.01, 0, 0.57), (3, 0.1, 0, 0.3), (215, 0.1, -40, -18.5), (7, 1, 0, 7)],
)
def test_scaling_adds_no_digits(number, scale, offset, value):
    assert scaled(number, scale, offset) == value
