"""What comes late: an edge that was cut off sends it after what is live, and throttled."""

import threading
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from typing import Generic, Literal, TypeVar
from uuid import UUID

from detect.heard import Heard
from detect.newest import Newest

LATE_S = 10.0  # of a frame: older than the newest by so much, and sent before it
ROOM = 60  # frames of one camera that wait; beyond, every other one is passed over

Item = TypeVar("Item")
Arrived = Literal["live", "late", "again"]


class Punctuality:
    """Tells what one source sends late: it says so, or sent it before its newest, and over `late_s` seconds earlier.

    A clock that was set back makes nothing late: its numbers go on.
    """

    def __init__(self, late_s: float = LATE_S) -> None:
        self._late_s = late_s
        self._newest, self._heard = Newest(), Heard()
        self._at = float("-inf")

    def judge(self, boot: UUID, seq: int, at: float, *, late: bool = False) -> Arrived:
        if not self._heard.is_new(boot, seq):
            return "again"
        if late:
            return "late"
        if self._newest.takes(boot, seq):
            self._at = at
            return "live"
        return "late" if self._at - at > self._late_s else "live"


@dataclass(slots=True)
class _Waiting(Generic[Item]):
    """What waits of one sender: of what comes, every `stride`-th."""

    items: deque[Item] = field(default_factory=deque)
    stride: int = 1
    came: int = 0

    def put(self, item: Item) -> int:
        """Return how many are passed over."""
        self.came += 1
        if (self.came - 1) % self.stride:
            return 1
        self.items.append(item)
        if len(self.items) <= ROOM:
            return 0
        self.items, before = deque(list(self.items)[::2]), len(self.items)
        self.stride *= 2
        return before - len(self.items)


class Backlog(Generic[Item]):
    """What waits of each sender, in the order in which it came; senders take turns."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[str, _Waiting[Item]] = OrderedDict()
        self._lock = threading.Lock()

    def put(self, sender: str, item: Item) -> int:
        """Leave an item; return how many were passed over for it, evenly over all that came and wait."""
        with self._lock:
            return self._waiting.setdefault(sender, _Waiting()).put(item)

    def take(self) -> Item | None:
        """The oldest item of the sender whose turn it is."""
        with self._lock:
            if not self._waiting:
                return None
            sender, waiting = self._waiting.popitem(last=False)
            item = waiting.items.popleft()
            if waiting.items:
                self._waiting[sender] = waiting
        return item

    def __len__(self) -> int:
        with self._lock:
            return sum(len(waiting.items) for waiting in self._waiting.values())
