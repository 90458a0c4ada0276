"""A camera's frame, and what of it is not for everybody's eyes."""

from typing import NamedTuple

from detect.incident import Box


class Shot(NamedTuple):
    """`at` in epoch seconds; `redactions` as in Picture."""

    at: float
    jpeg: bytes
    redactions: list[Box] | None = None
