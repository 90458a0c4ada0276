"""What looks at the past of each device while an edge that was cut off sends it, beside what looks at the present."""

from collections.abc import Callable
from typing import Generic, NamedTuple, Protocol, TypeVar

from detect.incident import Incident

OVER_S = 300.0  # without anything late: there is no more, for an edge sends one after the other


class Watching(Protocol):
    def close(self, now: float) -> list[Incident]:
        """Clear what is open: nobody looks from now on."""
        ...


Watcher = TypeVar("Watcher", bound=Watching)


class _Past(NamedTuple, Generic[Watcher]):
    watch: Watcher
    heard_at: float


class Pasts(Generic[Watcher]):
    """One watch for each device, (site, device), from its first late message on. `now` is this machine's clock."""

    def __init__(self) -> None:
        self._pasts: dict[tuple[str, str], _Past[Watcher]] = {}

    def follow(self, place: tuple[str, str], begin: Callable[[], Watcher | None], now: float) -> Watcher | None:
        """What looks at what has come late of that device; None where `begin` has nothing that does."""
        past = self._pasts.get(place)
        watch = past.watch if past else begin()
        if watch is not None:
            self._pasts[place] = _Past(watch, now)
        return watch

    def has(self, watch: Watcher) -> bool:
        return any(past.watch is watch for past in self._pasts.values())

    def tick(self, now: float) -> list[Incident]:
        """What clears because nothing late comes any more."""
        over = [place for place, past in self._pasts.items() if now - past.heard_at >= OVER_S]
        return [incident for place in over for incident in self.end(place, now)]

    def end(self, place: tuple[str, str], now: float) -> list[Incident]:
        """What clears because nobody looks at the past of that device any longer."""
        past = self._pasts.pop(place, None)
        return past.watch.close(now) if past else []
