"""Whether the demo would be alone: its people act on every ticket, and its stages take every message."""

import threading
from pathlib import Path

import paho.mqtt.client as paho
import psycopg
import yaml
from paho.mqtt.enums import CallbackAPIVersion

from deploy.settings import Settings, UsageError
from edge.broker import BrokerAddress
from edge.topics import ROOT

LISTEN_S = 1.5  # retained messages come at once
CONNECT_S = 10.0


def check_alone(settings: Settings, site: str) -> None:
    """Raise UsageError where a real site's data, tickets or agents are."""
    file = settings.folder / "site.yaml"
    if settings.database_url is None and (settings.folder / "postgres").exists() and _site_of(file) != site:
        raise UsageError(f"{settings.folder} holds another site's data: give the demo a --data folder of its own")
    if settings.database_url and (others := sites_in(settings.database_url) - {site}):
        raise UsageError(f"YIHU_DATABASE_URL holds {', '.join(sorted(others))}: give the demo a database of its own")
    if settings.mqtt_url and (others := sites_on(settings.mqtt_url) - {site}):
        raise UsageError(f"YIHU_MQTT_URL serves {', '.join(sorted(others))}: give the demo a broker of its own")


def _site_of(file: Path) -> str | None:
    try:
        return str(yaml.safe_load(file.read_text(encoding="utf-8"))["site"])
    except (OSError, yaml.YAMLError, KeyError, TypeError):
        return None


def sites_in(database: str) -> set[str]:
    """The sites of a database; none where it cannot be asked, which is said when it is to be used."""
    try:
        with psycopg.connect(database) as connection:
            if connection.execute("SELECT to_regclass('sites')").fetchone() == (None,):
                return set()
            return {name for (name,) in connection.execute("SELECT id FROM sites")}
    except psycopg.OperationalError:
        return set()


def sites_on(broker: str) -> set[str]:
    """The sites of which a broker retains a configuration or an agent's status; none where it cannot be asked."""
    found: set[str] = set()
    listening = threading.Event()
    client = paho.Client(CallbackAPIVersion.VERSION2, clean_session=True, protocol=paho.MQTTv311)
    address = BrokerAddress.parse(broker)
    address.identify(client)
    client.on_message = lambda _client, _data, message: found.add(message.topic.split("/")[3])
    client.on_subscribe = lambda *_: listening.set()
    client.on_connect = lambda client, *_: _subscribe(client)
    try:
        client.connect(*address.hosts[0])
    except OSError:
        return set()
    client.loop_start()
    if listening.wait(CONNECT_S):
        threading.Event().wait(LISTEN_S)
    client.disconnect()
    client.loop_stop()
    return found


def _subscribe(client: paho.Client) -> None:
    client.subscribe([(f"{ROOT}/+/+/+/{name}", 1) for name in ("config", "status")])
