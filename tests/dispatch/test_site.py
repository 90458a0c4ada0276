import json
import re
from pathlib import Path

import pytest
import yaml

from detect.rules.camera.illegal_parking import Settings
from dispatch.duties import SHIPPED
from dispatch.site import Site, SiteFileError, load_site

EXAMPLES = Path(__file__).parents[2] / "deploy/examples"
SENSORS = Path(__file__).parents[2] / "docs/sensors.md"
GRID = {
    "code": "510603",
    "name": "第一网格",
    "level": "grid",
    "polygon": [[104.39, 31.12], [104.40, 31.12], [104.40, 31.13]],
}
ZONE = {"id": "kerb", "polygon": [[0, 0], [1, 0], [1, 1]], "rules": [{"kind": "illegal_parking", "dwell": "5s"}]}
LINE = {"id": "gate", "line": [[0, 0.5], [1, 0.5]], "rules": [{"kind": "intrusion"}]}
CAMERA = {"id": "cam-1", "camera": "rtsp://10.0.0.1/live", "zones": [ZONE]}
STREET = GRID | {"code": "51", "level": "street"}
SENSOR = {"id": "level-1", "sensor": "mqtt"}
RISING = {"kind": "flood", "metric": "water_level", "above": 0.30, "clear_below": 0.25, "for": "10s"}
GAUGE = "modbus://10.0.0.7/1/holding/100?metric=water_level&unit=m&type=float32"
USUAL = {
    "site": "tooley",
    "name": "蓝田街道",
    "detector": {"model": "model.pt"},
    "areas": [GRID],
    "devices": [CAMERA, SENSOR],
}


def on_line(name: str, more: str = "", **changes: object) -> dict[str, object]:
    return {"id": name, "sensor": f"modbus:///dev/ttyUSB0/1/holding/0?metric=water_level{more}"} | changes


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "model.pt").touch()
    return tmp_path / "site.yaml"


def load(path: Path, **changes: object) -> Site:
    path.write_text(yaml.safe_dump(USUAL | changes, allow_unicode=True), encoding="utf-8")
    return load_site(path)


def problems(path: Path, **changes: object) -> list[str]:
    with pytest.raises(SiteFileError) as caught:
        load(path, **changes)
    assert str(caught.value).startswith(f"{path} is refused, nothing was changed:\n  - ")
    return caught.value.problems


@pytest.mark.usefixtures("media", "weights")
@pytest.mark.parametrize("example", sorted(EXAMPLES.glob("*.yaml")), ids=lambda path: path.name)
def test_the_examples_load(example: Path):
    site = load_site(example)
    assert site.devices


@pytest.mark.usefixtures("media", "weights")
def test_tooley_is_read_with_paths_made_whole():
    site = load_site(EXAMPLES / "tooley.yaml")
    (camera,) = site.devices
    assert (site.site, site.name, site.timezone) == ("tooley", "蓝田街道", "Asia/Shanghai")
    assert camera.kind == "camera"
    assert Path(camera.camera).name == "tfl_jamcam_5.mp4"
    assert Path(camera.camera).is_absolute()
    assert Path(site.detector.model).is_dir()
    assert camera.zones[0].rules == [
        Settings(kind="illegal_parking", objects=("car", "bus", "truck"), dwell=5, hours="00:00-24:00")
    ]


def test_what_is_left_out_has_a_default(path: Path):
    site = load(path)
    camera, sensor = site.devices
    assert (camera.fps, camera.agent, sensor.kind, sensor.zones, sensor.every) == (5, "edge", "sensor", [], 10)
    assert site.detector.confidence == 0.35


@pytest.mark.parametrize(
    "camera", ["rtsp://10.0.0.1/live", "rtsps://u:p@h/1", "http://10.0.0.1/mjpeg", "sim://kerb?seed=7", "0", 0, "film"]
)
def test_cameras(path: Path, camera: object):
    (path.parent / "film").touch()
    (device,) = load(path, devices=[CAMERA | {"camera": camera}]).devices
    assert device.camera == (str(path.parent / "film") if camera == "film" else str(camera))


def filmed_and_measured(camera: str, sensor: str) -> list[dict[str, object]]:
    return [CAMERA | {"camera": f"sim://underpass?seed=7{camera}"}, SENSOR | {"sensor": f"sim://water_level?{sensor}"}]


@pytest.mark.parametrize(
    ("camera", "sensor"),
    [
        ("&every=200", "with=underpass:7&every=200"),
        ("&events=debris,flood", "with=underpass:7&events=flood,debris,sensor_fault"),
        ("", "with=underpass:7&events=sensor_fault"),
        ("&every=200", "with=underpass:8"),
        ("&every=200", "seed=4"),
    ],
)
def test_a_sensor_measures_what_its_camera_films(path: Path, camera: str, sensor: str):
    assert len(load(path, devices=filmed_and_measured(camera, sensor)).devices) == 2


