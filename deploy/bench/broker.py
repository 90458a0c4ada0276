"""A mosquitto for a bench: it keeps whatever is published, and is not what is measured."""

import contextlib
import getpass
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from threading import Event

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from deploy.embedded import LOOPBACK, free_port, wait_for_port
from deploy.settings import UsageError

STARTS_WITHIN_S, ANSWERS_WITHIN_S = 10.0, 10.0
INFLIGHT = 1000  # messages on their way to one client, as the broker of `yihu up` has it


@contextlib.contextmanager
def mosquitto(folder: Path) -> Iterator[int]:
    """Its port; whatever waits for a session is kept, in memory. Raise UsageError."""
    program = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")
    if program is None:
        raise UsageError("mosquitto is not on this machine: install it (apt install mosquitto), and run this again")
    port, config = free_port(), folder / "mosquitto.conf"
    config.write_text(
        f"listener {port} {LOOPBACK}\nallow_anonymous true\nuser {getpass.getuser()}\n"
        f"max_inflight_messages {INFLIGHT}\nmax_queued_messages 0\nlog_dest stderr\nlog_type error\n"
    )
    with subprocess.Popen([program, "-c", str(config)], stderr=subprocess.DEVNULL) as process:
        try:
            if not wait_for_port(port, STARTS_WITHIN_S):
                raise UsageError(f"{program} does not listen on port {port}: start it with {config} to see why")
            yield port
        finally:
            process.kill()


def open_session(port: int, client_id: str, filters: Iterable[str]) -> None:
    """The broker keeps from now on what comes for this client."""
    done = Event()
    client = paho.Client(CallbackAPIVersion.VERSION2, client_id, clean_session=False)
    client.on_subscribe = lambda *_: done.set()
    client.connect(LOOPBACK, port)
    client.loop_start()
    client.subscribe([(name, 1) for name in filters])
    heard = done.wait(ANSWERS_WITHIN_S)
    client.disconnect()
    client.loop_stop()
    if not heard:
        raise ConnectionError(f"the broker on port {port} does not let {client_id} subscribe")


def end_session(port: int, client_id: str) -> None:
    """The broker forgets what waits for this client."""
    done = Event()
    client = paho.Client(CallbackAPIVersion.VERSION2, client_id, clean_session=True)
    client.on_connect = lambda *_: done.set()
    client.connect(LOOPBACK, port)
    client.loop_start()
    heard = done.wait(ANSWERS_WITHIN_S)
    client.disconnect()
    client.loop_stop()
    if not heard:
        raise ConnectionError(f"the broker on port {port} does not let {client_id} in")
