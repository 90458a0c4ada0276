"""A client of /api/stream, as every screen is one."""

import json
import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator

import httpx2

from edge.backoff import Backoff

log = logging.getLogger(__name__)

SILENCE_S = 60.0  # the server sends something sooner, if only to keep the connection open

Hear = Callable[[str, str, float], None]  # kind, id (empty: any of the kind), when heard in epoch seconds


def listen(url: str, token: str, hear: Hear, stop: threading.Event) -> None:
    """Tell of every signal until `stop` is set, connecting again with back-off; `hello` after every connection."""
    backoff, headers = Backoff(first=0.2, cap=2.0), {"Authorization": f"Bearer {token}"}
    while not stop.is_set():
        try:
            with httpx2.stream(
                "GET", f"{url}/api/stream", headers=headers, timeout=SILENCE_S, trust_env=False
            ) as answer:
                answer.raise_for_status()
                for kind, name in signals(answer.iter_lines()):
                    backoff.reset()
                    hear(kind, name, time.time())
                    if stop.is_set():
                        return
        except httpx2.HTTPError as error:
            log.debug("the stream has ended: %s", error)
        stop.wait(backoff.next())


def signals(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Kind and id of each Server-Sent Event (HTML Living Standard, section 9.2)."""
    kind, data = "", ""
    for line in lines:
        field, _, value = line.partition(":")
        if not line:
            if kind:
                yield kind, json.loads(data or "{}").get("id", "")
            kind, data = "", ""
        elif field == "event":
            kind = value.strip()
        elif field == "data":
            data += value.strip()
