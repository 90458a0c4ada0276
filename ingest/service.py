"""The ingest stage: MQTT → batches → one transaction each → acks, to the broker and to the edge."""

import logging
import threading
import time
from collections import deque

import psycopg
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from edge.mqtt import Delivery, Link
from edge.probe import Health
from edge.topics import Share
from ingest.acks import Acks
from ingest.arrivals import Arrivals, Message, sort_arrivals
from ingest.chore import Chore
from ingest.configs import ConfigPublisher
from ingest.database import Database
from ingest.gaps import Gaps
from ingest.inbox import Arrival, Inbox
from ingest.numbers import Committed
from ingest.pushers import Pushers
from ingest.session import FAULTS
from ingest.store import Store
from ingest.upkeep import EVERY_S, Keep, Upkeep

log = logging.getLogger(__name__)

STREAMS = ("status", "telemetry", "frame", "dropped")
IDLE_S, SOON_S = 0.5, 0.01

Chunk = list[Arrival]


class Intake:
    """Runs until `stop` is set. What is not committed is not acked, and so comes again."""

    def __init__(
        self, broker: str, database: str, share: Share, registry: CollectorRegistry, keep: Keep | None = None
    ) -> None:
        self._database = Database(database, "ingest", registry)
        self._upkeep = Chore("upkeep", Upkeep(keep or Keep(), registry).look, EVERY_S, database, registry)
        self._store = Store()
        self._inbox = Inbox()
        self._pending: deque[Chunk] = deque()
        self._link = Link(
            broker,
            f"yihu-ingest-{share.index}-{share.count}",
            filters=[name for stream in STREAMS for name in share.filters(stream)],
            receive=self._on_delivery,
            has_room=self._inbox.has_room,
            greet=lambda _link: self._configs.forget(),
            queue=0,
        )
        self._configs, self._gaps, self._pushers = ConfigPublisher(self._link, share), Gaps(registry), Pushers()
        self._acks = Acks(self._link)
        self._messages = Counter("yihu_ingest_messages", "Messages committed", registry=registry)
        self._quarantined = Counter("yihu_ingest_quarantined", "Messages set aside", registry=registry)
        self._seconds = Histogram("yihu_ingest_batch_seconds", "Time to write a batch", registry=registry)
        waiting = Gauge("yihu_ingest_waiting", "Messages waiting to be written", registry=registry)
        waiting.set_function(self._inbox.__len__)

    def run(self, stop: threading.Event) -> None:
        upkeep = self._upkeep.start(stop)
        self._link.start()
        while not stop.is_set():
            if not self._pending and (chunk := self._inbox.take(SOON_S if self._configs.is_behind else IDLE_S)):
                self._pending.append(chunk)
            try:
                connection = self._database.connect()
                self._write_pending(connection)
                self._configs.publish_changes(connection)
                self._gaps.look(connection)
                self._pushers.look(connection, time.time(), connected=self._link.connected)
            except FAULTS as error:
                self._database.rest(error, stop)
        self._link.stop()
        self._database.close()
        upkeep.join()

    def health(self) -> Health:
        own = self._database.health(self._link, len(self._inbox))
        trouble = self._upkeep.trouble
        return Health(state="down", detail=trouble) if trouble and own["state"] == "ok" else own

    def _on_delivery(self, delivery: Delivery) -> None:
        if delivery.retained:  # the newest report of each agent, of which some have been dead for days
            delivery.ack()
            return
        self._inbox.put(Message.arrived(delivery.topic, delivery.payload), delivery.receipt)

    def _write_pending(self, connection: psycopg.Connection) -> None:
        while self._pending:
            chunk = self._pending[0]
            arrivals = sort_arrivals((message for message, _ in chunk), time.time())
            try:
                with self._seconds.time():
                    committed = self._store.write(connection, arrivals)
            except psycopg.DataError as error:
                self._split(chunk, connection, error)
                continue
            self._pending.popleft()
            self._acknowledge(chunk, arrivals, committed)

    def _split(self, chunk: Chunk, connection: psycopg.Connection, error: psycopg.DataError) -> None:
        """Halve a chunk that holds something the database refuses, until it stands alone and is set aside."""
        half = len(chunk) // 2
        if half:
            self._pending[0] = chunk[:half]
            self._pending.insert(1, chunk[half:])
            return
        message, _ = chunk[0]
        arrivals = sort_arrivals([message], time.time()).set_aside(f"the database refuses it: {error}", message)
        committed = self._store.write(connection, arrivals)
        self._pending.popleft()
        self._acknowledge(chunk, arrivals, committed)

    def _acknowledge(self, chunk: Chunk, arrivals: Arrivals, committed: list[Committed]) -> None:
        self._link.ack([arrival.receipt for arrival in chunk])
        self._acks.note(committed)
        self._acks.tell(busy=bool(self._pending) or len(self._inbox) > 0)
        self._pushers.hear(arrivals)
        self._messages.inc(len(chunk))
        self._quarantined.inc(len(arrivals.rejects))
        for message, reason in arrivals.rejects:
            log.warning("set aside: %s: %s", message.topic, reason)
