"""Examines an edge box from end to end, beside an agent that runs on it or without one."""

import contextlib
import sqlite3
import ssl
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from edge.doctor.broker import look_in
from edge.doctor.devices import Configs, in_use, try_cameras, try_sensors
from edge.doctor.finding import Finding, Grade
from edge.doctor.machine import (
    Backlog,
    InUseError,
    ask_clock,
    judge_backlog,
    judge_clock,
    judge_disk,
    judge_memory,
    read_journal,
)
from edge.messages import BadMessageError, DeviceConfig, Status, decode
from edge.topics import Share, Topic


class Box(NamedTuple):
    """What is examined. `noted` are the configurations of the enrolment, for as long as the broker gives none.

    `trusted` tells by whose word the centre is believed to be it.
    """

    site: str
    agent: str
    broker: str
    centre: str | None
    journal: Path
    journal_mb: int
    noted: Mapping[str, Any]
    trusted: Callable[[], ssl.SSLContext]


class _Agent(NamedTuple):
    """The agent on this box: whether it runs, what it last said, and what its journal holds where that can be read."""

    runs: bool
    status: Status | None
    backlog: Backlog | None
    trouble: str = ""


def examine(box: Box) -> Iterator[Finding]:
    """Finding by finding, as each is there; what takes longest comes last."""
    yield judge_disk(box.journal.parent, box.journal_mb)
    yield from judge_memory()
    status_topic = str(Topic(box.site, box.agent, "status"))
    findings, retained = look_in(box.broker, [*Share().filters("config", box.site), status_topic])
    yield from findings
    agent = _look_at_agent(box, (retained or {}).pop(status_topic, b""))
    yield _judge_journal(agent, box.journal_mb << 20)
    yield _judge_clock(box, agent)
    configs, finding = _configs(box, retained)
    yield finding
    yield from _judge_devices(configs, agent)


def _look_at_agent(box: Box, said: bytes) -> _Agent:
    """Its journal is locked for as long as it runs here; what is retained of it may be of long ago."""
    try:
        return _Agent(False, None, read_journal(box.journal))
    except InUseError:
        return _Agent(True, _present_status(said), None)
    except sqlite3.Error as error:
        return _Agent(False, None, None, str(error))


def _present_status(said: bytes) -> Status | None:
    try:
        status = decode(said, Status)
    except BadMessageError:
        return None
    return status if status.state == "online" else None  # else the broker has lost it, and tells its last will


def _judge_journal(agent: _Agent, limit: int) -> Finding:
    if agent.backlog:
        return judge_backlog(agent.backlog, limit)
    if agent.trouble:
        return Finding("journal", Grade.BROKEN, "journal_unread", {"error": agent.trouble})
    if agent.status is None:
        return Finding("journal", Grade.WARN, "used_unknown")
    told = agent.status.journal
    waiting = Backlog(told.get("waiting", 0), told.get("bytes", 0), told.get("oldest_s", 0))
    return judge_backlog(waiting, told.get("limit") or limit)


def _judge_clock(box: Box, agent: _Agent) -> Finding:
    """An agent that runs knows it from the centre's acks, more closely than the web tells."""
    if agent.status and "offset_s" in agent.status.clock:
        return judge_clock(agent.status.clock["offset_s"])
    return ask_clock(box.centre, box.trusted)


def _configs(box: Box, retained: Mapping[str, bytes] | None) -> tuple[Configs, Finding]:
    """Of the devices that are this agent's."""
    bodies = dict(_of_devices(retained or {}))
    noted = {device: msgspec.json.encode(config) for device, config in box.noted.items()}
    try:
        configs = _ours(bodies, box.agent)
        if configs:
            return configs, _tell_configs("config_well", Grade.WELL, configs, site=box.site, agent=box.agent)
        if retained is None and (kept := _ours(noted, box.agent)):
            return kept, _tell_configs("config_kept", Grade.WARN, kept)
    except BadMessageError as error:
        return {}, Finding("config", Grade.BROKEN, "config_unread", {"error": str(error)})
    return {}, Finding("config", Grade.BROKEN, "config_none", {"site": box.site, "agent": box.agent})


def _of_devices(retained: Mapping[str, bytes]) -> Iterator[tuple[str, bytes]]:
    """A stray topic is nobody's."""
    for name, body in retained.items():
        with contextlib.suppress(BadMessageError):
            if body:
                yield Topic.parse(name).device, body


def _ours(bodies: Mapping[str, bytes], agent: str) -> Configs:
    """Raise BadMessageError."""
    configs = {device: decode(body, DeviceConfig) for device, body in sorted(bodies.items())}
    return {device: config for device, config in configs.items() if config.agent == agent}


def _tell_configs(what: str, grade: Grade, configs: Configs, **facts: str | float) -> Finding:
    counts = {"cameras": len(_with_camera(configs)), "sensors": len(_with_sensor(configs))}
    return Finding("config", grade, what, facts | counts)


def _judge_devices(configs: Configs, agent: _Agent) -> Iterator[Finding]:
    cameras, sensors = _with_camera(configs), _with_sensor(configs)
    if not agent.runs:
        yield from try_cameras(cameras)
        yield from try_sensors(sensors)
        return
    said = agent.status
    yield from (in_use("camera", device, said.cameras.get(device) if said else None) for device in cameras)
    yield from (in_use("sensor", device, said.sensors.get(device) if said else None) for device in sensors)


def _with_camera(configs: Configs) -> Configs:
    return {device: config for device, config in configs.items() if config.camera}


def _with_sensor(configs: Configs) -> Configs:
    return {device: config for device, config in configs.items() if config.sensor}
