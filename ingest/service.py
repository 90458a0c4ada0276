"""The ingest stage: MQTT → batches → one transaction each → acks, to the broker and to the edge."""

import logging
import queue
import threading
import time
from collections import deque
from collections.abc import Sequence
from uuid import UUID

import psycopg
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from edge.messages import Ack, Span, encode_json
from edge.mqtt import Delivery, Link
from edge.probe import Health
from edge.topics import Share, Topic
from ingest.arrivals import Arrivals, Message, sort_arrivals
from ingest.configs import ConfigPublisher
from ingest.database import Database
from ingest.gaps import Gaps
from ingest.store import Committed, Store

log = logging.getLogger(__name__)

STREAMS = ("status", "telemetry", "frame", "dropped")
BATCH = 1000  # messages
GATHER_S = 0.05  # how long a batch waits for more
IDLE_S = 0.5
WAITING = 1000  # messages; beyond, the broker keeps them

Arrival = tuple[Message, Delivery]
Chunk = list[Arrival]


class Intake:
    """Runs until `stop` is set. What is not committed is not acked, and so comes again."""

    def __init__(self, broker: str, database: str, share: Share, registry: CollectorRegistry) -> None:
        self._database = Database(database, "ingest", registry)
        self._store = Store()
        self._arrivals: queue.Queue[Arrival] = queue.Queue(WAITING)
        self._pending: deque[Chunk] = deque()
        self._link = Link(
            broker,
            f"yihu-ingest-{share.index}-{share.count}",
            filters=[name for stream in STREAMS for name in share.filters(stream)],
            receive=self._on_delivery,
            greet=lambda _link: self._configs.forget(),
            queue=0,
        )
        self._configs, self._gaps = ConfigPublisher(self._link, share), Gaps(registry)
        self._messages = Counter("yihu_ingest_messages", "Messages committed", registry=registry)
        self._quarantined = Counter("yihu_ingest_quarantined", "Messages set aside", registry=registry)
        self._seconds = Histogram("yihu_ingest_batch_seconds", "Time to write a batch", registry=registry)
        waiting = Gauge("yihu_ingest_waiting", "Messages waiting to be written", registry=registry)
        waiting.set_function(self._arrivals.qsize)

    def run(self, stop: threading.Event) -> None:
        self._link.start()
        while not stop.is_set():
            if not self._pending:
                self._gather()
            try:
                connection = self._database.connect()
                self._write_pending(connection)
                self._configs.publish_changes(connection)
                self._gaps.look(connection)
            except psycopg.OperationalError as error:
                self._database.rest(error, stop)
        self._link.stop()
        self._database.close()

    def health(self) -> Health:
        return self._database.health(self._link, self._arrivals.qsize())

    def _on_delivery(self, delivery: Delivery) -> None:
        self._arrivals.put((Message.arrived(delivery.topic, delivery.payload), delivery))

    def _gather(self) -> None:
        """Take what comes within a moment as the next chunk; nothing came: no chunk."""
        try:
            chunk = [self._arrivals.get(timeout=IDLE_S)]
        except queue.Empty:
            return
        until = time.monotonic() + GATHER_S
        while len(chunk) < BATCH and (left := until - time.monotonic()) > 0:
            try:
                chunk.append(self._arrivals.get(timeout=left))
            except queue.Empty:
                break
        self._pending.append(chunk)

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
        for _, delivery in chunk:
            delivery.ack()
        for site, device, boot, spans in committed:
            ack = acknowledge(boot, spans, arrivals.received_at.timestamp())
            self._link.publish(str(Topic(site, device, "ack")), encode_json(ack))
        self._messages.inc(len(chunk))
        self._quarantined.inc(len(arrivals.rejects))
        for message, reason in arrivals.rejects:
            log.warning("set aside: %s: %s", message.topic, reason)


def acknowledge(boot: UUID, spans: Sequence[Span], at: float) -> Ack:
    """What is committed of a boot, said to its agent: all from 1 up to a number, and whatever lies beyond it."""
    starts = bool(spans) and spans[0][0] == 1
    return Ack(boot, spans[0][1] if starts else 0, at, [*spans[starts:]])
