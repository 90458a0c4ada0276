from hypothesis import given
from hypothesis import strategies as st

from deploy.bench.score import Dwells, Opened, Tally, score
from edge.sim.truth import Happening

DWELLS: Dwells = {("fire", "yard"): 4.0, ("debris", "road"): 8.0}
FILMED = (100.0, 400.0)
ON_IT = frozenset({1})


def fires(*opened: float, since: float = 200.0, until: float | None = 230.0, zone: str = "yard") -> Tally:
    happenings = [Happening(1, "fire", zone, since, until)]
    return score([Opened("fire", "yard", at, ON_IT) for at in opened], happenings, DWELLS, FILMED)["fire"]


def counts(tally: Tally) -> tuple[int, int, int]:
    return tally.true, tally.false, tally.missed


def test_an_incident_after_its_dwell_is_true_and_its_delay_counts_from_there() -> None:
    tally = fires(205.0)
    assert counts(tally) == (1, 0, 0)
    assert tally.delays == [1.0]


def test_what_is_said_twice_is_false_the_second_time() -> None:
    assert counts(fires(205.0, 215.0)) == (1, 1, 0)


def test_what_is_said_of_another_place_in_the_zone_is_false_and_misses_it() -> None:
    happening = Happening(1, "fire", "yard", 200.0, 230.0)
    beside = Opened("fire", "yard", 205.0, frozenset({2, 3}))
    assert counts(score([beside], [happening], DWELLS, FILMED)["fire"]) == (0, 1, 1)


def test_where_people_are_is_their_zone() -> None:
    happening = Happening(1, "crowd", "square", 200.0, 230.0)
    told = Opened("crowd", "square", 210.0, frozenset({7, 8, 9}))
    assert counts(score([told], [happening], {("crowd", "square"): 8.0}, FILMED)["crowd"]) == (1, 0, 0)


def test_what_is_never_said_is_missed() -> None:
    assert counts(fires()) == (0, 0, 1)


def test_too_early_too_late_and_elsewhere_are_false_and_miss_it() -> None:
    assert counts(fires(201.0)) == (0, 1, 1)
    assert counts(fires(240.0)) == (0, 1, 1)
    assert counts(fires(205.0, zone="road")) == (0, 1, 0)


def test_what_hardly_lasts_its_dwell_counts_for_nothing_found_or_not() -> None:
    assert counts(fires(until=205.0)) == (0, 0, 0)
    assert counts(fires(204.5, until=205.0)) == (0, 0, 0)


def test_only_what_was_filmed_counts() -> None:
    assert counts(fires(since=60.0, until=103.0)) == (0, 0, 0)
    assert counts(fires(since=396.0, until=None)) == (0, 0, 0)
    assert counts(fires(since=380.0, until=None)) == (0, 0, 1)


def test_what_no_rule_watches_for_is_not_asked_for() -> None:
    told = [Happening(1, "wrong_way", "road", 150.0, 250.0), Happening(2, "delivery", "road", 150.0, 160.0)]
    assert all(counts(tally) == (0, 0, 0) for tally in score([], told, DWELLS, FILMED).values())


@given(st.lists(st.floats(100, 400)), st.lists(st.floats(100, 380), max_size=6))
def test_every_incident_is_true_or_false_and_no_truth_is_found_twice(opened: list[float], since: list[float]) -> None:
    happenings = [Happening(n, "debris", "road", begin, begin + 20) for n, begin in enumerate(since)]
    everywhere = frozenset(range(len(since)))
    tally = score([Opened("debris", "road", at, everywhere) for at in opened], happenings, DWELLS, FILMED)["debris"]
    assert tally.true + tally.false <= len(opened)
    assert tally.true + tally.missed <= len(since)
    assert len(tally.delays) == tally.true


def test_shares_are_none_where_nothing_was() -> None:
    empty = Tally()
    assert (empty.precision, empty.recall) == (None, None)
    empty.add(Tally(true=3, false=1, missed=0, delays=[1.0, 2.0, 4.0]))
    assert empty.report() == {
        "true": 3, "false": 1, "missed": 0, "precision": 0.75, "recall": 1.0, "delay_s": 2.0, "longest_delay_s": 4.0,
    }  # fmt: skip
