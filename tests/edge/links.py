"""Clients of a broker for tests: one that is connected, one that keeps what it hears."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

from edge.mqtt import Delivery, Link
from tests.waiting import wait_for


@contextlib.contextmanager
def linked(url: str, name: str = "tester", **options: Any) -> Iterator[Link]:
    """A link that is connected, and subscribed where it has filters."""
    link = Link(url, name, **options)
    link.start()
    try:
        wait_for(lambda: link.is_answered, within_s=30)
        yield link
    finally:
        link.stop()


@contextlib.contextmanager
def listening(
    url: str, *filters: str, name: str = "listener", acks: Callable[[Delivery], bool] = lambda _: True
) -> Iterator[list[Delivery]]:
    """What arrives on the filters, as it arrives; acked as `acks` says."""
    heard: list[Delivery] = []

    def receive(delivery: Delivery) -> None:
        heard.append(delivery)
        if acks(delivery):
            delivery.ack()

    with linked(url, name, filters=filters, receive=receive):
        yield heard


def break_connection(link: Link) -> Any:
    """Cut the cable, so that the broker sees the connection end without a goodbye; return the dead socket."""
    sock = link._client.socket()
    assert sock
    sock.shutdown(socket.SHUT_RDWR)
    return sock


@contextlib.contextmanager
def slow_line(url: str) -> Iterator[str]:
    """The broker's address at the end of a line that takes little at a time, for one client."""
    broker = socket.create_connection(("127.0.0.1", urlsplit(url).port or 0))
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16_384)
    listener.bind(("127.0.0.1", 0))
    listener.listen()

    def carry() -> None:
        client, _ = listener.accept()
        back = threading.Thread(target=pump, args=(broker, client))
        back.start()
        pump(client, broker)
        back.join()
        client.close()

    carrier = threading.Thread(target=carry)
    carrier.start()
    try:
        yield url.rpartition(":")[0] + f":{listener.getsockname()[1]}"
    finally:
        carrier.join()
        listener.close()
        broker.close()


def pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while chunk := source.recv(4096):
            target.sendall(chunk)
        target.shutdown(socket.SHUT_WR)