@pytest.mark.parametrize(
    ("camera", "sensor"), [("&every=200", "with=underpass:7"), ("", "with=underpass:7&events=flood")]
)
def test_a_sensor_that_measures_other_events_than_its_camera_films_is_refused(path: Path, camera: str, sensor: str):
    (problem,) = problems(path, devices=filmed_and_measured(camera, sensor))
    assert problem.startswith(f"devices.{SENSOR['id']}.sensor: measures other events than its camera {CAMERA['id']}")


@pytest.mark.parametrize("address", ["mqtt", "sim://water_level", "sim://water_level?seed=3&with=underpass:7", GAUGE])
def test_sensors(path: Path, address: str):
    (device,) = load(path, devices=[SENSOR | {"sensor": address, "every": "5s", "rules": [RISING]}]).devices
    assert (device.kind, device.sensor, device.every) == ("sensor", address, 5)
    assert device.rules[0].limit.enter == 0.30


def test_the_sensors_of_the_manual_load(path: Path):
    (example,) = re.findall(r"```yaml\n(.*?)```", SENSORS.read_text(encoding="utf-8"), re.DOTALL)
    assert len(load(path, **yaml.safe_load(example)).devices) >= 3


@pytest.mark.parametrize("detector", [None, {"confidence": 0.5}, {"model": "yolo26n"}])
def test_a_site_with_zones_need_not_name_a_file_to_look_with(path: Path, detector: dict[str, object] | None):
    found = load(path, detector=detector).detector
    assert (found and found.model) == (detector and detector.get("model"))


