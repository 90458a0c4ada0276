from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.agents import has_moment
from tests.ingest.arrived import NOW

AGENTS = [("street-1", f"agent-{number}") for number in range(100)]
EVERY_S = 60.0


@given(st.integers(0, 10_000), st.integers(1, 60), st.sampled_from(AGENTS))
def test_an_agent_has_one_moment_in_each_span_however_often_one_looks(begin, step, agent):
    looks = [NOW + begin + second for second in range(0, 601, step)]
    found = sum(has_moment(agent, since, now, EVERY_S) for since, now in pairwise(looks))
    assert found == pytest.approx((looks[-1] - looks[0]) / EVERY_S, abs=1)


def test_the_moments_of_many_are_spread():
    by_second = [sum(has_moment(agent, NOW + s, NOW + s + 6, EVERY_S) for agent in AGENTS) for s in range(0, 60, 6)]
    assert sum(by_second) == len(AGENTS)
    assert max(by_second) < len(AGENTS) / 4
