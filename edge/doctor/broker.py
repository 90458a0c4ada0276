"""Looks in at the broker under a name of our own, so that nobody's session ends, and takes along what it retains."""

import ssl
import time
import uuid
from collections.abc import Callable
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode

from edge.broker import BrokerAddress, Host
from edge.doctor.finding import Finding, Grade

WITHIN_S = 5.0
QUIET_S = 0.5  # once it has said nothing for so long, it has said what it retains
SLOW_MS = 1000.0
REFUSED = 128  # from here on, what a broker grants to a subscription is a refusal


class _RefusedError(Exception):
    """The broker answers, but not as it should; `what` is the finding."""

    def __init__(self, what: str, reason: object = "") -> None:
        super().__init__(str(reason))
        self.what = what


class _Visit:
    """One connection to one host, made by hand in this thread, which leaves no session behind."""

    def __init__(self, address: BrokerAddress, filters: list[str]) -> None:
        self._filters = filters
        self._reason: Any = None
        self._granted: list[Any] | None = None
        self.retained: dict[str, bytes] = {}
        self.ms = 0.0
        self._client = client = paho.Client(
            CallbackAPIVersion.VERSION2, f"yihu-doctor-{uuid.uuid4().hex[:12]}", protocol=paho.MQTTv311
        )
        address.identify(client)
        client.connect_timeout = WITHIN_S
        client.on_connect, client.on_subscribe, client.on_message = (
            self._on_connect,
            self._on_subscribe,
            self._on_message,
        )

    def pay(self, host: Host) -> None:
        """Raise _RefusedError or OSError."""
        try:
            self._client.connect(*host)
            self._wait(lambda: self._reason is not None)
            if self._reason.is_failure:
                raise _RefusedError("broker_refused", self._reason)
            self._subscribe()
        finally:
            self._client.disconnect()
            self._client.loop(0.1)
            self._client._reset_sockets(sockpair_only=True)  # noqa: SLF001 - nothing else closes what wakes paho's loop

    def _subscribe(self) -> None:
        asked_at = time.monotonic()
        self._client.subscribe([(name, 1) for name in self._filters])
        self._wait(lambda: self._granted is not None)
        self.ms = (time.monotonic() - asked_at) * 1000
        if any(code.value >= REFUSED for code in self._granted or []):
            raise _RefusedError("broker_deaf")
        self._collect()

    def _collect(self) -> None:
        until, known = time.monotonic() + QUIET_S, 0
        while time.monotonic() < until:
            self._client.loop(0.1)
            if len(self.retained) > known:
                until, known = time.monotonic() + QUIET_S, len(self.retained)

    def _wait(self, done: Callable[[], bool]) -> None:
        until = time.monotonic() + WITHIN_S
        while not done():
            if self._client.loop(0.1) != MQTTErrorCode.MQTT_ERR_SUCCESS and not done():
                raise OSError("it ends the connection")
            if time.monotonic() > until:
                raise TimeoutError(f"no answer within {WITHIN_S:.0f} s")

    def _on_connect(self, _client: paho.Client, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        self._reason = reason

    def _on_subscribe(self, _client: paho.Client, _data: Any, _mid: int, granted: list[Any], _properties: Any) -> None:
        self._granted = granted

    def _on_message(self, _client: paho.Client, _data: Any, message: paho.MQTTMessage) -> None:
        self.retained[message.topic] = bytes(message.payload)


def look_in(url: str, filters: list[str]) -> tuple[list[Finding], dict[str, bytes] | None]:
    """What is to be said of each host, and what is retained under the filters: None where no host could be asked."""
    address = BrokerAddress.parse(url)
    findings, retained = [], None
    for host in address.hosts:
        visit = _Visit(address, filters)
        finding = _look_in_at(visit, host)
        if finding.grade is not Grade.BROKEN:
            retained = visit.retained
        findings.append(finding)
    return [_among(finding, reached=retained is not None) for finding in findings], retained


def _look_in_at(visit: _Visit, host: Host) -> Finding:
    where: dict[str, str | float] = {"host": host[0], "port": host[1]}
    try:
        visit.pay(host)
    except _RefusedError as error:
        return Finding("broker", Grade.BROKEN, error.what, where | {"error": str(error)})
    except ssl.SSLError as error:
        return Finding("broker", Grade.BROKEN, "broker_untrusted", where | {"error": str(error)})
    except OSError as error:
        return Finding("broker", Grade.BROKEN, "broker_unreachable", where | {"error": str(error)})
    slow = visit.ms > SLOW_MS
    facts = where | {"ms": visit.ms}
    return Finding("broker", Grade.WARN if slow else Grade.WELL, "broker_slow" if slow else "broker_well", facts)


def _among(finding: Finding, *, reached: bool) -> Finding:
    """One host of a cluster may be away while another is there."""
    return finding._replace(grade=Grade.WARN) if reached and finding.grade is Grade.BROKEN else finding