def test_each_of_three_mistakes_is_named_by_its_path(path: Path):
    zone = ZONE | {"rules": [ZONE["rules"][0] | {"dwell": "5 apples"}]}
    found = problems(path, devices=[CAMERA | {"zones": [zone]}, SENSOR | {"colour": "red"}], timezone="Mars/Olympus")
    assert len(found) == 3
    for place in ("timezone: ", "devices.0.zones.0.rules.0.illegal_parking.dwell: ", "devices.1.colour: "):
        assert len([problem for problem in found if problem.startswith(place)]) == 1


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"site": "Tooley Street"}, "site: String should match pattern"),
        ({"name": ""}, "name: "),
        ({"name": None}, "name: "),
        ({"colour": "red"}, "colour: Extra inputs are not permitted (it is 'red')"),
        ({"timezone": "Mars/Olympus"}, "timezone: Mars/Olympus is not a time zone, such as Asia/Shanghai"),
        ({"detector": {"model": "lost.pt"}}, "detector.model: "),
        ({"detector": {"model": "model.pt", "confidence": 2}}, "detector.confidence: "),
        ({"areas": [GRID | {"code": "grid one"}]}, "areas.0.code: "),
        ({"areas": [GRID | {"level": "planet"}]}, "areas.0.level: "),
        ({"areas": [GRID | {"polygon": [[0, 0], [1, 1], [1, 0], [0, 1]]}]}, "areas.0.polygon: the polygon's edges"),
        ({"areas": [GRID | {"polygon": [[31.1, 104.3], [104.3, 31.1], [104.4, 31.1]]}]}, "areas.0.polygon.0.1: "),
        ({"areas": [GRID, GRID]}, "areas: '510603' is there 2 times"),
        ({"areas": 5}, "areas: "),
        ({"areas": [GRID | {"parent": GRID["code"]}]}, "areas: the parent of 510603, 510603, must be of a higher"),
        ({"areas": [GRID, STREET | {"parent": GRID["code"]}]}, "areas: the parent of 51, 510603, must be of a higher"),
        ({"devices": 5}, "devices: "),
        ({"devices": {"cam-1": CAMERA}}, "devices: "),
        ({"devices": [5]}, "devices.0: "),
        ({"devices": [CAMERA, CAMERA]}, "devices: 'cam-1' is there 2 times"),
        ({"devices": [CAMERA | {"zones": [ZONE, ZONE]}]}, "devices.cam-1.zones: 'kerb' is there 2 times"),
        ({"devices": [SENSOR | {"id": "edge"}]}, "devices: 'edge' is the name of an agent"),
        ({"devices": [{"id": "x"}]}, "devices.0: a device has either a `camera:` or a `sensor:`"),
        ({"devices": [CAMERA | SENSOR]}, "devices.0: a device has either a `camera:` or a `sensor:`"),
        (
            {"devices": [SENSOR | {"zones": [ZONE]}]},
            "devices.0: a sensor has neither zones nor `masks:`, `heartbeat:`, ",
        ),
        (
            {"devices": [SENSOR | {"budget": 9000}]},
            "devices.0: a sensor has neither zones nor `masks:`, `heartbeat:`, ",
        ),
        ({"devices": [CAMERA | {"heartbeat": "11s"}]}, "devices.0.heartbeat: "),
        (
            {"devices": [CAMERA | {"budget": "2 MB"}]},
            "devices.0.budget: '2 MB' is no rate: write 500 kbit/s or 2 Mbit/s",
        ),
        ({"devices": [CAMERA | {"budget": "60 kbit/s"}]}, "devices.0.budget: "),
        ({"devices": [{"camera": "rtsp://x"}]}, "devices.0.id: Field required"),
        ({"devices": [CAMERA | {"id": "cam_1"}]}, "devices.0.id: "),
        ({"devices": [CAMERA | {"fps": 0}]}, "devices.0.fps: "),
        ({"devices": [CAMERA | {"position": [31.125, 104.395]}]}, "devices.0.position.1: "),
        ({"devices": [CAMERA | {"camera": "lost.mp4"}]}, "devices.0.camera: "),
        ({"devices": [CAMERA | {"camera": "onvif://x"}]}, "devices.0.camera: no driver for onvif://; known: a file, "),
        ({"devices": [CAMERA | {"camera": "sim://street"}]}, "devices.0.camera: sim://street: there is no view"),
        ({"devices": [CAMERA | {"camera": "sim://kerb?sed=1"}]}, "devices.0.camera: sim://kerb?sed=1: "),
        ({"devices": [CAMERA | {"camera": "sim://kerb?events=rain"}]}, "devices.0.camera: rain cannot happen at kerb"),
        ({"devices": [SENSOR | {"sensor": "sim://x"}]}, "devices.0.sensor: sim://x: there is no metric"),
        ({"devices": [SENSOR | {"sensor": "sim://gas?with=kerb:1&events=rain"}]}, "devices.0.sensor: rain: no such"),
        ({"devices": [SENSOR | {"every": 0}]}, "devices.0.every: "),
        ({"devices": [SENSOR | {"rules": [{"kind": "crowd"}]}]}, "devices.0.rules.0: "),
        ({"devices": [SENSOR | {"rules": [RISING | {"abov": 1}]}]}, "devices.0.rules.0.flood.abov: "),
        ({"devices": [SENSOR | {"rules": [RISING | {"clear_below": 0.4}]}]}, "devices.0.rules.0.flood: `clear_below:`"),
        ({"devices": [CAMERA | {"rules": [RISING]}]}, "devices.0.rules: a camera's rules stand in its zones"),
        (
            {"devices": [CAMERA | {"zones": [LINE], "fps": 0.5}]},
            "devices.0: gate is a line, which needs 1 frame a second",
        ),
        (
            {"devices": [CAMERA | {"zones": [LINE | {"rules": ZONE["rules"]}]}]},
            "devices.0.zones.0.rules: gate is a line: it takes intrusion and wrong_way, not illegal_parking",
        ),
        (
            {"devices": [CAMERA | {"zones": [ZONE | {"rules": [{"kind": "flood", "above": 1}]}]}]},
            "devices.0.zones.0.rules.0.flood.above: ",
        ),
        (
            {"devices": [SENSOR | {"every": "10m", "rules": [{"kind": "sensor_fault", "silent_for": "60s"}]}]},
            "devices.0: a sensor that speaks every 600 s is no fault after 60 s of silence: give a longer",
        ),
        (
            {"devices": [SENSOR | {"sensor": "sim://gas", "rules": [RISING]}]},
            "devices.0: flood asks for water_level, of which sim://gas never speaks",
        ),
        (
            {"devices": [SENSOR | {"sensor": "modem://x"}]},
            "devices.0.sensor: no driver for modem://x; known: modbus",
        ),
        (
            {"devices": [SENSOR | {"sensor": "modbus://x"}]},
            "devices.0.sensor: modbus://x: expected modbus://HOST:PORT/",
        ),
        (
            {"devices": [SENSOR | {"sensor": f"{GAUGE}&type=int24"}]},
            f"devices.0.sensor: {GAUGE}&type=int24: there is no type 'int24'; known: bool, int16, ",
        ),
        (
            {"devices": [SENSOR | {"sensor": GAUGE, "rules": [RISING | {"metric": "level"}]}]},
            f"devices.0: flood asks for level, of which {GAUGE} never speaks",
        ),
        (
            {"devices": [SENSOR | {"sensor": GAUGE, "rules": [RISING | {"unit": "Cel"}]}]},
            f"devices.0: flood asks for Cel, and {GAUGE} speaks in m",
        ),
        (
            {"devices": [on_line("a"), on_line("b", "&baud=19200"), on_line("c"), on_line("d", agent="edge-2")]},
            "devices.b.sensor: /dev/ttyUSB0 is read with timeout=1&baud=9600&parity=N&stop=1 by a: give both the same",
        ),
    ],
)
def test_a_mistake_is_named_by_its_path(path: Path, changes: dict[str, object], problem: str):
    (found,) = problems(path, **changes)
    assert found.startswith(problem)


