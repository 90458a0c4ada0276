"""Agents, and the cameras and sensors that they watch over, as the newest reports have them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import inf, isclose
from pathlib import Path
from typing import Any
from uuid import UUID
from zlib import crc32

import msgspec
import psycopg

from edge.messages import CameraStatus, SensorStatus, Status
from ingest.arrivals import Boot
from ingest.queries import load_queries
from ingest.times import utc

SQL = load_queries(Path(__file__).with_name("agents.sql"))

Report = tuple[Boot, Status]


ALL_EVERY_S, FIGURES_EVERY_S = 60.0, 10.0
FIGURES, WAVERS = ("rate", "restarts", "sent", "over_budget", "quality"), 0.1  # a camera's; and how much, of itself
CRCS = 1 << 32
DeviceStatus = CameraStatus | SensorStatus


class _Agent(msgspec.Struct):
    site: str
    id: str
    state: str
    boot: UUID
    detail: dict[str, Any]


class _Watched(msgspec.Struct):
    site: str
    agent: str
    id: str
    state: str
    detail: DeviceStatus


@dataclass(slots=True)
class _Known:
    """What was last written of an agent's devices, and when: of all of them, and of their figures."""

    devices: dict[str, DeviceStatus]
    all_at: float
    figures_at: float


def has_moment(agent: tuple[str, str], since: float, now: float, every_s: float) -> bool:
    """Whether one of an agent's own moments, one in so many seconds, lies between.

    Each agent has its own: a city that began to report at once would be written at once, again and again.
    """
    own = crc32("/".join(agent).encode()) / CRCS * every_s
    return (now - own) // every_s > (since - own) // every_s


class Reports:
    """Writes what is new in reports: a city's are of 25 000 devices a second, nearly all of them as before.

    What changed is written at once, figures that moved every ten seconds; once a minute all is looked at. Times are
    epoch seconds.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], _Known] = {}

    def forget(self) -> None:
        """What was written is not there: write all of it next time."""
        self._known.clear()

    def write(self, cursor: psycopg.Cursor, reports: Sequence[Report], now: float) -> None:
        """Reports as they came; the last of each boot counts, and one that is late does not."""
        for some in _rounds({boot: status for boot, status in reports if not status.late}):
            agents, watched, others = [_agent(*report) for report in some], list[_Watched](), list[_Agent]()
            for agent, (_, status) in zip(agents, some, strict=True):
                news, are_others = self._take(agent, status, now)
                watched += (_Watched(agent.site, agent.id, name, device.state, device) for name, device in news.items())
                others += [agent] if are_others else []
            values = {"agents": _json(agents), "watched": _json(watched), "others": _json(others), "now": utc(now)}
            if watched:
                cursor.execute(SQL["put_watched"], values)
            if others:
                cursor.execute(SQL["forget_unwatched"], values)
            cursor.execute(SQL["put_agents"], values)
            if any(agent.state == "offline" for agent in agents):
                cursor.execute(SQL["lose_watched"], values)

    def _take(self, agent: _Agent, status: Status, now: float) -> tuple[dict[str, DeviceStatus], bool]:
        """The devices that are to be written, and whether there may be others than before."""
        if status.state == "offline":
            self._known.pop((agent.site, agent.id), None)
            return {}, False
        devices: dict[str, DeviceStatus] = {**status.cameras, **status.sensors}
        place = agent.site, agent.id
        known = self._known.get(place)
        if known is None or known.devices.keys() != devices.keys() or has_moment(place, known.all_at, now, ALL_EVERY_S):
            self._known[place] = _Known(devices, now, now)
            return devices, True
        are_figures_due = now - known.figures_at >= FIGURES_EVERY_S
        news = {
            name: device for name, device in devices.items() if _is_news(device, known.devices[name], are_figures_due)
        }
        known.devices |= news
        known.figures_at = now if news and are_figures_due else known.figures_at
        return news, False


def _is_news(device: DeviceStatus, before: DeviceStatus, are_figures_due: bool) -> bool:
    if (device.state, device.error) != (before.state, before.error):
        return True
    return are_figures_due and isinstance(device, CameraStatus) and _has_moved(device, before)


def _has_moved(camera: CameraStatus, before: DeviceStatus) -> bool:
    """Whether a figure is another than before: they waver from one report to the next."""
    return any(not isclose(getattr(camera, name), getattr(before, name, inf), rel_tol=WAVERS) for name in FIGURES)


def _rounds(newest: dict[Boot, Status]) -> Iterator[list[Report]]:
    """Boot by boot: the will of an earlier one comes late at times, and must not hide what the present one says."""
    while newest:
        some = {boot[:2]: boot for boot in reversed(newest)}  # of each agent the first
        yield [(boot, newest.pop(boot)) for boot in sorted(some.values())]


def _agent(boot: Boot, status: Status) -> _Agent:
    detail = {"version": status.version, "clock": status.clock, "journal": status.journal}
    return _Agent(boot.site, boot.device, status.state, status.boot, detail)


def _json(rows: Sequence[msgspec.Struct]) -> str:
    return msgspec.json.encode(rows).decode()
