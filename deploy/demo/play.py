"""The demo's people at work: they read tickets and give orders through the API, like anybody else."""

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, NamedTuple, TypeVar

import httpx2
import msgspec

from deploy.demo.people import REPORT_EVERY_S, Cast, Entry, Intent, Onlooker, Ticket, decide, reports
from deploy.demo.town import Town
from dispatch.transitions import Action

log = logging.getLogger(__name__)

TICK_S = 1.0
VERDICTS = (Action.CONFIRM, Action.REJECT)
ORDERS = 3  # a round, so that what lies about from an earlier run is dealt with one after the other
LATEST = 200  # tickets that are looked at after every connection to the stream

Content = TypeVar("Content")


class Case(NamedTuple):
    ticket: Ticket
    timeline: list[Entry]


class Play:
    """Runs in a thread of its own; `http` knows the server and the token; `hear` takes the stream's signals."""

    def __init__(self, http: httpx2.Client, town: Town, cast: Cast, clock: Callable[[], float] = time.time) -> None:
        self._http, self._town, self._cast, self._clock = http, town, cast, clock
        self._cases: dict[str, Case] = {}
        self._signalled: set[str] = set()
        self._lock = threading.Lock()
        self._onlooker = Onlooker()
        self._reported_to = clock()

    def hear(self, kind: str, name: str, _at: float) -> None:
        if kind in ("ticket", "hello"):
            with self._lock:
                self._signalled.add(name)

    def run(self, stop: threading.Event) -> None:
        while not stop.wait(TICK_S):
            try:
                self.go_on()
            except httpx2.TransportError as error:  # the web is started again
                log.debug("the API does not answer: %s", error)

    def go_on(self) -> None:
        """One round: read what changed, report, act; raise TransportError."""
        self._read_signalled()
        self._report()
        self._act()

    def _read_signalled(self) -> None:
        with self._lock:
            names, self._signalled = self._signalled, set()
        try:
            for name in self._all() if "" in names else names:
                self._read(name)
        except httpx2.TransportError:
            with self._lock:
                self._signalled |= names
            raise

    def _all(self) -> set[str]:
        page = self._get(f"/api/tickets?limit={LATEST}", dict[str, Any]) or {"items": []}
        return {item["id"] for item in page["items"]} | self._cases.keys()

    def _read(self, name: str) -> Case | None:
        """Look at a ticket anew; None when there is nothing more to do for it."""
        ticket, timeline = (
            self._get(f"/api/tickets/{name}", Ticket),
            self._get(f"/api/tickets/{name}/timeline", list[Entry]),
        )
        if ticket is None or timeline is None:
            return None
        self._onlooker = self._onlooker.seeing(self._cast, timeline)
        if ticket.is_ended:
            self._cases.pop(name, None)
            return None
        self._cases[name] = Case(ticket, timeline)
        return self._cases[name]

    def _get(self, path: str, kind: type[Content]) -> Content | None:
        answer = self._http.get(path)
        return msgspec.json.decode(answer.content, type=kind) if answer.is_success else None

    def _report(self) -> None:
        now = self._clock()
        begin, self._reported_to = max(self._reported_to, now - REPORT_EVERY_S), now  # after a sleep, not all at once
        for report in reports(self._town, self._cast.seed, begin, self._reported_to):
            self._post("/api/tickets", msgspec.to_builtins(report))

    def _act(self) -> None:
        due = [name for name, case in self._cases.items() if self._decide(case)]
        for name in due[:ORDERS]:
            self._cases[name] = self._cases.pop(name)  # one that is refused waits behind the others
            case = self._read(name)  # somebody may just have acted
            intent = self._decide(case) if case else None
            if intent:
                self._give(name, intent)
                self._read(name)

    def _decide(self, case: Case) -> Intent | None:
        return decide(
            self._cast, case.ticket, case.timeline, datetime.fromtimestamp(self._clock(), UTC), self._onlooker
        )

    def _give(self, name: str, intent: Intent) -> None:
        if intent.action in VERDICTS and not self._post("/api/desk", {"wanted": name}):
            return  # it is on somebody's desk
        words = {"actor": intent.actor, "reason": intent.reason, "note": intent.note, "assignee": intent.assignee}
        self._post(f"/api/tickets/{name}/{intent.action}", words)

    def _post(self, path: str, body: dict[str, Any]) -> bool:
        """Whether it was taken; what is refused is left at that: somebody else was quicker."""
        answer = self._http.post(path, json=body)
        if not answer.is_success:
            log.info("refused: %s %s: %s", path, body, answer.text)
        return answer.is_success
