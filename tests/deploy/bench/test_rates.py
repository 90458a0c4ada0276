"""The three rates, reported and recounted by other means, over a year with all that makes clocks hard."""

import json
from collections import Counter

import pytest
from psycopg import Connection

from deploy.bench.rates import as_json, bench_rates
from deploy.bench.recount import Row, recount
from deploy.bench.year import BEGIN, CONDUCT, END, Life, emergencies, lives
from dispatch.audit import verify

TICKETS = 600
ROW = ("at", "action", "to_state", "detail", "after")


@pytest.mark.parametrize("seed", [1, 2])
def test_the_reported_rates_are_those_of_the_audit_log(connection: Connection, seed: int):
    counted = bench_rates(connection, seed, TICKETS, lambda _: None)
    assert counted.reported == counted.recounted
    for rate in counted.reported.values():
        assert min(rate) > TICKETS // 20  # there is something of both to count
    assert json.loads(as_json(counted))["equal"] is True
    assert verify(connection).broken_at is None


def test_the_year_has_all_that_makes_clocks_hard():
    modes = emergencies(1)
    year = list(lives(1, TICKETS, modes))
    actions = Counter(entry.action for life in year for entry in life.entries)
    disturbing = {
        "assign",
        "pause",
        "resume",
        "regrade",
        "return",
        "reject",
        "reopen",
        "acknowledge",
        "merge",
        "unmerge",
    }
    assert disturbing <= actions.keys()
    assert any((one.from_state, one.action) == ("closed", "reopen") for life in year for one in life.entries)
    assert any(len({one.pace for one in life.case.ledger}) > 1 for life in year)
    assert any(one.over_at < one.until for one in modes)
    assert all(BEGIN <= life.case.ticket.opened_at < END for life in year)


def entries_of(life: Life) -> list[Row]:
    return [{name: getattr(entry, name) for name in ROW} for entry in life.entries]


def test_the_recount_would_find_a_figure_that_flatters():
    modes = emergencies(1)
    tickets = [entries_of(life) for life in lives(1, TICKETS, modes)]
    honest = recount(tickets, modes, END, CONDUCT)
    assert recount(tickets, [], END, CONDUCT) != honest
    without = [[entry for entry in entries if entry["action"] != "pause"] for entries in tickets]
    assert recount(without, modes, END, CONDUCT) != honest
    milder = [[entry for entry in entries if entry["action"] != "regrade"] for entries in tickets]
    assert recount(milder, modes, END, CONDUCT) != honest
