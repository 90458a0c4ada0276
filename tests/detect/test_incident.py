import subprocess
import sys
from pathlib import Path
from uuid import UUID

import msgspec
import pytest

from detect.incident import Explanation, Incident, IncidentObject, Picture, Spell
from edge.messages import BadMessageError, decode, encode_binary, encode_json

INCIDENT = Incident(
    id=UUID("01932d6c-0000-7000-8000-000000000001"),
    kind="illegal_parking",
    phase="open",
    site="tooley",
    device="cam-1",
    zone="kerb",
    position=(104.395, 31.125),
    began_at=1_750_046_400,
    at=1_750_046_405,
    severity="major",
    score=0.8,
    objects=[IncidentObject("car", (0.1, 0.2, 0.3, 0.4), 0.8, 3)],
    explanation=Explanation(
        rule={"kind": "illegal_parking", "version": "1"},
        threshold={"dwell_s": 5},
        observed={"dwell_s": 5.2},
        model={"name": "m", "hash": "0123456789abcdef"},
        zone={"id": "kerb", "polygon": [(0, 0), (1, 0), (1, 1)]},
        dwell=[Spell(1_750_046_400, 1_750_046_405, "seen")],
        scores=[0.8],
        track=3,
    ),
    pictures=[Picture("first", 1_750_046_400, b"\xff\xd8\xff\xd9", (0.1, 0.2, 0.3, 0.4))],
)


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
