import importlib
import sys
from pathlib import Path
from types import ModuleType
from typing import Annotated

import pytest
from pydantic import TypeAdapter, ValidationError

from detect.config import CameraConfig, Line, SensorConfig, _ByKind, known_rules
from detect.rule import RuleSettings
from detect.rules import camera, line, sensor, sight
from detect.rules.camera import illegal_parking

PARKING = {"kind": "illegal_parking", "dwell": "5s"}
SQUARE = [[0, 0], [1, 0], [1, 1], [0, 1]]


def config(**changes: object) -> dict[str, object]:
    zone = {"id": "kerb", "polygon": SQUARE, "rules": [PARKING]}
    return {"zones": [zone | changes]}


def across(**changes: object) -> dict[str, object]:
    entry = {"id": "gate", "line": [[0.1, 0.5], [0.9, 0.5]], "rules": [{"kind": "intrusion"}]}
    return {"zones": [entry | changes]}


def problems(raw: object) -> dict[str, str]:
    with pytest.raises(ValidationError) as caught:
        CameraConfig.model_validate(raw)
    return {".".join(map(str, error["loc"])): error["msg"] for error in caught.value.errors()}


@pytest.mark.parametrize("family", [camera, line, sensor, sight])
def test_every_module_of_rules_is_a_rule_named_after_its_kind(family: ModuleType):
    files = {path.stem for path in Path(family.__file__).parent.glob("*.py")} - {"__init__"}
    found = known_rules(family)
    assert set(found) == files
    for kind, settings in found.items():
        assert settings(kind=kind).kind == kind


def test_water_is_seen_and_measured():
    assert "flood" in known_rules(camera).keys() & known_rules(sensor).keys()


def test_a_rule_is_read_by_the_settings_of_its_kind():
    zone = CameraConfig.model_validate(config()).zones[0]
    assert zone.rules == [illegal_parking.Settings(kind="illegal_parking", dwell=5)]


def test_a_new_module_is_enough_for_a_new_kind_of_rule(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "puddle.py").write_text(
        "from typing import Literal\n"
        "from detect.rule import RuleSettings\n"
        "class Settings(RuleSettings):\n"
        "    kind: Literal['puddle']\n"
        "    depth: float\n"
    )
    monkeypatch.setattr(camera, "__path__", [*camera.__path__, str(tmp_path)])
    importlib.invalidate_caches()
    try:
        rule = TypeAdapter(Annotated[RuleSettings, _ByKind(camera)]).validate_python({"kind": "puddle", "depth": 0.3})
        assert rule.model_dump() == {"kind": "puddle", "depth": 0.3}
    finally:
        sys.modules.pop("detect.rules.camera.puddle", None)


