"""What is too slow to be counted for every screen that asks: counted aside, one after another, and kept for a while."""

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

log = logging.getLogger(__name__)

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Kept(Generic[Key, Value]):
    """The last count for each key, as long as one of `most` others was not asked for since."""

    def __init__(self, count: Callable[[Key], Value], fresh_s: float, most: int = 256) -> None:
        self._count, self._fresh_s, self._most = count, fresh_s, most
        self._counts: OrderedDict[Key, tuple[float, Value | None]] = OrderedDict()
        self._lock = threading.Lock()
        self._counting = ThreadPoolExecutor(1, "kept")

    def get(self, key: Key) -> Value | None:
        """At once: None until there is a count. One that is older than `fresh_s` is given once more, and made anew."""
        with self._lock:
            until, value = self._counts.get(key, (0.0, None))
            if until < time.monotonic():
                self._counts[key] = float("inf"), value  # nobody else need ask for it
                self._counting.submit(self._renew, key, value)
            self._counts.move_to_end(key)
            while len(self._counts) > self._most:
                self._counts.popitem(last=False)
            return value

    def _renew(self, key: Key, value: Value | None) -> None:
        try:
            value = self._count(key)
        except Exception:
            log.exception("what screens show of %s could not be counted; they keep what they had", key)
        with self._lock:
            self._counts[key] = time.monotonic() + self._fresh_s, value

    def close(self) -> None:
        """Count nothing any more."""
        self._counting.shutdown(cancel_futures=True)
