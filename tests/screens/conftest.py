"""The screens in a real browser, over the real server and database: the demo's town, with nobody at work in it."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import psycopg
import pytest
from msgspec.structs import replace
from playwright.sync_api import Browser, Page, expect

from dashboard.access import COOKIE
from deploy.demo.town import STREETS, load_town, write_site
from detect.incident import Picture, Spell
from detect.model.detector import Detection
from detect.privacy import redactions
from dispatch import accounts
from dispatch.intake import take_in
from dispatch.people import Person
from dispatch.seed import seed
from dispatch.site import load_site
from dispatch.ticket import Ticket
from dispatch.transitions import Role
from edge.sim.address import parse_camera
from edge.sim.film import Film
from tests.conftest import ROOT
from tests.dashboard.conftest import serving
from tests.dispatch.matters import incident

TOWN = load_town()
AXE = ROOT / "dashboard" / "web" / "node_modules" / "axe-core" / "axe.min.js"
expect.set_options(timeout=20_000)  # a busy machine draws slowly; a page that is right is waited for no longer
OFFICE, PHONE = {"width": 1600, "height": 900}, {"width": 390, "height": 844}
SERIOUS = {"serious", "critical"}
BOX, ZONE = (0.42, 0.5, 0.58, 0.72), [(0.3, 0.45), (0.75, 0.45), (0.8, 0.8), (0.25, 0.8)]


class Town(NamedTuple):
    """A server on the demo's town."""

    url: str
    connection: psycopg.Connection
    picture: bytes


@pytest.fixture(scope="session")
def picture() -> bytes:
    """A simulated street, as JPEG."""
    frame = Film(parse_camera("sim://kerb?seed=7&light=day"), 0.0).picture(20.0)
    return cv2.imencode(".jpg", frame)[1].tobytes()


@pytest.fixture
def basemap() -> Path | None:
    """What lies under the areas; a test may ask for another by parametrizing it."""
    return STREETS


@pytest.fixture
def town(
    database: str, connection: psycopg.Connection, tmp_path: Path, picture: bytes, basemap: Path | None
) -> Iterator[Town]:
    """Areas, cameras and sensors, each camera with a picture, and who reads them; the staff as in the demo."""
    seed(connection, load_site(write_site(TOWN, tmp_path, 7, 8, "day", "clear")))
    now = datetime.now(UTC)
    for played in TOWN.staff:
        department = played.name if played.role == "department" else None
        person = Person(played.name, Role(played.role), played.grid, department)
        accounts.add_person(connection, person, "a long enough one", "root", now)
    connection.execute(
        "INSERT INTO pictures (site, device, at, received_at, jpeg)"
        " SELECT site, id, now(), now(), %s FROM devices WHERE kind = 'camera'",
        [picture],
    )
    connection.execute(
        "INSERT INTO devices (site, id, kind, name) SELECT DISTINCT site, 'box', 'agent', 'box' FROM devices"
    )
    connection.execute("UPDATE devices SET state = 'online', state_at = now(), seen_at = now()")
    with serving(database, map=basemap) as url:
        yield Town(url, connection, picture)


class Screens:
    """Opens pages as somebody, in one browser; what goes wrong on a page fails the test at its end."""

    def __init__(self, browser: Browser, town: Town, pictures: Path) -> None:
        self._browser, self._town, self._pictures = browser, town, pictures
        self.troubles: list[str] = []

    @contextmanager
    def page(
        self, path: str, name: str | None = None, size: dict[str, int] = OFFICE, language: str = "zh-CN", **more: Any
    ) -> Iterator[Page]:
        """A page, signed in as `name`; `more` is for the browser's context."""
        context = self._browser.new_context(
            viewport=size,  # type: ignore[arg-type] - a TypedDict
            locale=language,
            **{"timezone_id": "Asia/Shanghai"} | more,
        )
        if name is not None:
            token = accounts.make_token(self._town.connection, name, "root", datetime.now(UTC))
            context.add_cookies([{"name": COOKIE, "value": token, "url": self._town.url}])
        page = context.new_page()
        page.on("pageerror", lambda error: self.troubles.append(str(error)))
        separator = "&" if "?" in path else "?"
        page.goto(f"{self._town.url}{path}{separator}lang={language}")
        yield page
        context.close()

    def keep(self, page: Page, name: str) -> None:
        """A picture of the page, for the documentation where YIHU_TEST_PICTURES names a folder."""
        page.screenshot(path=self._pictures / f"{name}.jpg", type="jpeg", quality=80)


@pytest.fixture
def screens(browser: Browser, town: Town, tmp_path: Path) -> Iterator[Screens]:
    opened = Screens(browser, town, Path(os.environ.get("YIHU_TEST_PICTURES", tmp_path)))
    yield opened
    assert opened.troubles == []


def violations(page: Page) -> list[str]:
    """What axe finds that is serious, with where."""
    page.evaluate(AXE.read_text(encoding="utf-8"))  # not as a script of the page: its policy would refuse it
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{one['id']}: {one['help']}: {json.dumps([node['target'] for node in one['nodes']], ensure_ascii=False)}"
        for one in found["violations"]
        if one["impact"] in SERIOUS
    ]


def see(town: Town, device: str = "cam-kerb-1", seconds_ago: float = 0.0, **changes: Any) -> Ticket:
    """Detection reports what a camera of the town sees, with its pictures; the ticket that it opens or joins."""
    query = "SELECT site, longitude, latitude FROM devices WHERE id = %s"
    site, longitude, latitude = town.connection.execute(query, [device]).fetchone() or ("", 0, 0)
    at = datetime.now(UTC).timestamp() - seconds_ago
    plates = redactions([Detection("car", BOX, 0.9)], 16 / 9)
    moments = ("first", at - 180), ("best", at - 60)
    pictures = [Picture(role, when, town.picture, BOX, plates) for role, when in moments]
    usual = incident(
        site=site, device=device, position=(longitude, latitude), began_at=at - 180, at=at, pictures=pictures
    )
    dwell = [Spell(at - 180, at - 80, "seen"), Spell(at - 80, at - 60, "hidden"), Spell(at - 60, at, "seen")]
    zone: dict[str, Any] = {"id": "no-parking", "name": "禁停区", "polygon": ZONE}
    threshold, observed = {"dwell_s": 120.0}, {"dwell_s": 180.0}
    told = replace(usual.explanation, dwell=dwell, zone=zone, threshold=threshold, observed=observed)
    return take_in(town.connection, replace(usual, explanation=told, **changes), datetime.now(UTC))
