import threading
from collections.abc import Iterator

import psycopg
import pytest
import uvicorn
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry

from dashboard.app import create_app
from deploy.demo.stream import listen, signals
from deploy.embedded import LOOPBACK, free_port
from tests.dashboard.conftest import TOKEN, report, web_settings
from tests.waiting import wait_for

KINDS, IDS = st.sampled_from(["ticket", "device", "incident"]), st.sampled_from(["", "1", "a-b"])


@given(st.lists(st.tuples(KINDS, IDS)))
def test_signals_are_read_as_they_were_sent(sent: list[tuple[str, str]]) -> None:
    lines = ["retry: 2000", ": still here", ""]
    for kind, name in sent:
        lines += [f"event: {kind}", f'data: {{"id": "{name}"}}' if name else "data: {}", ""]
    assert list(signals(lines)) == sent


def test_a_signal_cut_short_is_none() -> None:
    assert list(signals(["event: ticket", 'data: {"id": "1"}'])) == []


@pytest.fixture
def server(database: str) -> Iterator[uvicorn.Server]:
    """The web, not yet running."""
    app = create_app(web_settings(database), CollectorRegistry())
    server = uvicorn.Server(uvicorn.Config(app, LOOPBACK, free_port(), log_config=None, timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run)
    server.start_later = thread.start  # type: ignore[attr-defined]
    yield server
    server.should_exit = True
    thread.join()


def test_a_client_connects_when_it_can_and_hears_of_a_new_ticket(
    server: uvicorn.Server, connection: psycopg.Connection
) -> None:
    heard: list[tuple[str, str, float]] = []
    stop = threading.Event()
    url = f"http://{LOOPBACK}:{server.config.port}"

    def hear(kind: str, name: str, at: float) -> None:
        heard.append((kind, name, at))

    listener = threading.Thread(target=listen, args=(url, TOKEN, hear, stop))
    listener.start()
    server.start_later()  # type: ignore[attr-defined]
    wait_for(lambda: ("hello", "") in [signal[:2] for signal in heard])
    ticket = report(connection)
    wait_for(lambda: ("ticket", str(ticket)) in [signal[:2] for signal in heard])
    stop.set()
    report(connection)  # one more signal wakes it
    listener.join(timeout=10)
    assert not listener.is_alive()
