"""How sensors are that push by themselves: no agent says it of them."""

import psycopg

from ingest.arrivals import Arrivals, Pack
from ingest.store import note_pushers

EVERY_S = 5.0
DEAF_S = 15.0  # between two looks at most; beyond, we slept or could not write


class Pushers:
    """Online while their readings come, stalled after a silence that we could have heard. Times in epoch seconds."""

    def __init__(self) -> None:
        self._heard: set[tuple[str, str]] = set()
        self._looked_at = 0.0
        self._listening_since = 0.0

    def hear(self, arrivals: Arrivals) -> None:
        """Take note of whose readings are committed."""
        for boot, numbers in arrivals.numbered.items():
            if any(isinstance(what, Pack) for what in numbers.values()):
                self._heard.add((boot.site, boot.device))

    def look(self, connection: psycopg.Connection, now: float, *, connected: bool) -> None:
        """Write down how they are, every EVERY_S; `connected`: to the broker."""
        elapsed_s = now - self._looked_at
        if 0 <= elapsed_s < EVERY_S:
            return
        if not connected or not 0 <= elapsed_s <= DEAF_S:
            self._listening_since = now
        note_pushers(connection, self._heard, now, self._listening_since)
        self._looked_at = now
        self._heard.clear()
