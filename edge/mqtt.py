"""A process's link to the broker: MQTT 3.1.1, QoS 1, a session that outlives the connection, acks by hand.

paho's types end here. Callbacks run in the link's one network thread.
"""

import itertools
import logging
import math
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode

from edge.backoff import Backoff
from edge.broker import BrokerAddress
from edge.buffered import BufferedSocket
from edge.packets import write_publish

log = logging.getLogger(__name__)

KEEPALIVE_S = 15
LASTING_S = 10.0  # a connection that held so long was a good one; two of one name end each other at once
PARTING_S = 1.0  # for what is still queued at a stop
FULL_S = 0.01
MORE = 200  # messages that are read at once, before what waits to be written has its turn
SOME = 16  # filters that are subscribed to at once: of hundreds, NATS would say nothing for longer than KEEPALIVE_S
PUBACK = bytes((paho.PUBACK, 2))  # and how many bytes follow


class Receipt(NamedTuple):
    """What the broker wants to see again of a message: its id, which only one connection knows."""

    connection: int
    mid: int


class Delivery(NamedTuple):
    """One message as it arrived. `ack()` tells the broker that it is dealt with, from any thread."""

    topic: str
    payload: bytes
    receipt: Receipt
    link: "Link"
    retained: bool = False  # said before we subscribed, and nobody knows when

    def ack(self) -> None:
        self.link.ack([self.receipt])


@dataclass(frozen=True, slots=True)
class Will:
    topic: str
    payload: bytes


