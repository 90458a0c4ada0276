"""From a token to an agent at work, as an installer goes about it: real web, database, broker, agent and doctor."""

import contextlib
import json
import os
import signal
import stat
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import psycopg
import pytest
from psycopg.types.json import Jsonb

from deploy.edge_commands import IDENTITY
from tests.conftest import ROOT, Broker
from tests.dashboard.conftest import TOKEN, serving
from tests.edge.pictures import write_film
from tests.journeys.chaos import started
from tests.waiting import wait_for

ADMIN = {"Authorization": f"Bearer {TOKEN}"}
BARE = {name: value for name, value in os.environ.items() if not name.startswith("YIHU_")} | {"LANG": "C.UTF-8"}
EDGE = [sys.executable, "-m", "deploy.cli", "edge"]


def yihu_edge(*words: str, data: Path) -> subprocess.CompletedProcess[str]:
    command = [*EDGE, *words, "--data", str(data)]
    return subprocess.run(command, cwd=ROOT, env=BARE, capture_output=True, text=True, check=False, timeout=120)


def examined(data: Path) -> dict[str, dict[str, Any]]:
    """What the doctor finds, by part and device."""
    told = json.loads(yihu_edge("doctor", "--json", data=data).stdout)
    assert told["broken"] == sum(one["grade"] == "broken" for one in told["findings"])
    return {" ".join(filter(None, (one["part"], one["of"]))): one for one in told["findings"]}


def whats(data: Path) -> dict[str, str]:
    return {name: finding["what"] for name, finding in examined(data).items()}


@contextlib.contextmanager
def agent_running(data: Path) -> Iterator[None]:
    with subprocess.Popen([*EDGE, "--data", str(data)], cwd=ROOT, env=BARE) as process:
        try:
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=30) == 0


@pytest.fixture
def film(tmp_path: Path) -> Path:
    return write_film(tmp_path / "film.avi", 20, 10)


@pytest.fixture(autouse=True)
def street(connection: psycopg.Connection, film: Path) -> None:
    """A camera and a sensor of the agent `gate`, and a camera of another."""
    connection.execute("INSERT INTO sites (id, name, timezone, detector) VALUES ('tooley', 's', 'UTC', 'null')")
    sensor = {"sensor": "sim://water_level?events=none", "every": 0.5, "agent": "gate"}
    devices = {
        "cam-1": ("camera", {"camera": str(film), "fps": 5.0, "agent": "gate", "zones": []}),
        "cam-2": ("camera", {"camera": "/elsewhere", "fps": 5.0, "agent": "edge", "zones": []}),
        "level-1": ("sensor", sensor),
    }
    for device, (kind, config) in devices.items():
        connection.execute(
            "INSERT INTO devices (site, id, kind, name, config) VALUES ('tooley', %s, %s, '', %s)",
            [device, kind, Jsonb(config)],
        )


@pytest.fixture
def centre(database: str, mosquitto: Broker) -> Iterator[str]:
    with serving(database, street_broker=mosquitto.url) as url:
        yield url


def new_token(centre: str) -> str:
    answer = httpx2.post(f"{centre}/api/sites/tooley/enrolments", json={"agent": "gate"}, headers=ADMIN)
    assert answer.status_code == 201
    return str(answer.json()["token"])


