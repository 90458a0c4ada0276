"""Waiting for what other processes do, with an end."""

import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")


def wait_for(look: Callable[[], Found], within_s: float = 10.0) -> Found:
    """The first true answer of `look`, asked again and again; fail with the last answer after `within_s`."""
    until = time.monotonic() + within_s
    while not (found := look()):
        assert time.monotonic() < until, f"not within {within_s:g} s: {look.__doc__ or look}; last answer: {found!r}"
        time.sleep(0.05)
    return found
