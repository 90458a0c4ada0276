from collections import Counter
from pathlib import Path
from typing import get_args

import pytest
import shapely

from deploy.demo.plan import plan
from deploy.demo.town import Person, camera_rules, load_town, site_of, write_site
from dispatch.areas import AreaIndex, Shape
from dispatch.duties import shipped_duties
from dispatch.site import Site, load_site
from dispatch.ticket import Area, Position
from edge.sim.address import Metric, View, parse_camera, parse_sensor
from edge.sim.script import INNOCENT, script_of

TOWN = load_town()


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return load_site(write_site(TOWN, tmp_path / "demo", 7, 8, "day", "clear"))


def test_three_communities_of_twelve_grids_tile_the_district(site: Site) -> None:
    shapes = {area.code: shapely.Polygon(area.polygon) for area in site.areas}
    (street,) = [area for area in site.areas if area.level == "street"]
    grids = [area for area in site.areas if area.level == "grid"]
    assert Counter(area.level for area in site.areas) == {"street": 1, "community": 3, "grid": 12}
    assert all(len(grid.code) == 15 and grid.code.startswith(grid.parent or "none") for grid in grids)
    for community in (area for area in site.areas if area.level == "community"):
        parts = [shapes[grid.code] for grid in grids if grid.parent == community.code]
        assert shapely.union_all(parts).symmetric_difference(shapes[community.code]).area < 1e-12
    assert sum(shapes[grid.code].area for grid in grids) == pytest.approx(shapes[street.code].area)  # none overlap
    assert shapes[street.code].contains(shapely.Point(104.39, 31.13))


def test_there_are_eight_cameras_of_all_views_and_forty_sensors_of_all_metrics(site: Site) -> None:
    views = [parse_camera(device.camera).view for device in site.devices if device.camera]
    metrics = Counter(parse_sensor(device.sensor).metric for device in site.devices if device.sensor)
    assert sorted(views) == sorted(get_args(View))
    assert (set(metrics), metrics.total()) == (set(get_args(Metric)), 40)


def test_everything_stands_in_a_grid_and_every_grid_has_something(site: Site) -> None:
    index = AreaIndex([Shape(Area(a.code, a.name), a.polygon) for a in site.areas])
    places = [device.position for device in site.devices] + [home.position for home in TOWN.places]
    found = [index.find(Position(*place)) for place in places if place]
    assert {area.code for area in found if area} == {area.code for area in site.areas if area.level == "grid"}
    assert all(found)


def test_sensors_beside_a_camera_follow_its_script_where_that_camera_is_there() -> None:
    for cameras, tied in ((8, 13), (1, 0), (3, 5)):
        devices = site_of(TOWN, 7, cameras)["devices"]
        films = {f"{film.view}:{film.seed}": film.every for film in plan([s.view for s in TOWN.cameras], 7, cameras)}
        sensors = [parse_sensor(device["sensor"]) for device in devices if "sensor" in device]
        beside = {sensor.beside: sensor.every for sensor in sensors if sensor.beside}
        assert sum(sensor.beside is not None for sensor in sensors) == tied
        assert beside.items() <= films.items()


def test_more_cameras_than_views_have_names_and_places_of_their_own() -> None:
    devices = site_of(TOWN, 7, 20)["devices"][:20]
    for key in ("id", "name"):
        assert len({device[key] for device in devices}) == 20
    assert len({tuple(device["position"]) for device in devices}) == 20


def test_no_innocent_stop_lasts_as_long_as_the_dwell_and_every_incident_does() -> None:
    for film in plan([spot.view for spot in TOWN.cameras], 7, 8):
        for zone, kind in (("no-parking", "illegal_parking"), ("fire-lane", "fire_lane_blocked")):
            (rule,) = camera_rules(zone, film.every)
            dwell = float(rule["dwell"].removesuffix("s"))
            for event in script_of(film).between(0, 20_000):
                lasts = event.end - event.begin
                assert lasts < dwell if event.kind in INNOCENT else event.kind != kind or lasts > dwell + 5


def test_each_zone_is_watched_for_what_happens_there(site: Site) -> None:
    seen = {(d.id, rule.kind) for d in site.devices for zone in d.zones for rule in zone.rules}
    for device in (device for device in site.devices if device.camera):
        events = {event.kind for event in script_of(parse_camera(device.camera)).between(0, 50_000)}
        for kind in events - set(INNOCENT):
            assert (device.id, kind) in seen, kind


def test_the_limits_are_short_enough_to_be_seen(site: Site) -> None:
    limits = site.limits
    assert (limits.accept, limits.handle, limits.close) == (90, 360, 1800)


def test_every_grid_has_its_worker_and_every_matter_is_a_known_kind(site: Site) -> None:
    def of(role: str) -> list[Person]:
        return [person for person in TOWN.staff if person.role == role]

    assert {person.grid for person in of("worker")} == {area.code for area in site.areas if area.level == "grid"}
    assert min(len(of("dispatcher")), len(of("supervisor"))) >= 2  # one must close what another handled
    kinds = {kind for person in of("department") for kind in person.kinds} | {matter.kind for matter in TOWN.matters}
    assert kinds <= shipped_duties().keys()
    assert len({person.name for person in TOWN.staff}) == len(TOWN.staff)


def test_the_same_seed_gives_the_same_town_and_another_another() -> None:
    assert site_of(TOWN, 7, 8) == site_of(TOWN, 7, 8) != site_of(TOWN, 8, 8)