def test_a_box_is_enrolled_works_and_is_examined(
    centre: str, mosquitto: Broker, database: str, connection: psycopg.Connection, tmp_path: Path, film: Path
) -> None:
    data = tmp_path / "box"
    enrolled = yihu_edge("enrol", centre, new_token(centre), data=data)
    assert (enrolled.returncode, enrolled.stdout.splitlines()[0]) == (0, f"tooley/gate, 2 devices: {data / IDENTITY}")
    assert stat.S_IMODE((data / IDENTITY).stat().st_mode) == 0o600
    assert whats(data)["config"] == "config_none"  # ingest, which publishes it, does not run yet
    with started("ingest", {"YIHU_MQTT_URL": mosquitto.url, "YIHU_DATABASE_URL": database}):
        with agent_running(data):

            def told(device: str, state: str) -> bool:
                """What the centre has of a camera."""
                row = connection.execute("SELECT state FROM devices WHERE id = %s", [device]).fetchone()
                return row == (state,)

            wait_for(lambda: told("gate", "online") and told("cam-1", "online"), within_s=60)
            wait_for(lambda: "used_well" in whats(data).get("sensor level-1", ""), within_s=60)
            well = examined(data)
            assert {one["grade"] for one in well.values()} <= {"well", "warn"}
            assert (well["camera cam-1"]["what"], well["broker"]["what"]) == ("used_well", "broker_well")
            film.unlink()
            wait_for(lambda: told("cam-1", "offline"), within_s=60)
            dead = examined(data)["camera cam-1"]
            assert (dead["what"], "film.avi" in dead["said"]) == ("used_broken", True)
        wait_for(lambda: told("gate", "stopped"), within_s=30)
        refused = yihu_edge("doctor", data=data)
        assert refused.returncode == 1
        assert f"✗ camera cam-1  {film} is not there" in refused.stdout
        write_film(film, 20, 10)
        alone = examined(data)
        assert alone["camera cam-1"]["what"] == "camera_well"
        assert alone["camera cam-1"]["facts"]["size"] == "160 × 120"
        assert alone["sensor level-1"]["what"] in ("sensor_well", "sensor_quiet")
        assert "camera cam-2" not in alone


def test_a_spent_token_changes_nothing(centre: str, tmp_path: Path) -> None:
    token = new_token(centre)
    assert yihu_edge("enrol", centre, token, data=tmp_path / "box").returncode == 0
    for box in (tmp_path / "box", tmp_path / "other"):
        again = yihu_edge("enrol", centre, token, data=box)
        assert again.returncode == 2
        assert "this token was used at" in again.stderr
        assert "Traceback" not in again.stderr
    assert (tmp_path / "box" / IDENTITY).exists()
    assert list((tmp_path / "other").iterdir()) == []


def test_what_was_set_by_hand_outlives_a_new_enrolment(centre: str, tmp_path: Path) -> None:
    for _ in range(2):
        assert yihu_edge("enrol", centre, new_token(centre), data=tmp_path).returncode == 0
        with (tmp_path / IDENTITY).open("a") as file:
            file.write("journal_mb = 64\n" if "journal_mb" not in (tmp_path / IDENTITY).read_text() else "")
    assert tomllib.loads((tmp_path / IDENTITY).read_text())["journal_mb"] == 64


def test_whoever_names_a_broker_is_not_mistaken_for_the_box(tmp_path: Path) -> None:
    (tmp_path / IDENTITY).write_text('site = "elsewhere"\nagent = "gate"\nmqtt_url = "mqtt://127.0.0.1:1"\n')
    code = "import os, sys; from pathlib import Path; from deploy.edge_commands import find_identity;"
    code += "find_identity(Path(sys.argv[1])); print(os.environ.get('YIHU_CONFIG'))"
    for environment, found in ((BARE, str(tmp_path / IDENTITY)), (BARE | {"YIHU_MQTT_URL": "mqtt://x"}, "None")):
        command = [sys.executable, "-c", code, str(tmp_path)]
        told = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
        assert told.stdout.strip() == found


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("enrol", "http://10.0.0.1", "t"), "is not encrypted"),
        (("doctor",), "`yihu edge enrol` sets it"),
        (("doctor", "--lang", "fr"), "there are zh-CN, en"),
        ((), "`yihu edge enrol` sets it"),
    ],
)
def test_what_is_missing_is_told_without_a_traceback(words: tuple[str, ...], told: str, tmp_path: Path) -> None:
    refused = yihu_edge(*words, data=tmp_path)
    assert refused.returncode == 2
    assert told in refused.stderr
    assert "Traceback" not in refused.stderr
