"""A bare paho subscriber, in a process of its own: the plain way beside which ingest is measured.

`python -m deploy.bench.subscriber PORT CLIENT COUNT` takes COUNT messages of a session, and prints when the first
and the last of them came, in epoch seconds.
"""

import sys
import time
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from deploy.embedded import LOOPBACK


def subscribe(port: int, client_id: str, count: int) -> tuple[float, float]:
    """When the first and the last came."""
    came, first = 0, 0.0

    def on_message(client: paho.Client, _data: Any, _message: paho.MQTTMessage) -> None:
        nonlocal came, first
        first = first or time.time()
        came += 1
        if came == count:
            client.disconnect()

    client = paho.Client(CallbackAPIVersion.VERSION2, client_id, clean_session=False)
    client.on_message = on_message
    client.connect(LOOPBACK, port)
    client.loop_forever()
    return first, time.time()


if __name__ == "__main__":
    print(*subscribe(int(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
