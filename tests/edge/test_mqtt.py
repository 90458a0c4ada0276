import contextlib
import gc
import getpass
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from urllib.parse import urlsplit

import pytest

from deploy.bench.generator import Generator, Packet, packet
from deploy.embedded import free_port, wait_for_port
from edge.mqtt import Link, Will
from tests.conftest import Broker, need
from tests.edge.links import break_connection, linked, listening, slow_line
from tests.waiting import wait_for


def payloads(heard):
    return [delivery.payload for delivery in heard]


def publish_in_thread(link, topic, sizes):
    thread = threading.Thread(target=lambda: [link.publish(topic, bytes(size)) for size in sizes])
    thread.start()
    return thread


def test_what_is_not_acked_comes_again_and_what_is_acked_does_not(any_broker):
    with linked(any_broker.url) as link:
        with listening(any_broker.url, "t", acks=lambda delivery: delivery.payload == b"acked") as heard:
            for payload in (b"acked", b"not acked"):
                link.publish("t", payload)
            wait_for(lambda: payloads(heard) == [b"acked", b"not acked"])
        with listening(any_broker.url, "t") as heard:
            link.publish("t", b"later")
            wait_for(lambda: b"later" in payloads(heard) and b"not acked" in payloads(heard))
            assert b"acked" not in payloads(heard)


def test_what_is_not_acked_comes_again_on_the_same_link_after_the_connection_broke(any_broker):
    heard = []
    with linked(any_broker.url, "reader", filters=["t"], receive=heard.append) as reader:
        with linked(any_broker.url) as link:
            link.publish("t", b"1")
        wait_for(lambda: heard)
        break_connection(reader)
        wait_for(lambda: len(heard) >= 2)
    assert payloads(heard) == [b"1", b"1"]


def test_an_ack_from_before_a_reconnect_acks_nothing(any_broker):
    heard = []
    with linked(any_broker.url, "reader", filters=["t"], receive=heard.append) as reader:
        with linked(any_broker.url) as link:
            link.publish("t", b"1")
        wait_for(lambda: heard)
        break_connection(reader)
        wait_for(lambda: len(heard) >= 2)
        heard[0].ack()
    with listening(any_broker.url, "t", name="reader") as again:
        wait_for(lambda: payloads(again) == [b"1"])


def test_nor_does_an_ack_while_the_reconnect_is_under_way(mosquitto):
    heard = []
    with linked(mosquitto.url, "reader", filters=["t"], receive=heard.append) as reader:
        with linked(mosquitto.url) as link:
            link.publish("t", b"1")
        wait_for(lambda: heard)
        mosquitto._process.send_signal(signal.SIGSTOP)
        broken = break_connection(reader)
        wait_for(lambda: reader._client.socket() not in (None, broken))
        heard[0].ack()
        mosquitto._process.send_signal(signal.SIGCONT)
        wait_for(lambda: len(heard) >= 2)
    with listening(mosquitto.url, "t", name="reader") as again:
        wait_for(lambda: payloads(again) == [b"1"])


def test_while_there_is_no_room_nothing_is_read_and_what_is_dealt_with_is_said(mosquitto):
    """Mosquitto 2.0.11 sends more than its window, once some of it is acked."""
    heard, limit = [], [1]
    options = {"filters": ["t"], "receive": heard.append, "has_room": lambda: len(heard) < limit[0]}
    with linked(mosquitto.url, "reader", **options), linked(mosquitto.url) as link:
        for number in range(200):
            link.publish("t", b"%d" % number, wait_s=0 if number else 10)
        wait_for(lambda: heard)
        assert len(heard) < 200
        heard[0].ack()
        wait_for(lambda: link.publish("end", b"", wait_s=10))
        assert payloads(heard)[0] == b"0"
    limit[0] = 1000
    with listening(mosquitto.url, "t", name="reader") as again:
        wait_for(lambda: len(again) == 199)


