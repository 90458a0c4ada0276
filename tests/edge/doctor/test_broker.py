"""Looking in at a real broker."""

import gc
import shutil
import subprocess
from pathlib import Path

import pytest

from deploy.embedded import LOOPBACK, free_port, wait_for_port
from edge.doctor.broker import look_in
from edge.doctor.finding import Grade
from edge.topics import Share
from tests.conftest import Broker, need
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


def test_a_broker_is_believed_by_whom_vouches_for_it(
    tmp_path: Path, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")
    need(program, "mosquitto")
    config, port = tmp_path / "mosquitto.conf", free_port()
    config.write_text(
        f"listener {port} {LOOPBACK}\nallow_anonymous true\nuser root\ncertfile {certificate}\nkeyfile {certificate}\n"
    )
    with subprocess.Popen([str(program), "-c", str(config)]) as process:
        assert wait_for_port(port, within_s=15)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        (finding,), retained = look_in(f"mqtts://{LOOPBACK}:{port}", CONFIGS)
        process.kill()
    assert (finding.what, retained) == ("broker_well", {})


def test_of_a_cluster_one_host_that_is_away_is_a_warning(mosquitto: Broker) -> None:
    findings, retained = look_in(mosquitto.url.replace("@", "@127.0.0.1:1,"), CONFIGS)
    assert [(one.what, one.grade) for one in findings] == [
        ("broker_unreachable", Grade.WARN),
        ("broker_well", Grade.WELL),
    ]
    assert retained == {}
