"""Looking in at a real broker."""

import gc

import pytest

from edge.doctor.broker import look_in
from edge.doctor.finding import Grade
from edge.topics import Share
from tests.conftest import Broker
from tests.edge.links import linked

CONFIGS = Share().filters("config", "tooley")


def test_what_is_retained_comes_along_with_the_round_trip(any_broker: Broker) -> None:
    with linked(any_broker.url) as link:
        for number in range(30):
            assert link.publish(f"yihu/v1/00/tooley/cam-{number}/config", b"{}", retain=True, wait_s=10)
    (finding,), retained = look_in(any_broker.url, CONFIGS)
    assert (finding.what, finding.grade) == ("broker_well", Grade.WELL)
    assert len(retained or {}) == 30


def test_nobody_s_session_ends_and_none_is_left_behind(mosquitto: Broker) -> None:
    with linked(mosquitto.url, "yihu-edge-tooley-edge") as link:
        for _ in range(2):
            look_in(mosquitto.url, CONFIGS)
        assert link.publish("yihu/v1/00/tooley/edge/status", b"{}", wait_s=10)
        assert link._connection == 1


def test_a_broker_that_is_not_there_is_named() -> None:
    (finding,), retained = look_in("mqtt://127.0.0.1:1", CONFIGS)
    assert (finding.what, finding.grade, retained) == ("broker_unreachable", Grade.BROKEN, None)
    assert finding.facts["port"] == 1


def test_a_wrong_password_is_told_from_a_dead_line(any_broker: Broker) -> None:
    (finding,), retained = look_in(any_broker.url.replace("of-a-broker", "not-of-it"), CONFIGS)
    assert (finding.what, retained) == ("broker_refused", None)


# paho leaves the socket of a handshake that failed to the garbage collector
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_broker_that_speaks_no_tls_is_not_trusted(mosquitto: Broker) -> None:
    (finding,), _ = look_in(mosquitto.url.replace("mqtt:", "mqtts:"), CONFIGS)
    gc.collect()
    assert finding.what in ("broker_untrusted", "broker_unreachable")
    assert finding.grade is Grade.BROKEN


def test_of_a_cluster_one_host_that_is_away_is_a_warning(mosquitto: Broker) -> None:
    findings, retained = look_in(mosquitto.url.replace("@", "@127.0.0.1:1,"), CONFIGS)
    assert [(one.what, one.grade) for one in findings] == [
        ("broker_unreachable", Grade.WARN),
        ("broker_well", Grade.WELL),
    ]
    assert retained == {}
