"""The three rates, reported and recounted by other means, over a year with all that makes clocks hard."""

import json
from collections import Counter
from datetime import timedelta

import pytest
from psycopg import Connection

from deploy.bench.rates import as_json, bench_rates
from deploy.bench.recount import Emergency, Row, read_terms, recount
from deploy.bench.year import BEGIN, END, Life, emergencies, lives
from dispatch.audit import verify
from dispatch.terms import encode

TICKETS = 600
ALL_WEEK = {"accept": "P7D", "handle": "P7D", "close": "P7D"}
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
        "recall",
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
    year = list(lives(1, TICKETS, emergencies(1)))
    modes = [Emergency(frozenset({one.area}), one.pace, one.began_at, one.over_at) for one in emergencies(1)]
    tickets, encoded = [entries_of(life) for life in year], [encode(life.case.terms) for life in year]
    terms = read_terms(encoded)
    honest = recount(tickets, modes, terms, END)
    assert recount(tickets, [], terms, END) != honest
    later = [one._replace(over_at=one.over_at + timedelta(hours=9)) for one in modes]
    assert recount(tickets, later, terms, END) != honest
    lax = {name: one | {"limits": dict.fromkeys(one["limits"], ALL_WEEK)} for name, one in terms.items()}
    assert recount(tickets, modes, lax, END) != honest
    assert read_terms([(digest, text.replace("PT", "P1DT")) for digest, text in encoded]) == {}
    without = [[entry for entry in entries if entry["action"] != "pause"] for entries in tickets]
    assert recount(without, modes, terms, END) != honest
    milder = [[entry for entry in entries if entry["action"] != "regrade"] for entries in tickets]
    assert recount(milder, modes, terms, END) != honest
