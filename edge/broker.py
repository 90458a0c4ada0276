"""Where the broker is: mqtt://user:password@host:port, or several hosts of one cluster, separated by commas."""

from dataclasses import dataclass
from ipaddress import ip_address
from typing import Self
from urllib.parse import unquote, urlsplit

import paho.mqtt.client as paho

PORTS = {"mqtt": 1883, "mqtts": 8883}
FORM = "not a broker's address: write mqtt://host:port or mqtts://host:port, several hosts of a cluster with commas"

Host = tuple[str, int]


@dataclass(frozen=True, slots=True)
class BrokerAddress:
    hosts: tuple[Host, ...]
    user: str | None
    password: str | None
    is_encrypted: bool

    @classmethod
    def parse(cls, url: str) -> Self:
        """Raise ValueError."""
        parts = urlsplit(url)
        if parts.scheme not in PORTS:
            raise ValueError(FORM)
        who, _, where = parts.netloc.rpartition("@")
        user, colon, password = who.partition(":")
        hosts = tuple(_host(host, PORTS[parts.scheme]) for host in where.split(","))
        secret = unquote(password) if colon else None
        return cls(hosts, unquote(user) or None, secret, parts.scheme == "mqtts")

    @property
    def is_local(self) -> bool:
        """Whether only this machine reaches one of its hosts."""
        return any(is_loopback(host) for host, _ in self.hosts)

    def identify(self, client: paho.Client) -> None:
        """Have a client show who it is, and the broker, too, where the line is encrypted."""
        if self.user:
            client.username_pw_set(self.user, self.password or None)
        if self.is_encrypted:
            client.tls_set()


def is_loopback(host: str) -> bool:
    """Whether that is this machine, wherever it is said."""
    try:
        address = ip_address(host)
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
    return address.is_loopback or address.is_unspecified


def _host(text: str, usual_port: int) -> Host:
    parts = urlsplit(f"//{text}")
    if not parts.hostname:
        raise ValueError(FORM)
    return parts.hostname, parts.port or usual_port
