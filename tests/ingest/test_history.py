import msgspec
import pytest

from edge.messages import CameraStatus, SensorStatus, Status
from ingest.agents import ALL_EVERY_S
from ingest.arrivals import Boot
from ingest.history import History
from tests.ingest.arrived import BOOT

EDGE = Boot("tooley", "edge", BOOT)
NOW = 1_750_000_000.0


def report(*, error: str = "", fps: float = 5.0, late: bool = False) -> Status:
    cameras = {"cam-1": CameraStatus("stalled" if error else "online", fps, error=error)}
    return Status("online", BOOT, NOW, "1", cameras=cameras, sensors={"level-1": SensorStatus()}, late=late)


def bare(status: Status) -> Status:
    return msgspec.structs.replace(status, cameras={}, sensors={})


@pytest.fixture
def history() -> History:
    history = History()
    assert history.thinned(EDGE, report(), NOW) == report()
    return history


def test_what_is_as_before_is_kept_without_its_devices_once_a_minute_with_them(history: History):
    kept = [history.thinned(EDGE, report(fps=4.9), NOW + second) for second in range(1, 121)]
    whole = [second for second, status in enumerate(kept) if status == report(fps=4.9)]
    assert len(whole) == 2
    assert whole[1] - whole[0] == ALL_EVERY_S
    assert all(status == bare(report()) for second, status in enumerate(kept) if second not in whole)


def test_news_is_kept_whole_at_once(history: History):
    for second, error in enumerate(["no route", "no route to it", ""], 1):
        assert history.thinned(EDGE, report(error=error), NOW + second) == report(error=error)
    assert history.thinned(EDGE, report(), NOW + 4) == bare(report())


def test_another_agents_is_its_own(history: History):
    other = EDGE._replace(device="north")
    assert history.thinned(other, report(), NOW + 1) == report()


def test_what_is_late_is_kept_whole_and_changes_nothing(history: History):
    late = report(error="no route", late=True)
    assert history.thinned(EDGE, late, NOW + 1) == late
    assert history.thinned(EDGE, report(), NOW + 2) == bare(report())


def test_what_was_not_written_is_kept_whole_next_time(history: History):
    history.forget()
    assert history.thinned(EDGE, report(), NOW + 1) == report()
