"""The broker where there is no mosquitto: amqtt, on this machine only: `python -m deploy.amqtt_broker PORT`."""

import asyncio
import logging
import signal
import sys
from typing import Any

from amqtt import broker
from amqtt.mqtt.protocol.broker_handler import BrokerProtocolHandler
from amqtt.session import OUTGOING

# where anonymous clients are allowed, amqtt counts everyone as one, and keeps nothing for them; any user name will do
PLUGINS = {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": False}}


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


async def serve(port: int) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    broker.BrokerProtocolHandler = LastingHandler  # amqtt names no other way in
    listeners = {"default": {"type": "tcp", "bind": f"127.0.0.1:{port}"}}
    serving = broker.Broker({"listeners": listeners, "plugins": PLUGINS})
    await serving.start()
    await stop.wait()
    await serving.shutdown()


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING)
    logging.getLogger("amqtt.broker").addFilter(lambda record: "No data" not in record.getMessage())  # a probed port
    asyncio.run(serve(int(sys.argv[1])))
