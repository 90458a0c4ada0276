from collections.abc import Iterator
from datetime import UTC, datetime
from secrets import token_hex
from uuid import uuid4

import psycopg
import pytest
from prometheus_client import CollectorRegistry
from psycopg import Connection

from detect.incident import Incident, IncidentObject, Taken
from detect.outbox import digest_of
from dispatch.service import Dispatch, read_incident
from edge.messages import BadMessageError, decode, encode_binary
from edge.mqtt import MORE, Delivery, Link, Receipt
from edge.topics import Share, Topic
from ingest.arrivals import LIMIT
from tests.conftest import Broker
from tests.detect.running import running
from tests.dispatch.matters import incident, read, rows, stored
from tests.edge.links import linked, listening
from tests.waiting import wait_for

CAMERA = Topic("tooley", "cam-1", "incident")


def delivery(payload: bytes, topic: object = CAMERA) -> Delivery:
    return Delivery(str(topic), payload, Receipt(1, 1), Link("mqtt://nowhere", "tester"))


def test_an_incident_is_read_off_its_topic():
    seen = incident()
    assert read_incident(delivery(encode_binary(seen))) == seen


BAD = [
    pytest.param(CAMERA, b"rubbish", "not a Incident", id="no message"),
    pytest.param(CAMERA, b"", "not a Incident", id="nothing"),
    pytest.param(CAMERA, b"{" * 200_000, "not a Incident", id="deep"),
    pytest.param(CAMERA, bytes(LIMIT + 1), "over the limit", id="too large"),
    pytest.param(CAMERA, encode_binary(incident(kind=token_hex(3000))), "not a Incident", id="too long for an index"),
    pytest.param(Topic("tooley", "cam-2", "incident"), encode_binary(incident()), "not of its topic", id="another's"),
    pytest.param(CAMERA, encode_binary(incident(site="a\0b")), "b/cam-1', not of its topic", id="nobody's"),
    pytest.param("yihu/v1/zz/tooley/cam-1/incident", encode_binary(incident()), "'zz' should be", id="wrong shard"),
]
REFUSED = [  # by the database
    incident(kind="rub\0bish"),
    incident(objects=[IncidentObject("a\0b", (0, 0, 1, 1), 0.5)]),
    incident(objects=[IncidentObject("car", (0, 0, float("nan"), 1), 0.5)]),
]


@pytest.mark.parametrize(("topic", "payload", "reason"), BAD)
def test_what_breaks_the_contract_is_refused_with_a_reason(topic: object, payload: bytes, reason: str):
    with pytest.raises(BadMessageError, match=reason):
        read_incident(delivery(payload, topic))


class Stand:
    """The stage under test, with its figures, and what tells it of incidents."""

    def __init__(self, broker: Broker, database: str, link: Link) -> None:
        self._registry, self._link = CollectorRegistry(), link
        self.stage = Dispatch(broker.url, database, Share(), self._registry)

    def count(self, name: str, **labels: str) -> float:
        return self._registry.get_sample_value(f"yihu_dispatch_{name}", labels) or 0

    def send(self, payload: bytes | Incident, topic: object = CAMERA, *, retain: bool = False) -> None:
        body = encode_binary(payload) if isinstance(payload, Incident) else payload
        assert self._link.publish(str(topic), body, retain=retain, wait_s=10)


@pytest.fixture
def stand(mosquitto: Broker, database: str) -> Iterator[Stand]:
    with linked(mosquitto.url) as link:
        stand = Stand(mosquitto, database, link)
        with running(stand.stage):
            stand.send(incident(zone="first"), retain=True)  # retained, so that it waits for the subscription
            wait_for(lambda: stand.count("incidents_total", kind="illegal_parking") == 1)
            yield stand


def test_an_incident_becomes_a_ticket(stand: Stand, connection: Connection):
    seen = incident()
    stand.send(seen)
    (ticket,) = wait_for(lambda: rows(connection, "tickets", zone="kerb"))
    assert (ticket["state"], ticket["kind"]) == ("candidate", "illegal_parking")
    assert [row["id"] for row in rows(connection, "incidents", ticket=ticket["id"])] == [seen.id]
    wait_for(lambda: stand.stage.health()["state"] == "ok")


@pytest.mark.parametrize("payload", [encode_binary(incident()), encode_binary(REFUSED[0]), b"rubbish"])
def test_detect_is_told_of_what_is_committed_be_it_set_aside(stand: Stand, mosquitto: Broker, payload: bytes):
    with listening(mosquitto.url, str(Topic(CAMERA.site, CAMERA.device, "taken"))) as heard:
        stand.send(payload)
        (taken,) = wait_for(lambda: heard)
    assert decode(taken.payload, Taken).digest == digest_of(payload)


def test_what_breaks_the_contract_is_set_aside_and_stops_nothing(stand: Stand, connection: Connection):
    bad = [case.values for case in BAD]
    for topic, payload, _ in bad:
        stand.send(payload, topic)
    stand.send(incident())
    wait_for(lambda: rows(connection, "tickets", zone="kerb"))
    kept = sorted(rows(connection, "quarantine"), key=lambda row: row["at"])
    assert [(row["topic"], row["size"], row["head"]) for row in kept] == [
        (str(topic), len(payload), payload[:4096]) for topic, payload, _ in bad
    ]
    assert all(reason in row["reason"] for row, (*_, reason) in zip(kept, bad, strict=True))
    assert stand.count("quarantined_total") == len(bad)


