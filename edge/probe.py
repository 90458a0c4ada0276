"""Each process's small window: GET /metrics in Prometheus text, GET /health in JSON."""

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal, TypedDict

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4


class Health(TypedDict):
    """`down`: it does not work; `degraded`: it works, and `detail` says what is wrong in part."""

    state: Literal["ok", "degraded", "down"]
    detail: str


def make_registry(stage: str) -> CollectorRegistry:
    """A registry with the process's own figures under yihu_{stage}_process_…, so that stages can be told apart."""
    registry = CollectorRegistry()
    ProcessCollector(namespace=f"yihu_{stage}", registry=registry)
    return registry


def serve_probe(address: tuple[str, int], registry: CollectorRegistry, health: Callable[[], Health]) -> int:
    """Serve in a daemon thread; return the port (that asked for, or a free one for 0)."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            match self.path:
                case "/metrics":
                    self._answer(CONTENT_TYPE_PLAIN_0_0_4, generate_latest(registry))
                case "/health":
                    self._answer("application/json", json.dumps(health()).encode())
                case _:
                    self.send_error(404)

        def _answer(self, media_type: str, body: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
            """Say nothing: a probe every few seconds is no news."""

    server = ThreadingHTTPServer(address, Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, name="probe", daemon=True).start()
    return int(server.server_address[1])
