import json
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from prometheus_client import CollectorRegistry, Counter

from edge.probe import Health, make_registry, serve_probe

LOOPBACK = ("127.0.0.1", 0)
OK = Health(state="ok", detail="3 cameras")


def read(port, path):
    with urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
        return answer.headers["Content-Type"], answer.read().decode()


def test_metrics_are_prometheus_text_with_the_process_under_the_stages_name():
    registry = make_registry("edge")
    Counter("yihu_edge_frames", "Frames", ["camera"], registry=registry).labels("cam-1").inc(3)
    media_type, text = read(serve_probe(LOOPBACK, registry, lambda: OK), "/metrics")
    assert media_type.startswith("text/plain; version=0.0.4")
    assert 'yihu_edge_frames_total{camera="cam-1"} 3.0' in text
    assert "yihu_edge_process_cpu_seconds_total" in text


def test_health_is_asked_each_time():
    answers = iter([OK, Health(state="down", detail="no link to the broker")])
    port = serve_probe(LOOPBACK, CollectorRegistry(), lambda: next(answers))
    assert [json.loads(read(port, "/health")[1])["state"] for _ in range(2)] == ["ok", "down"]


def test_anything_else_is_not_found():
    port = serve_probe(LOOPBACK, CollectorRegistry(), lambda: OK)
    with pytest.raises(HTTPError) as caught:
        read(port, "/")
    with caught.value as answer:
        assert answer.code == 404


def test_a_probe_says_nothing_in_the_log(capfd):
    read(serve_probe(LOOPBACK, CollectorRegistry(), lambda: OK), "/health")
    assert capfd.readouterr() == ("", "")
