"""How much is taken of people without an account: so many deeds of a kind an hour from one address."""

import hashlib
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import IPv4Address, ip_address, ip_network
from pathlib import Path

from psycopg import Connection
from psycopg.rows import scalar_row

from dispatch.ticket import TicketError
from ingest.queries import load_queries

SQL = load_queries(Path(__file__).with_name("strangers.sql"))
HOUR = timedelta(hours=1)


class Deed(StrEnum):
    """What is counted, each kind for itself."""

    REPORT = "report"
    ANSWER = "answer"
    ENROLMENT = "failed enrolment"


class TooMuchError(TicketError):
    """One address has done as much as is taken of it; `wait` is until it may do more: TicketError → 429."""

    def __init__(self, deed: Deed, allowed: int, wait: timedelta) -> None:
        self.wait = wait
        minutes = -(-wait // timedelta(minutes=1))
        otherwise = "" if deed is Deed.ENROLMENT else ", or call the hotline"
        super().__init__(f"{deed}s of one place: {allowed} an hour are enough; try again in {minutes} min{otherwise}")


def admit(connection: Connection, deed: Deed, address: str, allowed: int, now: datetime) -> None:
    """Count what a stranger is about to do, in the transaction in which it is done; raise TooMuchError."""
    values = {"deed": deed, "address": _digest(address), "allowed": allowed, "since": now - HOUR, "now": now}
    connection.execute(SQL["lock_address"], values)
    connection.execute(SQL["forget"], values)
    with connection.cursor(row_factory=scalar_row) as cursor:
        last: datetime | None = cursor.execute(SQL["last_allowed"], values).fetchone()
    if last:
        raise TooMuchError(deed, allowed, last + HOUR - now)
    connection.execute(SQL["count"], values)


def _digest(address: str) -> bytes:
    """Not the address itself: it is kept only to count."""
    return hashlib.sha256(f"yihu/{_place(address)}".encode()).digest()


def _place(address: str) -> str:
    """One line has 2^64 addresses of IPv6 and more, and may take another for each report."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv4Address):
        return address
    return str(parsed.ipv4_mapped or ip_network((parsed, 64), strict=False))
