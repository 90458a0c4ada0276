from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from playwright.sync_api import Page

from tests.screens.conftest import Screens
from tests.screens.tiles import write_archive
from tests.waiting import wait_for

HERE = (104.3894, 31.1297)  # about the middle of the town
WALL, SOMEBODY = {"width": 1280, "height": 720}, "刘洋"


@pytest.fixture
def basemap(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path | None]:
    if request.param == "archive":
        write_archive(tmp_path / "street.pmtiles", *HERE, "长江路")
        yield tmp_path / "street.pmtiles"
    else:
        yield request.param


def share_of_streets(page: Page) -> float:
    """How much of the map has the colour of a street."""
    picture = page.get_by_test_id("map").screenshot(type="png")
    pixels = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_COLOR)
    street = np.array([0x4A, 0x3E, 0x33])  # --street in blue, green, red
    return float((np.abs(pixels.astype(int) - street).max(axis=2) <= 3).mean())


def drawn(screens: Screens) -> float:
    with screens.page("/wall", SOMEBODY, WALL) as page:
        wait_for(lambda: page.evaluate("document.querySelector('[data-testid=map]')?.dataset.ready === 'true'"), 30)
        page.wait_for_timeout(3000)
        screens.keep(page, "wall-map")
        return share_of_streets(page)


@pytest.mark.parametrize("basemap", ["archive", Path("deploy/demo/streets.geojson").absolute()], indirect=True)
def test_streets_lie_under_the_areas(screens: Screens) -> None:
    assert drawn(screens) > 0.002


@pytest.mark.parametrize("basemap", [None], indirect=True)
def test_without_a_map_the_areas_are_all_there_is(screens: Screens) -> None:
    assert drawn(screens) < 0.001
