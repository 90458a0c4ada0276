"""The newest frame of each camera: when the machine is too slow, older ones are passed over, camera by camera."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Mailbox(Generic[Item]):
    """One waiting item a sender; senders take turns, and a newer item keeps its sender's turn.

    `keep` is told of an item that is passed over and of the newer one, and says what waits from now on.
    """

    def __init__(self, keep: Callable[[Item, Item], Item] = lambda _, newer: newer) -> None:
        self._keep = keep
        self._waiting: OrderedDict[str, Item] = OrderedDict()
        self._arrived = threading.Condition()

    def put(self, sender: str, item: Item) -> bool:
        """Leave an item; True when it took the place of one that nobody had taken."""
        with self._arrived:
            replaced = sender in self._waiting
            self._waiting[sender] = self._keep(self._waiting[sender], item) if replaced else item
            self._arrived.notify()
        return replaced

    def take(self, timeout_s: float) -> Item | None:
        """The item of the sender whose turn it is, or None when none comes in time."""
        with self._arrived:
            if not self._arrived.wait_for(lambda: self._waiting, timeout_s):
                return None
            return self._waiting.popitem(last=False)[1]

    def __len__(self) -> int:
        return len(self._waiting)
