"""Becoming an edge agent: a token is shown to the centre, once, which says who we are and where the broker is."""

import contextlib
import http.client
import json
import os
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from msgspec import Meta, Struct

from edge.broker import BrokerAddress, is_loopback
from edge.messages import BadMessageError, decode
from edge.topics import NAME

WITHIN_S = 20.0
ROOM = 64 << 10  # bytes that an identity may take, or a list of devices
MOST_BYTES = 16 << 20  # of an answer: thousands of devices
Name = Annotated[str, Meta(pattern=f"^{NAME.pattern}$")]


class EnrolError(Exception):
    """The box is no agent yet; the text says why, and what to do."""


class Grant(Struct, frozen=True):
    """What the centre says; `at` is its time in epoch seconds, `devices` are configurations by the devices' ids."""

    site: Name
    agent: Name
    broker: str
    at: float
    devices: dict[str, dict[str, Any]] = {}


class _Stay(urllib.request.HTTPRedirectHandler):
    """A token is shown to whom it was meant for only."""

    def redirect_request(self, *_: Any) -> None:
        return None


def check_url(url: str, *, insecure: bool) -> str:
    """The centre's address without a slash at its end; raise EnrolError."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise EnrolError(f"{url} is no address of a centre: write https://HOST, as in the browser")
    if parts.scheme == "http" and not insecure and not is_loopback(parts.hostname):
        raise EnrolError(
            f"{url} is not encrypted, and the broker's password would be read on its way: write https://…, or add"
            " --insecure on a network that is yours alone"
        )
    return f"{parts.scheme}://{parts.netloc}"


def authorities(ca: Path | None) -> ssl.SSLContext:
    """Whom we believe that they are the centre: the system's authorities, or those of a file. Raise EnrolError."""
    try:
        return ssl.create_default_context(cafile=ca)
    except OSError as error:
        raise EnrolError(f"{ca} holds no certificate in PEM form ({error})") from error


def ask(centre: str, token: str, said: dict[str, str], trusted: ssl.SSLContext) -> Grant:
    """Show the token, which is spent thereby; raise EnrolError."""
    opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=trusted), _Stay())
    request = urllib.request.Request(  # noqa: S310 - check_url let http and https through
        f"{centre}/api/enrol",
        json.dumps({"token": token} | said).encode(),
        {"Content-Type": "application/json"},
    )
    try:
        with opener.open(request, timeout=WITHIN_S) as answer:
            return _checked(decode(answer.read(MOST_BYTES), Grant), centre)
    except urllib.error.HTTPError as error:
        raise EnrolError(_refusal(error, centre)) from error
    except BadMessageError as error:
        raise EnrolError(f"{centre} does not answer as a centre does: is that its address? ({error})") from error
    except (OSError, http.client.HTTPException) as error:
        raise EnrolError(_unreachable(error, centre)) from error


def _checked(grant: Grant, centre: str) -> Grant:
    try:
        address = BrokerAddress.parse(grant.broker)
    except ValueError as error:
        raise EnrolError(f"{centre} names no broker that could be used: {error}") from error
    if address.is_local and not is_loopback(urlsplit(centre).hostname or ""):
        raise EnrolError(
            "the centre names a broker that only its own machine reaches: have YIHU_EDGE_MQTT_URL set there, and make"
            " another token"
        )
    return grant


def _refusal(error: urllib.error.HTTPError, centre: str) -> str:
    if location := error.headers.get("Location"):
        error.close()
        return f"{centre} sends us on to {location}: give that address, without what follows the host"
    try:
        with error:
            return str(json.loads(error.read(MOST_BYTES))["detail"])
    except (ValueError, LookupError, TypeError):
        return f"{centre} answers {error.code}, but not as a centre does: is that its address?"


def _unreachable(error: Exception, centre: str) -> str:
    reason = getattr(error, "reason", error)
    if isinstance(reason, ssl.SSLCertVerificationError):
        return f"{centre} is not known to be the centre ({reason.verify_message}): give its authority by --ca FILE"
    return f"{centre} cannot be reached ({reason}): check address, cable and firewall"


@contextlib.contextmanager
def kept(file: Path) -> Iterator[Callable[[str], None]]:
    """A way to write the file, for its owner only and whole or not at all; raise EnrolError before anything is asked.

    A token that was shown is spent: so it is seen first whether there is a place for what comes of it.
    """
    new = file.with_name(f"{file.name}.new")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        new.unlink(missing_ok=True)
        new.touch(mode=0o600, exist_ok=False)
        new.write_bytes(bytes(ROOM))
    except OSError as error:
        with contextlib.suppress(OSError):
            new.unlink(missing_ok=True)
        raise EnrolError(f"{file} cannot be written ({error.strerror}): choose another --data") from error
    try:
        yield lambda content: _replace(file, new, content)
    finally:
        new.unlink(missing_ok=True)


def _replace(file: Path, new: Path, content: str) -> None:
    with new.open("r+", encoding="utf-8") as opened:  # into the room that is there
        opened.write(content)
        opened.truncate()
        opened.flush()
        os.fsync(opened.fileno())
    new.replace(file)


def identity_of(grant: Grant, centre: str, ca: Path | None) -> dict[str, str]:
    """As `yihu edge` reads it from its settings."""
    said = {"site": grant.site, "agent": grant.agent, "mqtt_url": grant.broker, "centre": centre}
    return said | ({"ca": str(ca.absolute())} if ca else {})


def format_identity(identity: Mapping[str, Any]) -> str:
    """As TOML, whose strings, numbers and truths are written as JSON's."""
    lines = [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in identity.items()]
    return "\n".join(["# from `yihu edge enrol`; holds the broker's password", *lines, ""])