@pytest.mark.parametrize(
    ("raw", "path", "message"),
    [
        (config(rules=[{"kind": "jaywalking"}]), "zones.0.rules.0", "illegal_parking"),
        (config(rules=[{"dwell": 5}]), "zones.0.rules.0", "kind"),
        (config(rules=[PARKING | {"dwel": 5}]), "zones.0.rules.0.illegal_parking.dwel", "not permitted"),
        (config(rules=[PARKING | {"dwell": "5x"}]), "zones.0.rules.0.illegal_parking.dwell", "5s, 10m"),
        (config(rules=[PARKING | {"dwell": 0}]), "zones.0.rules.0.illegal_parking.dwell", "greater than 0"),
        (config(rules=[PARKING | {"hours": "7-19"}]), "zones.0.rules.0.illegal_parking.hours", "07:00-19:00|00:00"),
        (config(rules=[PARKING | {"objects": []}]), "zones.0.rules.0.illegal_parking.objects", "at least 1"),
        (config(rules=[]), "zones.0.rules", "at least 1"),
        (config(polygon=[[0, 0], [1, 1], [1, 0], [0, 1]]), "zones.0.polygon", "edges cross"),
        (config(polygon=[[0, 0], [1, 1]]), "zones.0.polygon", "at least 3"),
        (config(polygon=[[0, 0], [1, 0], [1, 7]]), "zones.0.polygon.2.1", "less than or equal to 1"),
        (config(id="Kerb"), "zones.0.id", "pattern"),
        (config(colour="red"), "zones.0.colour", "not permitted"),
        (across(line=[[0.1, 0.5]]), "zones.0.line", "at least 2"),
        (across(line=[[0.1, 0.5], [0.1, 0.5]]), "zones.0.line", "in a row are the same"),
        (across(line=[[0.1, 0.5], [0.9, 0.5], [0.5, 0.5]]), "zones.0.line", "crosses itself"),
        (across(line=[[0, 0], [1, 1], [1, 0], [0, 1]]), "zones.0.line", "crosses itself"),
        (across(polygon=SQUARE), "zones.0", "either a `polygon` or a `line`"),
        (across(line=None), "zones.0", "either a `polygon` or a `line`"),
        (across(rules=[PARKING]), "zones.0.rules", "gate is a line: it takes intrusion and wrong_way, not illegal_pa"),
        (across(rules=[]), "zones.0.rules", "at least 1"),
        (across(rules=[{"kind": "intrusion", "for": 3}]), "zones.0.rules.0.intrusion.for", "not permitted"),
        (across(rules=[{"kind": "wrong_way", "heading": 3}]), "zones.0.rules.0.wrong_way.heading", "not permitted"),
        (across(rules=[{"kind": "wrong_way", "hours": "7"}]), "zones.0.rules.0.wrong_way.hours", "07:00-19:00"),
        ({"detector": {"model": "m", "confidence": 35}}, "detector.confidence", "less than 1"),
        ({"detector": {"model": "m", "device": "gpu"}}, "detector.device", "not permitted"),
        ({"timezone": "Mars/Olympus"}, "timezone", "Mars/Olympus"),
    ],
)
def test_a_wrong_entry_is_named_by_its_path(raw: object, path: str, message: str):
    found = problems(raw)
    assert list(found) == [path]
    assert any(part in found[path] for part in message.split("|"))


def test_each_of_several_wrong_entries_is_named():
    raw = config(rules=[PARKING | {"dwell": "x"}, {"kind": "?"}], id="")
    assert set(problems(raw)) == {"zones.0.id", "zones.0.rules.0.illegal_parking.dwell", "zones.0.rules.1"}


def test_a_line_is_read_and_written_as_it_is():
    raw = across(line=[[0.1, 0.5], [0.4, 0.6], [0.9, 0.5]], rules=[{"kind": "wrong_way", "hours": "07:00-09:00"}])
    config = CameraConfig.model_validate(raw)
    (gate,) = config.zones
    assert isinstance(gate, Line)
    assert gate.rules[0].labels >= {"car", "bicycle"}
    assert CameraConfig.model_validate_json(config.model_dump_json()) == config
    assert "polygon" not in gate.model_dump()


def test_a_zone_is_written_as_before_there_were_lines():
    (zone,) = CameraConfig.model_validate(config()).zones
    assert list(zone.model_dump(mode="json", exclude_none=True)) == ["id", "name", "polygon", "rules"]


def test_what_other_stages_need_of_a_device_is_passed_over():
    assert CameraConfig.model_validate({"camera": "rtsp://x", "every": 5}) == CameraConfig(camera="rtsp://x")
    assert SensorConfig.model_validate({"sensor": "mqtt", "fps": 5}) == SensorConfig()


def test_an_empty_configuration_watches_nothing():
    assert CameraConfig.model_validate_json(b"{}").zones == []
    assert SensorConfig.model_validate_json(b"{}").rules == []


@pytest.mark.parametrize("detector", [None, {}, {"confidence": 0.5}])
def test_a_site_need_not_name_a_model(detector: dict[str, float] | None):
    config = CameraConfig.model_validate({"detector": detector})
    assert config.model is None
    assert config.confidence == (0.5 if detector else 0.35)


def test_the_rules_of_camera_and_sensor_are_not_exchanged():
    sos = {"kind": "sos"}
    assert "zones.0.rules.0" in problems(config(rules=[sos]))
    assert SensorConfig.model_validate({"rules": [sos]}).rules[0].severity == "critical"
    with pytest.raises(ValidationError, match="crowd"):
        SensorConfig.model_validate({"rules": [{"kind": "crowd"}]})


def test_a_rule_is_written_as_it_is_read():
    raw = {"rules": [{"kind": "flood", "metric": "water_level", "above": 0.4, "clear_below": 0.35, "for": 20.0}]}
    assert SensorConfig.model_validate(raw).model_dump(mode="json", exclude_none=True)["rules"] == raw["rules"]
