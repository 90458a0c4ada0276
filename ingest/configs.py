"""Publishes each device's configuration, retained, to whoever runs or judges it."""

import time
from datetime import UTC, datetime

import psycopg

from edge.mqtt import Link
from edge.topics import Share, Topic
from ingest.store import changed_configs, settled_until

EVERY_S = 1.0
WINDOW = 200  # configs that the broker has not confirmed; of a city's at once, nothing else would be dealt with
BEGINNING = datetime(1, 1, 2, tzinfo=UTC)


class ConfigPublisher:
    """Publishes what changed since it last looked, once a second, some at each turn; after `forget()`, everything."""

    def __init__(self, link: Link, share: Share) -> None:
        self._link, self._share = link, share
        self._published: dict[Topic, str | None] = {}
        self._due: dict[Topic, str | None] = {}
        self._since = BEGINNING
        self._forget = False
        self._next_look = 0.0

    def forget(self) -> None:
        """The broker may have lost what it retained; callable from any thread."""
        self._forget = True

    @property
    def is_behind(self) -> bool:
        return bool(self._due)

    def publish_changes(self, connection: psycopg.Connection) -> None:
        if time.monotonic() >= self._next_look:
            self._next_look = time.monotonic() + EVERY_S
            self._look(connection)
        while self._due and self._link.unconfirmed < WINDOW:
            topic, config = self._due.popitem()
            self._published[topic] = config
            self._link.publish(str(topic), (config or "").encode(), retain=True)

    def _look(self, connection: psycopg.Connection) -> None:
        if self._forget:
            self._forget = False
            self._published.clear()
            self._since = BEGINNING
        settled = settled_until(connection)
        for site, device, config in changed_configs(connection, self._since):
            topic = Topic(site, device, "config")
            if topic in self._share and self._due.get(topic, self._published.get(topic, "")) != config:
                self._due[topic] = config
        self._since = settled
