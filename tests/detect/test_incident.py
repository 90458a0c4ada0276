import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from detect.incident import Incident
from edge.messages import BadMessageError, decode, encode_binary, encode_json
from tests.detect.told import INCIDENT


@pytest.mark.parametrize("encode", [encode_binary, encode_json])
def test_an_incident_survives_the_wire(encode: type):
    assert decode(encode(INCIDENT), Incident) == INCIDENT


def test_a_spell_is_written_as_from_and_to():
    words = msgspec.to_builtins(INCIDENT)
    assert words["explanation"]["dwell"] == [{"from": 1_750_046_400, "to": 1_750_046_405, "state": "seen"}]


def nested(depth: int) -> object:
    return [nested(depth - 1)] if depth else 0.5


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": "7"},
        {"kind": "x" * 41},  # longer ones would not fit a database's index
        {"zone": "x" * 41},
        {"phase": "closed"},
        {"severity": "huge"},
        {"at": -1},
        {"at": 1e12},
        {"began_at": float("nan")},
        {"position": (float("nan"), 31.0)},
        {"position": (31.0, 104.0)},  # latitude and longitude the wrong way round
        {"position": (1e200, 0)},
        {"explanation": {"zone": {"polygon": nested(100)}}},
        {"pictures": [{"role": "worst"}]},
    ],
)
def test_what_breaks_the_contract_is_refused(wrong: dict[str, object]):
    words = msgspec.to_builtins(INCIDENT, builtin_types=(bytes,))
    if "explanation" in wrong:
        wrong = {"explanation": words["explanation"] | wrong["explanation"]}
    if "pictures" in wrong:
        wrong = {"pictures": [words["pictures"][0] | wrong["pictures"][0]]}
    with pytest.raises(BadMessageError, match="not a Incident"):
        decode(msgspec.msgpack.encode(words | wrong), Incident)


def test_what_a_newer_detector_adds_is_passed_over():
    words = msgspec.to_builtins(INCIDENT, builtin_types=(bytes,))
    assert decode(msgspec.msgpack.encode(words | {"mood": "good"}), Incident) == INCIDENT


@pytest.mark.parametrize("module", ["detect.incident", "dispatch.ticket"])
def test_a_contract_imports_nothing_heavy(module: str):
    heavy = ["numpy", "cv2", "shapely", "pydantic", "psycopg", "paho", "ultralytics"]
    script = f"import {module}, sys; print([name for name in {heavy} if name in sys.modules])"
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
