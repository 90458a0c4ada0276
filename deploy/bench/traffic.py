"""What a city's devices say, made up and paced: reports of agents, readings of sensors, and detect's incidents."""

import time
from collections import deque
from collections.abc import Callable, Iterator
from itertools import count, islice
from random import Random
from typing import NamedTuple
from uuid import UUID, uuid4

import cv2
import msgspec
import numpy as np
from uuid_utils.compat import uuid7

from deploy.bench.generator import Generator, Packet, packet
from detect.incident import Explanation, Incident, Picture
from edge.messages import CameraStatus, SenmlRecord, SensorStatus, Status, Telemetry, encode_binary, encode_json
from edge.topics import Topic

REPORT_EVERY_S = 5.0  # as agents do
OPENED_PER_S, LASTS_S = 5.0, 20.0  # incidents; and how long one lasts
TICK_S, SAY_EVERY_S = 0.05, 15.0


class Agent(NamedTuple):
    site: str
    name: str
    cameras: list[str]
    sensors: list[str]


class Traffic:
    """`sent` are all messages; `numbered` those that ingest is to have, with `readings`; `opened` are incidents."""

    def __init__(self, agents: list[Agent], per_s: float) -> None:
        self._agents, self._per_s, self._random = agents, per_s, Random(1)  # noqa: S311 - the same city each time
        self.boots = {(agent.site, agent.name): uuid4() for agent in agents}
        self._reports, self._readings = self._all_reports(), self._all_readings()
        self._open: deque[tuple[float, Incident]] = deque()
        self._jpeg = _jpeg(self._random)
        self.sent = self.numbered = self.readings = self.opened = self._reported = 0

    def run(self, generator: Generator, seconds: float, say: Callable[[str], None]) -> None:
        """Fall behind rather than send in bursts what the broker does not take."""
        begin, told = time.monotonic(), 0.0
        while (passed := time.monotonic() - begin) < seconds:
            generator.publish(self._due(passed))
            if passed - told >= SAY_EVERY_S:
                told = passed
                say(f"{passed:.0f} s: {self.sent:,} messages, {self.opened} incidents")
            time.sleep(TICK_S)
        generator.wait()

    def _due(self, passed: float) -> Iterator[Packet]:
        """What is to be sent until `passed` seconds from the beginning."""
        due = round(passed * self._per_s) - self.sent
        incidents = [*self._clear(passed), *self._open_some(passed)]
        reports = round(passed * len(self._agents) / REPORT_EVERY_S) - self._reported
        readings = max(0, due - reports - len(incidents))
        self._reported += reports
        self.numbered += reports + readings
        self.readings += readings
        self.sent += reports + readings + len(incidents)
        yield from incidents
        yield from islice(self._reports, reports)
        yield from islice(self._readings, readings)

    def _all_reports(self) -> Iterator[Packet]:
        for seq in count(1):
            for agent in self._agents:
                cameras = {
                    name: CameraStatus("online", round(4.8 + 0.4 * self._random.random(), 2)) for name in agent.cameras
                }
                sensors = dict.fromkeys(agent.sensors, SensorStatus())
                boot = self.boots[agent.site, agent.name]
                status = Status("online", boot, time.time(), "0.1.0", cameras=cameras, sensors=sensors, seq=seq)
                yield packet(str(Topic(agent.site, agent.name, "status")), encode_json(status))

    def _all_readings(self) -> Iterator[Packet]:
        """Of each sensor in turn, those of neighbouring agents far apart, as they come from a city."""
        sensors = [
            (Topic(a.site, sensor, "telemetry"), self.boots[a.site, a.name])
            for a in self._agents
            for sensor in a.sensors
        ]
        self._random.shuffle(sensors)
        for seq in count(1):
            for topic, boot in sensors:
                record = SenmlRecord(
                    bt=round(time.time(), 3), n="water_level", u="m", v=round(0.2 * self._random.random(), 3)
                )
                yield packet(str(topic), encode_json(Telemetry(boot, seq, [record])))

    def _open_some(self, passed: float) -> Iterator[Packet]:
        while self.opened < int(passed * OPENED_PER_S):
            self.opened += 1
            agent = self._random.choice(self._agents)
            incident = _incident(agent.site, self._random.choice(agent.cameras), self._jpeg)
            self._open.append((passed + LASTS_S, incident))
            yield _of_incident(incident)

    def _clear(self, passed: float) -> Iterator[Packet]:
        while self._open and self._open[0][0] <= passed:
            _, incident = self._open.popleft()
            yield _of_incident(msgspec.structs.replace(incident, phase="clear", at=time.time(), pictures=[]))


def _of_incident(incident: Incident) -> Packet:
    return packet(str(Topic(incident.site, incident.device, "incident")), encode_binary(incident))


def _incident(site: str, device: str, jpeg: bytes) -> Incident:
    now, box = time.time(), (0.1, 0.2, 0.3, 0.4)
    rule = {"kind": "illegal_parking", "version": "3"}
    return Incident(
        id=UUID(str(uuid7())),
        kind="illegal_parking",
        phase="open",
        site=site,
        device=device,
        zone="kerb",
        position=None,
        began_at=now - 180,
        at=now,
        severity="major",
        score=0.8,
        objects=[],
        explanation=Explanation(rule, {"dwell_s": 180.0}, {"dwell_s": 180.2}, {}, {}),
        pictures=[Picture("first", now - 180, jpeg, box), Picture("best", now, jpeg, box)],
    )


def _jpeg(random: Random) -> bytes:
    """As large as a street camera's: noise, as it fills a JPEG soonest."""
    noise = np.frombuffer(random.randbytes(240 * 320), np.uint8).reshape(240, 320)
    jpeg: bytes = cv2.imencode(".jpg", noise, [cv2.IMWRITE_JPEG_QUALITY, 60])[1].tobytes()
    return jpeg
