"""The broker where there is no mosquitto: amqtt, on this machine only.

Run as `python -m deploy.amqtt_broker PORT USER PASSWORD_FILE`.
"""

import asyncio
import logging
import secrets
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from amqtt import broker
from amqtt.mqtt.protocol.broker_handler import BrokerProtocolHandler
from amqtt.plugins.base import BaseAuthPlugin
from amqtt.session import OUTGOING


class OneUser(BaseAuthPlugin):  # type: ignore[misc]  # amqtt publishes no types
    """Lets in who knows the name and the password. Where all may come in, amqtt keeps no session for anybody."""

    @dataclass
    class Config:
        user: str = ""
        password: str = ""

    async def authenticate(self, *, session: Any) -> bool:
        expected = self.context.config
        given = f"{session.username}:{session.password}"
        return secrets.compare_digest(given.encode(), f"{expected.user}:{expected.password}".encode())


class LastingHandler(BrokerProtocolHandler):  # type: ignore[misc]  # amqtt publishes no types
    """Keeps what it sends with QoS 1 until it is acked, and sends it again after a reconnect.

    Amqtt 0.12 itself forgets a message when its ack takes five seconds, or when the connection breaks before: a
    database that is away for longer would cost what was under way.
    """

    async def _handle_qos1_message_flow(self, app_message: Any) -> None:
        if app_message.direction != OUTGOING:
            await super()._handle_qos1_message_flow(app_message)
            return
        self.session.inflight_out[app_message.packet_id] = app_message
        app_message.publish_packet = app_message.build_publish_packet(dup=app_message.publish_packet is not None)
        await self._send_packet(app_message.publish_packet)

    async def handle_puback(self, puback: Any) -> None:
        self.session.inflight_out.pop(puback.packet_id, None)


async def serve(port: int, user: str, password: str) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    broker.BrokerProtocolHandler = LastingHandler  # amqtt names no other way in
    plugins = {f"{OneUser.__module__}.{OneUser.__name__}": {"user": user, "password": password}}
    listeners = {"default": {"type": "tcp", "bind": f"127.0.0.1:{port}"}}
    serving = broker.Broker({"listeners": listeners, "plugins": plugins})
    await serving.start()
    await stop.wait()
    await serving.shutdown()


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING)
    logging.getLogger("amqtt.broker").addFilter(lambda record: "No data" not in record.getMessage())  # a probed port
    port, user, password_file = sys.argv[1:]
    asyncio.run(serve(int(port), user, Path(password_file).read_text()))
