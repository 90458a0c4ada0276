"""Showing a token to a centre, or to what only looks like one."""

import contextlib
import http.server
import json
import resource
import ssl
import stat
import threading
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given

from edge.enrolment import EnrolError, Grant, ask, authorities, check_url, format_identity, identity_of, kept

GRANT = {"site": "tooley", "agent": "gate", "broker": "mqtt://street:x@10.0.0.1", "at": 1.0, "devices": {"cam-1": {}}}
TRUSTED = authorities(None)


@contextlib.contextmanager
def answering(
    status: int, body: bytes, headers: dict[str, str] | None = None, certificate: Path | None = None
) -> Iterator[tuple[str, list[Any]]]:
    """A server that answers everything so, by HTTPS where it has a certificate, and what it was asked."""
    asked: list[Any] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(status)
            for name, value in ({"Content-Length": str(len(body))} | (headers or {})).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http{'s' if certificate else ''}://127.0.0.1:{server.server_address[1]}", asked
        server.shutdown()
        thread.join()


def refused(status: int, body: bytes, headers: dict[str, str] | None = None) -> str:
    with answering(status, body, headers) as (url, _), pytest.raises(EnrolError) as refusal:
        ask(url, "t", {}, TRUSTED)
    return str(refusal.value)


def test_a_centre_says_who_we_are() -> None:
    with answering(200, json.dumps(GRANT | {"new": "field"}).encode()) as (url, asked):
        grant = ask(url, "t", {"host": "box"}, TRUSTED)
    assert grant == Grant("tooley", "gate", "mqtt://street:x@10.0.0.1", 1.0, {"cam-1": {}})
    assert asked == [{"token": "t", "host": "box"}]


@pytest.mark.parametrize(
    ("status", "body", "told"),
    [
        (409, json.dumps({"detail": "this token expired"}).encode(), "this token expired"),
        (404, b"<html>", "answers 404, but not as a centre does"),
        (404, b"[]", "answers 404, but not as a centre does"),
        (200, b"<html>", "does not answer as a centre does"),
        (200, json.dumps(GRANT | {"site": "../etc"}).encode(), "does not answer as a centre does"),
        (200, json.dumps(GRANT | {"broker": "http://x"}).encode(), "names no broker that could be used"),
    ],
)
def test_what_is_no_centre_is_told_apart_from_a_refusal(status: int, body: bytes, told: str) -> None:
    assert told in refused(status, body)


def test_a_token_follows_nobody_elsewhere() -> None:
    with answering(200, json.dumps(GRANT).encode()) as (url, asked):
        assert f"sends us on to {url}" in refused(307, b"", {"Location": url})
        assert f"sends us on to {url}" in refused(302, b"", {"Location": url})
    assert asked == []


def test_a_centre_is_believed_by_whom_vouches_for_it_only(certificate: Path) -> None:
    with answering(200, json.dumps(GRANT).encode(), certificate=certificate) as (url, asked):
        with pytest.raises(EnrolError, match=r"is not known to be the centre \(self.signed certificate\).*--ca FILE"):
            ask(url, "t", {}, TRUSTED)
        assert asked == []
        assert ask(url, "t", {}, authorities(certificate)).agent == "gate"


def test_a_centre_that_is_not_there_is_named() -> None:
    with pytest.raises(EnrolError, match=r"http://127\.0\.0\.1:1 cannot be reached .*check address, cable"):
        ask("http://127.0.0.1:1", "t", {}, TRUSTED)


@pytest.mark.parametrize(
    ("url", "insecure", "centre"),
    [
        ("https://centre.example/", False, "https://centre.example"),
        ("https://centre.example:8443/install?x=1", False, "https://centre.example:8443"),
        ("http://127.0.0.1:8080", False, "http://127.0.0.1:8080"),
        ("http://localhost:8080", False, "http://localhost:8080"),
        ("http://10.0.0.1:8080", True, "http://10.0.0.1:8080"),
    ],
)
def test_an_address_is_taken_as_the_browser_has_it(url: str, insecure: bool, centre: str) -> None:
    assert check_url(url, insecure=insecure) == centre


@pytest.mark.parametrize(
    ("url", "told"),
    [("http://10.0.0.1", "is not encrypted"), ("centre.example", "no address"), ("file:///x", "no address")],
)
def test_no_password_travels_in_the_open(url: str, told: str) -> None:
    with pytest.raises(EnrolError, match=told):
        check_url(url, insecure=False)


def test_an_authority_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("no certificate")
    for file in ("ca.pem", "nowhere.pem"):
        with pytest.raises(EnrolError, match=f"{file} holds no certificate"):
            authorities(tmp_path / file)


def test_what_is_kept_is_its_owner_s_alone_and_whole(tmp_path: Path) -> None:
    file = tmp_path / "data" / "edge.toml"
    with kept(file) as keep:
        assert not file.exists()
        keep("first")
    with pytest.raises(RuntimeError), kept(file):
        raise RuntimeError
    assert file.read_text() == "first"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(file.parent.iterdir()) == [file]


def test_where_nothing_can_be_kept_nothing_is_asked(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    with pytest.raises(EnrolError, match="choose another --data"), kept(tmp_path / "data" / "edge.toml"):
        pytest.fail("the token would be spent")


@given(password=st.text(st.characters(exclude_categories=("Cc", "Cs"))), journal_mb=st.integers(8, 1 << 20))
def test_whatever_the_password_is_the_settings_hold_it(password: str, journal_mb: int) -> None:
    grant = Grant("tooley", "gate", f"mqtt://street:{password}@10.0.0.1", 0.0)
    identity = {"journal_mb": journal_mb} | identity_of(grant, "https://centre.example", Path("/ca.pem"))
    assert tomllib.loads(format_identity(identity)) == identity


def test_a_disk_without_room_is_said_before_anything_is_asked(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with pytest.raises(EnrolError, match="choose another --data"), kept(tmp_path / "edge.toml"):
            pytest.fail("the token would be shown")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list(tmp_path.iterdir()) == []
