"""The broker as a cluster of three NATS nodes, as deploy/nats/ has it: one that is killed under load loses nothing."""

import contextlib
import os
import random
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from deploy.embedded import LOOPBACK, free_ports, wait_for_port
from tests.conftest import PASSWORD, ROOT, need
from tests.journeys.chaos import add_sensors, committed, duplicates, gaps, started
from tests.waiting import wait_for

pytestmark = pytest.mark.timeout(300)

NODES, SENSORS = 3, 40


class Node:
    """One of the cluster, which a test may kill and start again."""

    def __init__(self, environment: dict[str, str], port: int) -> None:
        self._environment, self._port = os.environ | environment, port
        self.start()

    def start(self) -> None:
        command = ["nats-server", "-c", str(ROOT / "deploy" / "nats" / "node.conf")]
        self._process = subprocess.Popen(command, env=self._environment, stderr=subprocess.DEVNULL)
        assert wait_for_port(self._port, within_s=15)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()


@pytest.fixture
def ports() -> list[int]:
    return free_ports(3 * NODES)


@pytest.fixture
def nodes(tmp_path: Path, ports: list[int]) -> Iterator[list[Node]]:
    need(shutil.which("nats-server"), "nats-server")
    mqtt, client, cluster = ports[:3], ports[3:6], ports[6:]
    routes = {f"NATS_ROUTE_{n + 1}": f"nats://route:{PASSWORD}@{LOOPBACK}:{port}" for n, port in enumerate(cluster)}
    with contextlib.ExitStack() as stack:
        nodes = []
        for number in range(NODES):
            own = {
                "NATS_NODE": f"n{number + 1}",
                "NATS_DATA": str(tmp_path / f"n{number + 1}"),
                "NATS_PASSWORD": PASSWORD,
                "NATS_CLUSTER_PASSWORD": PASSWORD,
                "NATS_MQTT": f"{LOOPBACK}:{mqtt[number]}",
                "NATS_CLIENT": f"{LOOPBACK}:{client[number]}",
                "NATS_CLUSTER": f"{LOOPBACK}:{cluster[number]}",
            }
            nodes.append(Node(own | routes, client[number]))
            stack.callback(nodes[-1].kill)
        yield nodes


def test_a_node_that_is_killed_under_load_loses_nothing(
    nodes: list[Node], ports: list[int], database: str, connection: psycopg.Connection, tmp_path: Path
) -> None:
    add_sensors(connection, SENSORS, 0.5)
    hosts = [f"{LOOPBACK}:{port}" for port in ports[:NODES]]
    random.shuffle(hosts)  # whoever is killed, some are connected to it at times
    url = f"mqtt://yihu:{PASSWORD}@{','.join(hosts)}"
    common = {"YIHU_MQTT_URL": url, "YIHU_SITE": "tooley", "YIHU_DATA": str(tmp_path)}
    with started("ingest", common | {"YIHU_DATABASE_URL": database}), started("edge", common):
        wait_for(lambda: len(committed(connection)) > 100, within_s=60)
        nodes[0].kill()
        reached = len(committed(connection))
        wait_for(lambda: len(committed(connection)) > reached + 500, within_s=60)
        nodes[0].start()
        wait_for(lambda: not gaps(connection), within_s=120)
        assert len({device for device, _, _ in committed(connection)}) == SENSORS + 1
        wait_for(lambda: 0 < waiting_at_the_edge(connection) < SENSORS * 5, within_s=60)
    assert duplicates(connection) == []


def waiting_at_the_edge(connection: psycopg.Connection) -> int:
    """Messages that the agent has not heard of that they are there."""
    ((waiting,),) = connection.execute(
        "SELECT coalesce(max((detail -> 'journal' ->> 'waiting')::int), 0) FROM devices WHERE kind = 'agent'"
    )
    return int(waiting)
