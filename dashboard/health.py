"""How each part is, asked of the part itself: the database, the broker, every stage's probe."""

import asyncio
import socket
from collections.abc import Awaitable

import httpx2
from psycopg_pool import ConnectionPool

from dashboard.models import HealthReport, Part
from edge.broker import BrokerAddress, Host

TIMEOUT_S = 1.0
GRADES = ("ok", "degraded", "down")


class Parts:
    """`stages` are the base addresses of their probes, by name."""

    def __init__(self, pool: ConnectionPool, broker: str, stages: dict[str, str], version: str) -> None:
        self._pool, self._brokers = pool, BrokerAddress.parse(broker).hosts
        self._stages, self._version = stages, version
        self._http = httpx2.AsyncClient(timeout=TIMEOUT_S, trust_env=False)

    async def close(self) -> None:
        await self._http.aclose()

    async def report(self) -> HealthReport:
        checks: dict[str, Awaitable[Part]] = {
            "database": _in_time(asyncio.to_thread(self._check_database)),
            "broker": _in_time(asyncio.to_thread(self._check_broker)),
        }
        checks |= {name: self._check_stage(url) for name, url in self._stages.items()}
        parts = dict(zip(checks, await asyncio.gather(*checks.values()), strict=True))
        worst = max((part.state for part in parts.values()), key=GRADES.index)
        return HealthReport(state=worst, version=self._version, parts=parts)

    async def metrics(self) -> bytes:
        """The stages' own figures, one text after the other; a stage that does not answer is left out."""
        texts = await asyncio.gather(*(self._scrape(url) for url in self._stages.values()))
        return b"".join(texts)

    def _check_database(self) -> Part:
        try:
            with self._pool.connection(timeout=TIMEOUT_S) as connection:
                connection.execute("SELECT 1")
        except Exception as error:  # noqa: BLE001 - whatever is wrong with it is what we report
            return Part(state="down", detail=str(error))
        return Part(state="ok", detail="answers")

    def _check_broker(self) -> Part:
        """Every node that is named."""
        silent = {host: error for host in self._brokers if (error := _error_of(host, TIMEOUT_S / len(self._brokers)))}
        if not silent:
            return Part(state="ok", detail="answers")
        told = "; ".join(f"{name}:{port}: {error}" for (name, port), error in silent.items())
        return Part(state="degraded" if len(silent) < len(self._brokers) else "down", detail=told)

    async def _check_stage(self, url: str) -> Part:
        try:
            return Part.model_validate_json((await self._http.get(f"{url}/health")).content)
        except (httpx2.HTTPError, ValueError) as error:
            return Part(state="down", detail=f"does not answer: {error}")

    async def _scrape(self, url: str) -> bytes:
        try:
            return (await self._http.get(f"{url}/metrics")).content
        except httpx2.HTTPError:
            return b""


async def _in_time(check: Awaitable[Part]) -> Part:
    try:
        return await asyncio.wait_for(check, 2 * TIMEOUT_S)
    except TimeoutError:
        return Part(state="down", detail="does not answer in time")


def _error_of(host: Host, timeout_s: float) -> str:
    try:
        with socket.create_connection(host, timeout_s):
            return ""
    except OSError as error:
        return str(error)
