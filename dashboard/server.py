"""The web server: uvicorn, with an end to what would never end by itself."""

import socket
from collections.abc import Callable

import uvicorn
from starlette.types import ASGIApp


def make_config(app: ASGIApp, host: str, port: int, trusted_proxies: str) -> uvicorn.Config:
    """How the web is served. `trusted_proxies`, addresses and networks, are believed who asks, and whether by HTTPS."""
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=1,
        proxy_headers=True,
        forwarded_allow_ips=trusted_proxies,
    )


class Server(uvicorn.Server):
    """Calls `end_streams` when it is to stop, so that no live stream has to be cut off."""

    def __init__(self, config: uvicorn.Config, end_streams: Callable[[], None]) -> None:
        super().__init__(config)
        self._end_streams = end_streams

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._end_streams()
        await super().shutdown(sockets)
