"""The dispatch stage: incidents from MQTT into tickets, each acked when its ticket is committed; and their clocks."""

import logging
import queue
import threading
import time
from datetime import UTC, datetime

import psycopg
from prometheus_client import CollectorRegistry, Counter, Histogram

from detect.incident import Incident
from dispatch import store
from dispatch.intake import take_in
from dispatch.modes_store import end_overdue
from dispatch.pressing import pass_clocks
from dispatch.sender import Sender
from edge.messages import BadMessageError, decode
from edge.mqtt import Delivery, Link
from edge.probe import Health
from edge.topics import Share, Topic
from ingest.arrivals import HEAD, LIMIT
from ingest.database import Database

log = logging.getLogger(__name__)

IDLE_S = 0.5
PASS_EVERY_S = 1.0  # over all clocks
WAITING = 200  # deliveries; beyond, the broker keeps them


class Dispatch:
    """Runs until `stop` is set. What is not committed is not acked, and so comes again."""

    def __init__(self, broker: str, database: str, share: Share, registry: CollectorRegistry) -> None:
        self._database = Database(database, "dispatch", registry)
        self._deliveries: queue.Queue[Delivery] = queue.Queue(WAITING)
        self._link = Link(
            broker,
            f"yihu-dispatch-{share.index}-{share.count}",
            filters=share.filters("incident"),
            receive=self._deliveries.put,
        )
        self._incidents = Counter("yihu_dispatch_incidents", "Incidents taken in", ["kind"], registry=registry)
        self._quarantined = Counter("yihu_dispatch_quarantined", "Incidents set aside", registry=registry)
        self._seconds = Histogram("yihu_dispatch_incident_seconds", "Time to take one in", registry=registry)
        self._pass_seconds = Histogram("yihu_dispatch_pass_seconds", "One pass of the clocks", registry=registry)
        self._sender, self._passed_at = Sender(database, registry), float("-inf")

    def run(self, stop: threading.Event) -> None:
        sending = threading.Thread(target=self._sender.run, args=(stop,), name="notices")
        sending.start()
        self._link.start()
        delivery: Delivery | None = None
        while not stop.is_set():
            try:
                connection = self._database.connect()
                self._pass_clocks(connection)
                delivery = delivery or self._next()
                if delivery:
                    self._handle(connection, delivery)
                delivery = None
            except psycopg.OperationalError as error:
                self._database.rest(error, stop)
        self._link.stop()
        self._database.close()
        sending.join()

    def health(self) -> Health:
        return self._database.health(self._link, self._deliveries.qsize())

    def _next(self) -> Delivery | None:
        try:
            return self._deliveries.get(timeout=IDLE_S)
        except queue.Empty:
            return None

    def _pass_clocks(self, connection: psycopg.Connection) -> None:
        if time.monotonic() - self._passed_at < PASS_EVERY_S:
            return
        now = datetime.now(UTC)
        with self._pass_seconds.time():
            touched = end_overdue(connection, now) + pass_clocks(connection, now)
        if touched:
            log.info("%d tickets and emergencies had come to their time", touched)
        self._passed_at = time.monotonic()

    def _handle(self, connection: psycopg.Connection, delivery: Delivery) -> None:
        try:
            with self._seconds.time():
                incident = read_incident(delivery)
                ticket = take_in(connection, incident, datetime.now(UTC))
            self._incidents.labels(incident.kind).inc()
            log.info("%s %s → ticket %s", incident.kind, incident.phase, ticket.id)
        except (BadMessageError, psycopg.DataError) as error:
            self._quarantined.inc()
            log.warning("set aside: %s: %s", delivery.topic, error)
            store.quarantine(connection, delivery.topic, str(error), delivery.payload, HEAD)
        delivery.ack()


def read_incident(delivery: Delivery) -> Incident:
    """The incident of a delivery; raise BadMessageError when it or its topic breaks the contract."""
    if len(delivery.payload) > LIMIT:
        raise BadMessageError(f"{len(delivery.payload)} bytes are over the limit of {LIMIT}")
    topic = Topic.parse(delivery.topic)
    incident = decode(delivery.payload, Incident)
    if (incident.site, incident.device) != (topic.site, topic.device):
        raise BadMessageError(f"the incident is of {incident.site}/{incident.device}, not of its topic's device")
    return incident