def test_however_long_there_is_no_room_the_connection_holds(mosquitto, monkeypatch):
    monkeypatch.setattr("edge.mqtt.KEEPALIVE_S", 1)
    heard, limit = [], [1]
    options = {"filters": ["t"], "receive": heard.append, "has_room": lambda: len(heard) < limit[0]}
    with linked(mosquitto.url, "reader", **options) as reader, linked(mosquitto.url) as link:
        for number in range(10):
            link.publish("t", b"%d" % number, wait_s=10)
        time.sleep(4)
        limit[0] = 1000
        wait_for(lambda: len(heard) == 10)
        assert {delivery.receipt.connection for delivery in heard} == {1}
        assert reader.connected


def test_what_is_published_while_the_subscriber_is_away_waits_for_it(any_broker):
    with listening(any_broker.url, "t"):
        pass
    with linked(any_broker.url) as link:
        for number in range(20):
            assert link.publish("t", b"%d" % number, wait_s=10)
    with listening(any_broker.url, "t") as heard:
        wait_for(lambda: payloads(heard) == [b"%d" % number for number in range(20)])


def test_a_subscriber_hears_again_after_the_broker_was_killed(any_broker):
    with listening(any_broker.url, "t") as heard, linked(any_broker.url) as link:
        any_broker.kill()
        any_broker.start()

        def heard_again():
            link.publish("t", b"again")
            return heard

        wait_for(heard_again, within_s=20)


def test_what_is_published_while_the_broker_is_away_reaches_it_later(any_broker):
    with linked(any_broker.url) as link:
        any_broker.kill()
        wait_for(lambda: not link.connected)
        for number in range(3):
            assert link.publish(f"t/{number}", b"kept", retain=True)
        any_broker.start()
        with listening(any_broker.url, "t/+") as heard:
            wait_for(lambda: {delivery.topic for delivery in heard} == {"t/0", "t/1", "t/2"}, within_s=20)


def test_what_a_broker_sends_unasked_is_passed_over(amqtt):
    with listening(amqtt.url, "others", name="other"), linked(amqtt.url) as link:
        assert link.publish("others", b"retained", retain=True, wait_s=10)
        for _ in range(2):
            with listening(amqtt.url, "t") as heard:
                link.publish("t", b"ours")
                wait_for(lambda: heard)
                assert [delivery.topic for delivery in heard] == ["t"]


def test_the_will_is_published_when_the_connection_breaks(any_broker):
    with (
        listening(any_broker.url, "will") as heard,
        linked(any_broker.url, "mortal", will=Will("will", b"gone")) as mortal,
    ):
        break_connection(mortal)
        wait_for(lambda: payloads(heard) == [b"gone"])


def test_the_will_is_retained(mosquitto):
    with linked(mosquitto.url, "mortal", will=Will("will", b"gone")) as mortal:
        break_connection(mortal)
        with listening(mosquitto.url, "will") as heard:
            wait_for(lambda: payloads(heard) == [b"gone"])


def test_the_will_is_kept_at_a_stop(any_broker):
    with listening(any_broker.url, "will") as heard:
        with linked(any_broker.url, "mortal", will=Will("will", b"gone")):
            pass
        with linked(any_broker.url) as link:
            link.publish("will", b"something else")
        wait_for(lambda: heard)
        assert payloads(heard) == [b"something else"]


def tries_after_two_breaks(link):
    for _ in range(2):
        broken = break_connection(link)
        wait_for(lambda: link.connected and link._client.socket() not in (None, broken))  # noqa: B023 - called at once
    return link._backoff.tries


def test_connections_that_break_at_once_are_made_ever_more_slowly(mosquitto):
    with linked(mosquitto.url) as link:
        assert tries_after_two_breaks(link) == 2


def test_after_a_connection_that_lasted_the_next_is_made_quickly(mosquitto, monkeypatch):
    monkeypatch.setattr("edge.mqtt.LASTING_S", 0)
    with linked(mosquitto.url) as link:
        assert tries_after_two_breaks(link) == 1


def test_the_link_greets_at_every_connection(mosquitto):
    greeted = []
    with linked(mosquitto.url, greet=greeted.append) as link:
        wait_for(lambda: greeted == [link])
        break_connection(link)
        wait_for(lambda: greeted == [link, link])


def test_a_topic_that_no_database_takes_is_made_one_that_it_does(amqtt):
    with listening(amqtt.url, "t/+") as heard, linked(amqtt.url) as link:
        link.publish("t/a\0b", b"")
        wait_for(lambda: [delivery.topic for delivery in heard] == ["t/a\ufffdb"])