def test_what_the_database_refuses_is_set_aside_and_stops_nothing(stand: Stand, connection: Connection):
    for seen in REFUSED:
        stand.send(seen)
    stand.send(incident())
    wait_for(lambda: rows(connection, "tickets", zone="kerb"))
    assert len(rows(connection, "tickets")) == 2  # with the first, that the stand began with
    assert len(rows(connection, "quarantine")) == len(REFUSED)


def test_nothing_is_lost_when_the_database_drops_its_connections(stand: Stand, connection: Connection):
    sent = [incident(device=f"cam-{number}", position=None) for number in range(30)]
    cut = 0
    for number, seen in enumerate(sent):
        stand.send(seen, Topic("tooley", seen.device, "incident"))
        if number % 10 == 5:
            cut += drop_connections(connection)
    wait_for(lambda: len(rows(connection, "incidents")) == len(sent) + 1, within_s=30)
    assert cut
    assert len(rows(connection, "tickets")) == len(sent) + 1
    assert stand.count("database_failures_total") >= 1
    wait_for(lambda: stand.stage.health()["state"] == "ok")


def test_failed_sign_ins_are_told_to_the_audit_log_when_their_hour_is_over(stand: Stand, connection: Connection):
    connection.execute(
        "INSERT INTO failed_sign_ins VALUES (date_bin('1 hour', now(), 'epoch') - interval '1 hour', '', 7)"
    )
    (told,) = wait_for(lambda: rows(connection, "audit", action="sign_in_failed"))
    assert told["detail"]["unknown"] == 7
    wait_for(lambda: stand.stage.health()["state"] == "ok")


def drop_connections(connection: Connection) -> int:
    stage = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'yihu-dispatch'"
    return len(wait_for(lambda: connection.execute(f"{stage} AND datname = current_database()").fetchall()))


def test_what_came_while_the_stage_was_away_is_taken_in_once_when_it_is_back(
    mosquitto: Broker, database: str, connection: Connection
):
    with linked(mosquitto.url) as link:
        first = Stand(mosquitto, database, link)
        with running(first.stage):
            first.send(incident(zone="first"), retain=True)
            wait_for(lambda: rows(connection, "tickets"))
            first.send(incident(zone="second"))
            wait_for(lambda: rows(connection, "tickets", zone="second"))
        first.send(incident(zone="third"))
        second = Stand(mosquitto, database, link)
        with running(second.stage):
            wait_for(lambda: rows(connection, "tickets", zone="third"))
            second.send(incident(zone="fourth"))
            wait_for(lambda: rows(connection, "tickets", zone="fourth"))
        assert second.count("incidents_total", kind="illegal_parking") == 3  # the retained one, the third, the fourth


def test_what_could_not_be_committed_is_delivered_again(mosquitto: Broker, database: str, connection: Connection):
    with linked(mosquitto.url) as link:
        first = Stand(mosquitto, "postgresql://127.0.0.1:1/nowhere", link)
        with running(first.stage):
            first.send(incident(), retain=True)
            wait_for(first.stage._deliveries.qsize)
            first.send(b"", retain=True)  # the broker forgets it, but for the copy that is not acked
        second = Stand(mosquitto, database, link)
        with running(second.stage):
            wait_for(lambda: rows(connection, "tickets"))


def test_without_a_database_it_waits_and_says_so(mosquitto: Broker):
    stage = Dispatch(mosquitto.url, "postgresql://127.0.0.1:1/nowhere", Share(), CollectorRegistry())
    assert stage.health() == {"state": "down", "detail": "no link to the broker"}
    with running(stage):
        wait_for(lambda: "the database cannot be used" in stage.health()["detail"])
        assert stage.health()["state"] == "down"


def test_a_repeated_delivery_changes_nothing(stand: Stand, connection: Connection):
    seen = incident()
    for _ in range(5):
        stand.send(seen)
    wait_for(lambda: stand.count("incidents_total", kind="illegal_parking") == 6)
    assert len(rows(connection, "incidents")) == 2
    assert len(rows(connection, "audit")) == 2


@pytest.mark.usefixtures("stand")
def test_what_a_merger_of_grids_missed_is_led_on(connection: Connection):
    connection.execute("INSERT INTO areas VALUES ('new', '新', 'grid', NULL, '[]', NULL, NULL)")
    connection.execute("INSERT INTO areas VALUES ('old', '旧', 'grid', NULL, '[]', 'new', now())")
    missed = stored(connection, areas=["old"], opened_at=datetime.now(UTC))
    wait_for(lambda: read(connection, missed.id).areas == ["old", "new"])


def test_while_the_database_is_busy_no_more_is_read_than_may_wait(
    stand: Stand, database: str, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dispatch.service.WAITING", 10)
    with psycopg.connect(database) as other:
        other.execute("LOCK TABLE incidents IN ACCESS EXCLUSIVE MODE")
        for number in range(80):
            stand.send(incident(id=uuid4(), zone=f"zone-{number}"))
        wait_for(lambda: stand.stage._deliveries.qsize() >= 10)
        assert stand.stage._deliveries.qsize() <= 10 + MORE
    wait_for(lambda: len(rows(connection, "incidents")) == 1 + 80, within_s=60)  # with the stand's own