class Link:
    """Connects, reconnects with back-off, subscribes again each time, and hands every delivery to `receive`.

    What is not acked is delivered again after a reconnect. `queue` bounds the messages that wait for the broker. While
    it has no room nothing is read, so that the broker keeps what comes: not each keeps to the window that it is told.
    """

    def __init__(
        self,
        url: str,
        client_id: str,
        *,
        filters: Iterable[str] = (),
        receive: Callable[[Delivery], None] | None = None,
        greet: Callable[["Link"], None] | None = None,
        will: Will | None = None,
        queue: int = 1000,
        has_room: Callable[[], bool] = lambda: True,
    ) -> None:
        self._filters = [(name, 1) for name in filters]
        self._refused: list[str] = []  # filters
        self._asked: dict[int, list[str]] = {}  # filters by the id of the message that asks for them
        self._has_asked = False
        self._receive, self._greet, self._has_room = receive, greet, has_room
        self._connection, self._connected_at = 0, math.inf
        self._socket: BufferedSocket | None = None
        self._stopping = threading.Event()
        self._dealt: list[int] = []  # ids that `receive` acked, of the messages that are being read
        self._last: paho.MQTTMessageInfo | None = None
        self._backoff = Backoff(first=0.25, cap=15.0)
        self._client = self._make_client(url, client_id, queue)
        if will:
            self._client.will_set(will.topic, will.payload, qos=1, retain=True)
        self._thread = threading.Thread(target=self._run, name="mqtt", daemon=True)

    def _make_client(self, url: str, client_id: str, queue: int) -> paho.Client:
        address = BrokerAddress.parse(url)
        self._hosts = itertools.cycle(address.hosts)
        client = paho.Client(
            CallbackAPIVersion.VERSION2,
            client_id,
            clean_session=False,
            protocol=paho.MQTTv311,
            manual_ack=True,
            reconnect_on_failure=False,
        )
        address.identify(client)
        client.max_queued_messages_set(queue)
        client.max_inflight_messages_set(200)
        client.on_socket_open = self._on_open
        client.on_connect, client.on_message = self._on_connect, self._on_message
        client.on_subscribe = self._on_subscribe
        client.on_socket_register_write = _leave_writing  # else every thread that publishes writes, into one another
        return client

    @property
    def connected(self) -> bool:
        return self._client.is_connected()

    @property
    def is_answered(self) -> bool:
        """Whether we are connected, and the broker has said what it makes of each subscription."""
        return self.connected and self._has_asked and not self._asked

    @property
    def trouble(self) -> str:
        """Why we do not hear all that we should, or nothing."""
        if not self.connected:
            return "no link to the broker"
        if self._refused:
            return f"the broker refuses {len(self._refused)} of {len(self._filters)} subscriptions: see docs/cluster.md"
        return ""

    @property
    def unconfirmed(self) -> int:
        """Messages of ours that wait for the broker, or for its word that it has them."""
        return len(self._client._out_messages)  # noqa: SLF001 - nothing else tells

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Let what is queued go out; disconnect in good order, so that the broker keeps the will to itself."""
        if self._last and self.connected:
            _confirmed(self._last, PARTING_S)
        self._stopping.set()
        self._client.disconnect()
        if self._thread.is_alive():
            self._thread.join(timeout=3)
        self._client._reset_sockets(sockpair_only=True)  # noqa: SLF001 - nothing else closes what wakes paho's loop

    def subscribe(self, *filters: str, qos: int = 1) -> None:
        """Hear these, too, from now on; those heard already stay as they are.

        At a `qos` of 0 what comes while we are away is not kept for us.
        """
        known = dict(self._filters)
        new = [(name, qos) for name in filters if name not in known]
        self._filters.extend(new)  # whoever connects meanwhile subscribes to all of them
        if self.connected:
            self._ask_for(new)

    def _ask_for(self, filters: list[tuple[str, int]]) -> None:
        for first in range(0, len(filters), SOME):
            some = filters[first : first + SOME]
            _, mid = self._client.subscribe(some)
            if mid is not None:
                self._asked[mid] = [name for name, _ in some]

    def _on_subscribe(self, _client: paho.Client, _data: Any, mid: int, reasons: list[Any], _properties: Any) -> None:
        asked = self._asked.pop(mid, [])
        refused = [name for name, reason in zip(asked, reasons, strict=False) if reason.is_failure]
        if refused:
            self._refused += refused
            log.error("the broker refuses %d of our subscriptions, such as %s", len(refused), refused[0])

    def publish(self, topic: str, payload: bytes, *, retain: bool = False, wait_s: float = 0) -> bool:
        """Queue a message; False when the queue is full or, having waited, the broker did not confirm it."""
        info = self._client.publish(topic, payload, qos=1, retain=retain)
        if info.rc == MQTTErrorCode.MQTT_ERR_QUEUE_SIZE:
            return False
        self._last = info
        return _confirmed(info, wait_s) if wait_s and self.connected else True

    def mention(self, messages: Iterable[tuple[str, bytes]]) -> None:
        """Send topics and payloads at a QoS of 0, all in one write: they may be lost, and cost a tenth."""
        if packets := b"".join(write_publish(topic.encode(), payload) for topic, payload in messages):
            self._client._packet_queue(paho.PUBACK, packets, 0, 1)  # noqa: SLF001 - as above

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._connection += 1
            self._dealt.clear()
            self._has_asked, self._connected_at = False, math.inf
            host, port = next(self._hosts)
            try:
                self._client.connect(host, port, keepalive=KEEPALIVE_S)
                while self._turn() == MQTTErrorCode.MQTT_ERR_SUCCESS:
                    pass
            except OSError as error:
                log.warning("broker %s:%s cannot be reached: %s", host, port, error)
            if time.monotonic() - self._connected_at > LASTING_S:
                self._backoff.reset()
            pause = self._backoff.next()
            if not self._stopping.wait(pause):
                log.info("connecting to the broker again")

    def _turn(self) -> MQTTErrorCode:
        """Read and write what is ready; while there is no room only write, that we live and what we have dealt with."""
        if self._has_room():
            result = self._client.loop()
            self._read_on()
            self._confirm(self._dealt)
            self._dealt.clear()
            return result
        time.sleep(FULL_S)
        self._client.loop_write()
        self._client._ping_t = 0  # noqa: SLF001 - the broker's answer lies among what we do not read: paho would hang up
        return self._client.loop_misc()

    def _read_on(self) -> None:
        """Read what lies ready without asking the system each time whether there is more; messages without paho."""
        connection = self._socket
        for _ in range(MORE):
            is_open = self._client.socket() is connection
            if not (connection and is_open and connection.pending() and self._has_room()):
                return
            is_between_packets = not self._client._in_packet["command"]  # noqa: SLF001 - else it has read some of one
            message = connection.take_publish() if is_between_packets else None
            if message:
                self._take(*message)
            else:
                self._client.loop_read()

    def _on_open(self, client: paho.Client, _data: Any, plain: Any) -> None:
        client._sock = self._socket = BufferedSocket(plain)  # noqa: SLF001 - the one place where it can be changed

    def _on_connect(self, client: paho.Client, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        if reason.is_failure:
            log.error("the broker refuses us: %s; check the user and password in YIHU_MQTT_URL", reason)
        if reason.is_failure or self._stopping.is_set():  # a stop may come while we connect
            client.disconnect()
            return
        self._connected_at = time.monotonic()
        self._refused.clear()
        self._asked.clear()
        self._ask_for(self._filters)
        self._has_asked = True
        if self._greet:
            self._greet(self)

    def ack(self, receipts: Iterable[Receipt]) -> None:
        """Tell the broker that these are dealt with, all in one write: one each would cost a system call each.

        What `receive` acks goes out with the others that are read at once. An id of an earlier connection may meanwhile
        name another message, not yet dealt with: it is passed over.
        """
        mids = [mid for connection, mid in receipts if connection == self._connection and mid]  # none at QoS 0
        if threading.current_thread() is self._thread:
            self._dealt += mids
        else:
            self._confirm(mids)

    def _confirm(self, mids: list[int]) -> None:
        if mids:
            packets = b"".join(PUBACK + mid.to_bytes(2, "big") for mid in mids)
            self._client._packet_queue(paho.PUBACK, packets, mids[-1], 1)  # noqa: SLF001 - as above

    def _on_message(self, _client: paho.Client, _data: Any, message: paho.MQTTMessage) -> None:
        self._take(message._topic, bytes(message.payload), message.mid, message.retain)  # noqa: SLF001 - as it came

    def _take(self, name: bytes, payload: bytes, mid: int, retain: bool) -> None:
        receipt, topic = Receipt(self._connection, mid), name.decode(errors="replace")
        # amqtt sends whoever connects again what it retains for others, too
        stray = retain and not any(paho.topic_matches_sub(name, topic) for name, _ in self._filters)
        if stray or not self._receive:
            self.ack([receipt])
        else:
            topic = topic.replace("\0", "\ufffd")  # not every broker refuses it, but every database does
            self._receive(Delivery(topic, payload, receipt, self, retain))


def _confirmed(message: paho.MQTTMessageInfo, within_s: float) -> bool:
    try:
        message.wait_for_publish(within_s)
        return message.is_published()
    except RuntimeError:  # there was no connection when it was queued: paho does not tell of it any more
        return False


def _leave_writing(*_: Any) -> None:
    """What is queued wakes the network thread, and that alone writes: one packet after the other."""
