"""The demo's district: what stands in town.yaml and areas.geojson, written as an ordinary site file."""

import math
import shutil
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlencode

import msgspec
import yaml
from msgspec import Struct

from deploy.demo.plan import plan
from edge.sim.address import Light, Metric, SimCamera, View, Weather
from edge.sim.jam import JAM
from edge.sim.place import zones
from edge.sim.plots import CROWD

HERE = Path(__file__).parent
STREETS = HERE / "streets.geojson"
FPS = 2.05
SAMPLED = "5s"  # how often a sensor is asked
ASIDE = 0.0011  # degrees of longitude, about 100 m, between cameras of one view
SEEN_TWICE = 1  # vehicle of a jam that a detector may count once too often
LONE_EVERY_S = 600.0  # the slots of a sensor with no camera beside it; in nine of ten nothing happens

Place = tuple[float, float]
Role = Literal["dispatcher", "worker", "department", "supervisor"]


class Spot(Struct, frozen=True, forbid_unknown_fields=True):
    """Where a camera hangs."""

    view: View
    name: str
    position: Place


class Gauge(Struct, frozen=True, forbid_unknown_fields=True):
    """A sensor; `beside` the camera of a view, or at a position of its own."""

    metric: Metric
    name: str
    beside: View | None = None
    position: Place | None = None


class Home(Struct, frozen=True, forbid_unknown_fields=True):
    """A place where residents report from."""

    name: str
    position: Place


class Matter(Struct, frozen=True, forbid_unknown_fields=True):
    """What residents report; `title` names the place."""

    kind: str
    title: str
    text: str


ZONES = {
    "no-parking": "东侧路缘", "road": "路面", "lanes": "行车道", "fire-lane": "主通道", "door": "单元门前",
    "yard": "院内", "square": "广场", "fenced": "围栏内",
}  # fmt: skip


class Person(Struct, frozen=True, forbid_unknown_fields=True):
    """One of the staff: a worker has a grid, a department the kinds of matter that are its own."""

    name: str
    english: str
    role: Role
    grid: str | None = None
    kinds: tuple[str, ...] = ()


class Town(Struct, frozen=True, forbid_unknown_fields=True):
    site: str
    name: str
    limits: dict[str, str]
    cameras: list[Spot]
    sensors: list[Gauge]
    places: list[Home]
    matters: list[Matter]
    staff: list[Person]


def load_town() -> Town:
    return msgspec.convert(yaml.safe_load((HERE / "town.yaml").read_text(encoding="utf-8")), Town)


def write_site(town: Town, folder: Path, seed: int, cameras: int, light: Light, weather: Weather) -> Path:
    """Write the site file and its map into the folder, for `yihu up` as for the demo; return the site file."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(HERE / "areas.geojson", folder / "areas.geojson")
    site = site_of(town, seed, cameras, light, weather)
    path = folder / "site.yaml"
    path.write_text(yaml.safe_dump(site, allow_unicode=True, sort_keys=False, width=120), encoding="utf-8")
    return path


def site_of(town: Town, seed: int, cameras: int, light: Light = "auto", weather: Weather = "clear") -> dict[str, Any]:
    """The site file's content; the same seed and number of cameras give the same."""
    films = plan([spot.view for spot in town.cameras], seed, cameras, light, weather)
    return {
        "site": town.site,
        "name": town.name,
        "areas": "areas.geojson",
        "limits": town.limits,
        "devices": [
            *(_camera(town.cameras[n % len(town.cameras)], n // len(town.cameras), f) for n, f in enumerate(films)),
            *_sensors(town, seed, films),
        ],
    }


def _camera(spot: Spot, lap: int, film: SimCamera) -> dict[str, Any]:
    query = {"seed": film.seed, "light": film.light, "weather": film.weather, "every": f"{film.every:g}"}
    longitude, latitude = spot.position
    return {
        "id": f"cam-{spot.view}-{lap + 1}",
        "name": f"{spot.name}{lap + 1}号" if lap else spot.name,
        "camera": f"sim://{spot.view}?{urlencode(query)}",
        "position": [round(longitude + lap * ASIDE, 5), latitude],
        "fps": FPS,
        "zones": [
            {
                "id": zone,
                "name": ZONES[zone],
                "polygon": [list(point) for point in polygon],
                "rules": camera_rules(zone, film.every),
            }
            for zone, polygon in zones(spot.view, film.seed).items()
            if camera_rules(zone, film.every)
        ],
    }


def camera_rules(zone: str, every: float) -> list[dict[str, Any]]:
    """The rules of a zone, with dwells for the impatient: just beyond the longest innocent stop of the script."""
    stop = f"{math.ceil(0.3 * 0.45 * every) + 1}s"
    flames = [{"kind": "fire", "for": "4s"}, {"kind": "smoke", "for": "4s"}]
    known: dict[str, list[dict[str, Any]]] = {
        "no-parking": [{"kind": "illegal_parking", "dwell": stop}],
        "fire-lane": [{"kind": "fire_lane_blocked", "dwell": stop}],
        "door": [{"kind": "ebike_misparked", "dwell": "10s"}],
        "fenced": [{"kind": "intrusion", "for": "3s"}, *flames],
        "square": [{"kind": "crowd", "count": CROWD, "for": "8s"}, *flames],
        "road": [{"kind": "debris", "dwell": "8s"}, {"kind": "flood", "for": "8s"}, *flames],
        "lanes": [{"kind": "congestion", "vehicles": JAM + SEEN_TWICE, "for": "8s"}],
        "yard": flames,
    }
    return known.get(zone, [])


def _sensors(town: Town, seed: int, films: list[SimCamera]) -> list[dict[str, Any]]:
    spots = {spot.view: spot for spot in town.cameras}
    beside = {film.view: film for film in reversed(films)}  # the first of each view
    numbers: dict[str, int] = {}
    sensors = []
    for gauge in town.sensors:
        number = numbers[gauge.metric] = numbers.get(gauge.metric, 0) + 1
        film = beside.get(gauge.beside) if gauge.beside else None
        position = gauge.position or spots[gauge.beside or town.cameras[0].view].position
        sensors.append(_sensor(gauge, number, seed * 100 + number, position, film))
    return sensors


def _sensor(gauge: Gauge, number: int, seed: int, position: Place, film: SimCamera | None) -> dict[str, Any]:
    query = {"seed": str(seed)}
    query |= {"with": f"{film.view}:{film.seed}"} if film else {}
    query |= {"every": f"{film.every if film else LONE_EVERY_S:g}"}
    return {
        "id": f"{gauge.metric.replace('_', '-')}-{number}",
        "name": gauge.name,
        "sensor": f"sim://{gauge.metric}?{urlencode(query, safe=':')}",
        "position": list(position),
        "every": SAMPLED,
        "rules": sensor_rules(gauge.metric),
    }


def sensor_rules(metric: Metric) -> list[dict[str, Any]]:
    own: dict[str, dict[str, Any]] = {
        "water_level": {"kind": "flood", "above": 0.30, "clear_below": 0.25, "for": "5s"},
        "tilt": {"kind": "slope_movement", "above": 0.025, "clear_below": 0.015, "for": "3s"},
        "gas": {"kind": "gas_leak", "above": 20, "clear_below": 10, "for": "5s"},
        "manhole_open": {"kind": "manhole_open", "for": "3s"},
        "sos": {"kind": "sos"},
    }
    return [*([own[metric]] if metric in own else []), {"kind": "sensor_fault"}]