def test_a_subscription_can_be_for_now_only(mosquitto):
    """Amqtt keeps all of it."""
    heard, late = [], []
    with linked(mosquitto.url) as link:
        with linked(mosquitto.url, "listener", receive=lambda one: heard.append(one) or one.ack()) as ear:
            ear.subscribe("t/now", qos=0)
            ear.subscribe("t/kept")

            def send_and_hear():
                link.publish("t/now", b"1")
                link.publish("t/kept", b"1")
                return {delivery.topic for delivery in heard} == {"t/now", "t/kept"}

            wait_for(send_and_hear)
        for _ in range(3):
            assert link.publish("t/now", b"2", wait_s=10)
            assert link.publish("t/kept", b"2", wait_s=10)
        with linked(mosquitto.url, "listener", receive=lambda one: late.append(one) or one.ack()):
            wait_for(lambda: [delivery.payload for delivery in late].count(b"2") == 3)
            assert {delivery.topic for delivery in late} == {"t/kept"}


@pytest.fixture
def nats(tmp_path):
    need(shutil.which("nats-server"), "nats-server")
    config, port = tmp_path / "nats.conf", free_port()
    config.write_text(
        f"server_name: one\nlisten: 127.0.0.1:{free_port()}\njetstream {{ store_dir: {tmp_path} }}\n"
        f"mqtt {{ listen: 127.0.0.1:{port}, max_ack_pending: 1000 }}\n"
    )
    with subprocess.Popen(["nats-server", "-c", str(config)], stderr=subprocess.DEVNULL) as process:
        try:
            assert wait_for_port(port, within_s=15)
            yield f"mqtt://127.0.0.1:{port}"
        finally:
            process.kill()


def test_subscriptions_that_a_broker_refuses_are_told(nats, caplog):
    names = [f"t/{number}" for number in range(100)]  # of which it takes as many as 65535 / 1000
    with linked(nats, filters=names) as link:
        wait_for(lambda: "refuses 35 of 100 subscriptions" in link.trouble)
        assert "such as t/" in caplog.text


def test_hundreds_of_subscriptions_are_taken(nats):
    with linked(nats) as publisher, listening(nats, *(f"t/{number}" for number in range(60))) as heard:
        for number in range(60):
            publisher.publish(f"t/{number}", b"")
        wait_for(lambda: len({delivery.topic for delivery in heard}) == 60)


def test_a_topic_that_is_no_text_ends_nothing(nats):
    with listening(nats, "t/+") as heard, Generator(nats) as generator:
        head, body = packet("t/caf?", b"1")
        generator.publish([Packet(head.replace(b"?", b"\xe9"), body), packet("t/tea", b"2")])
        wait_for(lambda: [delivery.topic for delivery in heard] == ["t/caf\ufffd", "t/tea"])


def test_a_message_is_refused_when_the_queue_is_full():
    link = Link(f"mqtt://127.0.0.1:{free_port()}", "offline", queue=3)
    assert [link.publish("t", b"") for _ in range(4)] == [True, True, True, False]


def test_a_confirmation_can_be_waited_for(mosquitto):
    with linked(mosquitto.url) as link:
        assert link.publish("t", b"", wait_s=10)
        mosquitto._process.send_signal(signal.SIGSTOP)
        assert not link.publish("t", b"", wait_s=0.2)
        mosquitto._process.send_signal(signal.SIGCONT)


def test_over_a_slow_line_many_threads_publish_without_writing_into_one_another(mosquitto):
    greeted = []
    sizes = [10, 100_000] * 30
    with (
        listening(mosquitto.url, "t/+") as heard,
        slow_line(mosquitto.url) as line,
        linked(line, greet=greeted.append, queue=0) as link,
    ):
        link._client.socket().setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 8192)
        threads = [publish_in_thread(link, f"t/{name}", sizes) for name in range(3)]
        for thread in threads:
            thread.join()
        wait_for(lambda: len(heard) >= 3 * len(sizes), within_s=15)
    for name in range(3):
        assert [len(one.payload) for one in heard if one.topic == f"t/{name}"] == sizes
    assert len(greeted) == 1  # the broker had no reason to hang up


