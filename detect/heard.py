"""Which numbers of each boot have been heard: an edge sends again what the centre has not confirmed yet."""

from bisect import bisect_right
from collections import OrderedDict
from uuid import UUID

from detect.newest import BOOTS

SPANS = 1000  # of one boot that are remembered; beyond, the lowest are taken for one


class Heard:
    """Of one source; its numbers come in about their order, so that few spans hold them."""

    def __init__(self) -> None:
        self._spans: OrderedDict[UUID, list[list[int]]] = OrderedDict()

    def is_new(self, boot: UUID, seq: int) -> bool:
        """Whether that was not heard before; it is from now on."""
        spans = self._spans.setdefault(boot, [])
        self._spans.move_to_end(boot)
        if len(self._spans) > BOOTS:
            self._spans.popitem(last=False)
        return _add(spans, seq)


def _add(spans: list[list[int]], seq: int) -> bool:
    """Add a number to spans of them, which are in order and apart, both ends included."""
    place = bisect_right(spans, seq, key=lambda span: span[0])
    if place and seq <= spans[place - 1][1]:
        return False
    first = spans[place - 1][0] if place and spans[place - 1][1] == seq - 1 else seq
    last = spans[place][1] if place < len(spans) and spans[place][0] == seq + 1 else seq
    spans[place - (first < seq) : place + (last > seq)] = [[first, last]]
    if len(spans) > SPANS:
        spans[:2] = [[spans[0][0], spans[1][1]]]
    return True
