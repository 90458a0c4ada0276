from detect.incident import Incident
from detect.past import OVER_S, Pasts

PLACE, OTHER = ("tooley", "level-1"), ("tooley", "level-2")


class Watch:
    """Notes when it was closed."""

    def __init__(self) -> None:
        self.closed_at: list[float] = []

    def close(self, now: float) -> list[Incident]:
        self.closed_at.append(now)
        return []


def test_one_watch_follows_each_device_until_nothing_late_comes_any_more():
    pasts = Pasts[Watch]()
    first, other = pasts.follow(PLACE, Watch, 0), pasts.follow(OTHER, Watch, 0)
    assert first is not None
    assert other is not None
    assert pasts.follow(PLACE, Watch, 100) is first
    pasts.tick(OVER_S)
    assert (first.closed_at, other.closed_at) == ([], [OVER_S])
    assert (pasts.has(first), pasts.has(other)) == (True, False)
    pasts.tick(100 + OVER_S)
    assert first.closed_at == [100 + OVER_S]
    assert pasts.follow(PLACE, Watch, 500) is not first


def test_where_nothing_can_look_the_next_that_is_late_asks_again():
    pasts = Pasts[Watch]()
    assert pasts.follow(PLACE, lambda: None, 0) is None
    assert pasts.follow(PLACE, Watch, 0) is not None


def test_a_past_that_nobody_looks_at_ends_once():
    pasts = Pasts[Watch]()
    watch = pasts.follow(PLACE, Watch, 0)
    assert watch is not None
    pasts.end(PLACE, 1)
    pasts.end(PLACE, 2)
    assert watch.closed_at == [1]
