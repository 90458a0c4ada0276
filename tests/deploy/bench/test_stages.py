import pytest

from deploy.bench.stages import all_live, environment, running
from deploy.embedded import free_port
from tests.waiting import wait_for


def kill_one() -> None:
    settings = environment(free_port(), "postgresql:///")  # neither is there, and each waits for both
    with running(("ingest", settings), ("dispatch", settings)) as processes:
        assert all_live(processes)
        processes[0].kill()
        wait_for(lambda: not all_live(processes))


def test_a_stage_that_ended_before_its_time_is_told() -> None:
    with pytest.raises(RuntimeError, match=r"ended before its time.*: ingest$"):
        kill_one()