@pytest.mark.parametrize(
    "text",
    [
        "site: [",
        "site: tooley\n\tname: x",
        "",
        "- a list",
        "just text",
        "site: tooley\nname: 2024-13-45",  # YAML takes it for a date, and it is none
        "site: !!python/object:os.system {}",
        "name: \x00",
    ],
)
def test_a_file_that_is_no_site_is_refused(path: Path, text: str):
    path.write_text(text)
    with pytest.raises(SiteFileError, match=str(path)):
        load_site(path)


def test_a_file_in_another_encoding_is_refused(path: Path):
    path.write_bytes("site: tooley\nname: 蓝田街道".encode("gb18030"))
    with pytest.raises(SiteFileError, match="cannot be read"):
        load_site(path)


def test_a_missing_file_is_told(path: Path):
    with pytest.raises(SiteFileError, match=r"cannot be read: .*No such file"):
        load_site(path)


def feature(**changes: object) -> dict[str, object]:
    ring = [*GRID["polygon"], GRID["polygon"][0]]
    properties = {name: GRID[name] for name in ("code", "name", "level")}
    usual = {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    return usual | changes


def test_areas_may_stand_in_a_geojson_file_beside(path: Path):
    collection = {"type": "FeatureCollection", "features": [feature()]}
    (path.parent / "areas.geojson").write_text(json.dumps(collection), encoding="utf-8")
    assert load(path, areas="areas.geojson").areas == load(path).areas


@pytest.mark.parametrize(
    "features",
    [
        5,
        [5],
        [feature(properties=None)],
        [feature(geometry=None)],
        [feature(geometry={"type": "Polygon", "coordinates": []})],
        [feature(geometry={"type": "Point", "coordinates": [104.4, 31.1]})],
        [feature(geometry={"type": "MultiPolygon", "coordinates": [[[[0, 0], [1, 0], [1, 1], [0, 0]]]]})],
        [feature(), feature()],
    ],
)
def test_a_geojson_file_that_holds_no_areas_is_refused(path: Path, features: object):
    (path.parent / "areas.geojson").write_text(json.dumps({"features": features}))
    assert problems(path, areas="areas.geojson")


def test_an_area_may_lie_in_one_of_the_file_or_of_another(path: Path):
    areas = [GRID | {"parent": STREET["code"]}, STREET | {"parent": "5"}]
    assert [area.parent for area in load(path, areas=areas).areas] == [STREET["code"], "5"]


def test_a_missing_geojson_file_is_told(path: Path):
    (found,) = problems(path, areas="lost.geojson")
    assert "lost.geojson" in found


def test_a_site_may_set_limits_of_its_own(path: Path):
    assert load(path, limits={"accept": "90s", "kinds": {"fire": {"handle": "1h"}}}).limits.accept == 90
    (problem,) = problems(path, limits={"kinds": {"fire": {"handel": "1h"}}})
    assert problem.startswith("limits.kinds.fire.handel: ")


@pytest.mark.parametrize(
    ("budget", "bytes_per_s"), [("2 Mbit/s", 250_000), ("500kbit/s", 62_500), ("1.5 Mbit/s", 187_500), (9000, 9000)]
)
def test_a_budget_is_in_bits_with_a_unit_and_in_bytes_without(path: Path, budget: object, bytes_per_s: float):
    (camera,) = load(path, devices=[CAMERA | {"budget": budget, "heartbeat": "1s"}]).devices
    assert (camera.budget, camera.heartbeat) == (bytes_per_s, 1)


def test_limits_that_do_not_go_with_the_duty_list_beside_are_told(path: Path):
    (path.parent / "duties.csv").write_text(SHIPPED.read_text(encoding="utf-8"), encoding="utf-8")
    (unknown,) = problems(path, duties="duties.csv", limits={"kinds": {"parking": {}}})
    assert "limits: kinds: unknown kind 'parking'; known: illegal_parking, " in unknown
    (late,) = problems(path, duties="duties.csv", limits={"kinds": {"rubbish": {"accept": "30h"}}})
    assert "limits: a later step of rubbish, minor, is due before an earlier one: give all three" in late
