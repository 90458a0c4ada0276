"""The dispatch stage: incidents from MQTT into tickets, each acked when its ticket is committed; clocks, notices."""

import logging
import queue
import threading
from datetime import UTC, datetime, timedelta

import psycopg
from prometheus_client import CollectorRegistry, Counter, Histogram

from detect.incident import Incident, Taken
from detect.outbox import digest_of
from dispatch import days, holds, store
from dispatch.accounts import tell_failures
from dispatch.intake import take_in
from dispatch.merging import lead_latecomers
from dispatch.modes_store import end_overdue
from dispatch.pressing import keep_paces, pass_clocks
from dispatch.sender import Sender
from edge.messages import BadMessageError, decode, encode_json
from edge.mqtt import Delivery, Link
from edge.probe import Health
from edge.topics import Share, Topic
from ingest.arrivals import HEAD, LIMIT
from ingest.chore import Chore
from ingest.database import Database
from ingest.session import FAULTS

log = logging.getLogger(__name__)

IDLE_S = 0.5
NAMED = 80  # characters of what a message calls itself
CHORE_EVERY_S = 1.0
WAITING = 200  # deliveries; beyond, the broker keeps them


class Dispatch:
    """Runs until `stop` is set. What is not committed is not acked, and so comes again."""

    def __init__(
        self,
        broker: str,
        database: str,
        share: Share,
        registry: CollectorRegistry,
        keep_evidence: timedelta = holds.KEEP,
    ) -> None:
        self._database = Database(database, "dispatch", registry)
        self._deliveries: queue.SimpleQueue[Delivery] = queue.SimpleQueue()
        self._link = Link(
            broker,
            f"yihu-dispatch-{share.index}-{share.count}",
            filters=share.filters("incident"),
            receive=self._deliveries.put,
            has_room=lambda: self._deliveries.qsize() < WAITING,
        )
        self._incidents = Counter("yihu_dispatch_incidents", "Incidents taken in", ["kind"], registry=registry)
        self._quarantined = Counter("yihu_dispatch_quarantined", "Incidents set aside", registry=registry)
        self._seconds = Histogram("yihu_dispatch_incident_seconds", "Time to take one in", registry=registry)
        acts = {
            "clocks": pass_clocks,
            "paces": _catch_up,
            "notices": Sender(registry).send_due,
            "failures": tell_failures,
        }
        self._chores = [Chore(name, act, CHORE_EVERY_S, database, registry) for name, act in acts.items()]
        self._chores.append(Chore("removal", holds.removal(keep_evidence), holds.EVERY_S, database, registry))
        self._chores.append(Chore("days", days.settle_days, days.EVERY_S, database, registry))

    def run(self, stop: threading.Event) -> None:
        threads = [chore.start(stop) for chore in self._chores]
        self._link.start()
        delivery: Delivery | None = None
        while not stop.is_set():
            try:
                connection = self._database.connect()
                delivery = delivery or self._next()
                if delivery:
                    self._handle(connection, delivery)
                delivery = None
            except FAULTS as error:
                self._database.rest(error, stop)
        self._link.stop()
        self._database.close()
        for thread in threads:
            thread.join()

    def health(self) -> Health:
        own = self._database.health(self._link, self._deliveries.qsize())
        trouble = next((chore.trouble for chore in self._chores if chore.trouble), "")
        return Health(state="down", detail=trouble) if trouble and own["state"] == "ok" else own

    def _next(self) -> Delivery | None:
        try:
            return self._deliveries.get(timeout=IDLE_S)
        except queue.Empty:
            return None

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
        taken = encode_json(Taken(digest_of(delivery.payload)))
        self._link.mention([(taken_topic(delivery.topic), taken)])
        delivery.ack()


def _catch_up(connection: psycopg.Connection, now: datetime) -> int:
    """What was written while an emergency or a merger of grids was may not know of it yet."""
    return end_overdue(connection, now) + lead_latecomers(connection, now) + keep_paces(connection, now)


def taken_topic(incident: str) -> str:
    """Where detect hears that we have what came on a topic."""
    return incident.removesuffix("incident") + "taken"


def read_incident(delivery: Delivery) -> Incident:
    """The incident of a delivery; raise BadMessageError when it or its topic breaks the contract."""
    if len(delivery.payload) > LIMIT:
        raise BadMessageError(f"{len(delivery.payload)} bytes are over the limit of {LIMIT}")
    topic = Topic.parse(delivery.topic)
    incident = decode(delivery.payload, Incident)
    if (incident.site, incident.device) != (topic.site, topic.device):
        named = f"{incident.site}/{incident.device}"[:NAMED]
        raise BadMessageError(f"the incident is of {named!r}, not of its topic's device")
    return incident
