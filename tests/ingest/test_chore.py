import threading

import psycopg
from prometheus_client import CollectorRegistry

from ingest.chore import Chore
from tests.waiting import wait_for


def test_one_that_fails_is_told_and_tried_again_and_the_stage_goes_on(database, caplog):
    rounds = []

    def act(connection, _now):
        rounds.append(connection)
        if len(rounds) < 3:
            raise psycopg.errors.DataException("range lower bound must be less")
        return 1

    registry, stop = CollectorRegistry(), threading.Event()
    chore = Chore("upkeep", act, 60.0, database, registry)
    thread = chore.start(stop)
    wait_for(lambda: len(rounds) == 3, within_s=20)
    wait_for(lambda: not chore.trouble)
    stop.set()
    thread.join(10)
    assert not thread.is_alive()
    assert caplog.text.count("upkeep cannot be done") == 2
    assert registry.get_sample_value("yihu_upkeep_database_failures_total") == 2