def test_what_was_published_before_a_stop_has_gone_out(any_broker):
    with listening(any_broker.url, "t") as heard:
        with linked(any_broker.url) as link:
            for _ in range(500):
                link.publish("t", bytes(1000))
        wait_for(lambda: len(heard) == 500)


def test_a_stop_waits_only_a_moment_for_a_broker_that_hangs(mosquitto, monkeypatch):
    monkeypatch.setattr("edge.mqtt.PARTING_S", 0.2)
    with linked(mosquitto.url) as link:
        mosquitto._process.send_signal(signal.SIGSTOP)
        link.publish("t", b"")
        link.stop()
        assert not link._thread.is_alive()
        mosquitto._process.send_signal(signal.SIGCONT)


def test_a_link_stopped_at_once_is_gone(mosquitto):
    for number in range(20):
        link = Link(mosquitto.url, f"hasty-{number}")
        link.start()
        link.stop()
        assert not link._thread.is_alive()


@contextlib.contextmanager
def strict_broker(folder, *settings):
    """A mosquitto with settings of the test's own."""
    program = shutil.which("mosquitto", path=f"{os.environ['PATH']}:/usr/sbin")
    need(program, "mosquitto")

    def command(port):
        lines = [f"listener {port} 127.0.0.1", f"user {getpass.getuser()}", "log_type none", *settings]
        (folder / "strict.conf").write_text("\n".join(lines))
        return [program, "-c", folder / "strict.conf"]

    broker = Broker(command)
    try:
        yield broker.url
    finally:
        broker.kill()


@pytest.fixture
def locked(tmp_path):
    """The address of a broker that asks for a user and a password."""
    passwords = tmp_path / "passwords"
    subprocess.run(["mosquitto_passwd", "-b", "-c", passwords, "edge", "p@ss:w"], check=True, capture_output=True)
    with strict_broker(tmp_path, f"password_file {passwords}") as url:
        yield url


def as_user(url, who):
    return f"mqtt://{who}@{url.rpartition('@')[2]}"


def test_user_and_password_of_the_address_open_the_broker(locked):
    with linked(as_user(locked, "edge:p%40ss%3Aw")) as link:
        assert link.publish("t", b"", wait_s=10)


def test_a_refused_link_says_what_to_check(locked, caplog):
    link = Link(as_user(locked, "edge:wrong"), "tester")
    link.start()
    wait_for(lambda: "check the user and password in YIHU_MQTT_URL" in caplog.text)
    assert not link.connected
    link.stop()


def test_an_absent_broker_is_logged_and_tried_again(caplog):
    link = Link(f"mqtt://127.0.0.1:{free_port()}", "tester")
    link.start()
    wait_for(lambda: caplog.text.count("cannot be reached") >= 2)
    link.stop()


def test_of_several_nodes_the_next_is_tried(mosquitto):
    port = urlsplit(mosquitto.url).port
    url = mosquitto.url.replace(f"127.0.0.1:{port}", f"127.0.0.1:{free_port()},127.0.0.1:{port}")
    with linked(url) as link:
        assert link.publish("t", b"", wait_s=10)


@pytest.fixture
def certificate(tmp_path):
    """A certificate of our own for 127.0.0.1; its key lies beside it."""
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
         "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
         "-keyout", tmp_path / "key.pem", "-out", tmp_path / "certificate.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    return tmp_path / "certificate.pem"


@pytest.fixture
def encrypted(certificate):
    settings = ["allow_anonymous true", f"certfile {certificate}", f"keyfile {certificate.with_name('key.pem')}"]
    with strict_broker(certificate.parent, *settings) as url:
        yield url.replace("mqtt:", "mqtts:")


def test_an_encrypted_link_comes_up_where_the_certificate_is_trusted(encrypted, certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with linked(encrypted) as link:
        assert link.publish("t", b"", wait_s=10)


@pytest.mark.filterwarnings("ignore:.*unclosed <ssl.SSLSocket")  # paho leaves a refused one to the garbage collector
def test_an_encrypted_link_keeps_away_from_a_stranger(encrypted, caplog):
    link = Link(encrypted, "tester")
    link.start()
    wait_for(lambda: "certificate" in caplog.text)
    assert not link.connected
    link.stop()
    gc.collect()
