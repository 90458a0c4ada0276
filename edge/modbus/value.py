"""How a number lies in registers of two octets."""

import struct
from collections.abc import Sequence
from typing import Literal

Type = Literal["bool", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float32", "float64"]
Order = Literal["abcd", "cdab", "badc", "dcba"]  # how its octets come, `a` being the highest

FORMATS = {
    "bool": "H", "int16": "h", "uint16": "H", "int32": "i", "uint32": "I", "int64": "q", "uint64": "Q",
    "float32": "f", "float64": "d",
}  # fmt: skip
SINGLE_DIGITS = range(6, 10)  # what a float32 may need in decimals
SCALED_DIGITS = 12  # beyond is what 0.1 lacks in binary


def width_of(kind: Type) -> int:
    """In registers."""
    return struct.calcsize(FORMATS[kind]) // 2


def number_of(registers: Sequence[int], kind: Type, order: Order) -> float:
    """What the registers of a type's width hold; a float may be no finite number."""
    words = registers if order in ("abcd", "badc") else registers[::-1]
    octets = b"".join(word.to_bytes(2, "big" if order in ("abcd", "cdab") else "little") for word in words)
    number: float = struct.unpack(f">{FORMATS[kind]}", octets)[0]
    return _shortest(number, octets) if kind == "float32" else number


def scaled(number: float, scale: float, offset: float) -> float:
    """Without the digits that binary fractions add: 57 by 0.01 is 0.57."""
    return number if (scale, offset) == (1, 0) else float(f"{number * scale + offset:.{SCALED_DIGITS}g}")


def _shortest(number: float, octets: bytes) -> float:
    """The shortest decimals that are the same float32: 0.3, and not 0.30000001192, which is over a limit of 0.3."""
    for digits in SINGLE_DIGITS:
        short = float(f"{number:.{digits}g}")
        if struct.pack(">f", short) == octets:
            return short
    return number
