"""Several sources in one grid: one ticket, surer than either, or marked where one of them sees nothing."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg import Connection
from psycopg.types.json import Jsonb

from detect.incident import Incident, Phase
from dispatch.desk import act
from dispatch.fusion import SUREST, Source, Witness, certainty, summary
from dispatch.intake import take_in
from dispatch.ticket import Ticket
from dispatch.transitions import Action, State
from tests.dispatch.matters import HERE, METRE, NOON, RECEIVED, incident, order, read, rows, walk

SCORES = st.lists(st.floats(0, 1), min_size=1, max_size=6)
CORNERS = [[104.38, 31.12], [104.40, 31.12], [104.40, 31.13], [104.38, 31.13]]
SPREAD_M = 400.0
WATER = {"kind": "flood", "zone": "underpass"}


def told(score: float, device: str = "cam-1") -> Source:
    return Source(device, device, "camera", score, present=True)


@given(SCORES)
def test_together_they_are_surer_than_each_and_never_wholly_sure(scores: list[float]):
    sure = certainty([told(score) for score in scores])
    assert max(min(score, SUREST) for score in scores) - 1e-9 <= sure < 1
    assert certainty([told(score) for score in [*scores, 0.5]]) > sure


@given(SCORES)
def test_nobody_s_turn_counts(scores: list[float]):
    assert certainty([told(score) for score in scores]) == pytest.approx(certainty([told(s) for s in reversed(scores)]))


def test_who_stands_alone_is_not_spoken_of():
    assert summary("flood", [told(0.8)], []) == {}


def test_one_against_one_is_for_somebody_to_look_at_and_two_against_one_is_not():
    silent = [Witness("level-1", "水位", "sensor")]
    assert summary("flood", [told(0.8)], silent)["review"]
    assert not summary("flood", [told(0.8), told(0.6, "cam-2")], silent)["review"]


@pytest.fixture(autouse=True)
def grid(connection: Connection) -> None:
    connection.execute("INSERT INTO areas VALUES ('510603', '第一网格', 'grid', NULL, %s)", [Jsonb(CORNERS)])
    far = HERE[0] - SPREAD_M * METRE / 0.856, HERE[1]
    add(connection, "cam-1", "camera", {"zones": [{"id": "underpass", "rules": [{"kind": "flood"}]}]}, HERE)
    add(connection, "level-1", "sensor", {"rules": [{"kind": "flood", "metric": "water_level"}]}, HERE)
    add(connection, "cam-far", "camera", {"zones": [{"id": "underpass", "rules": [{"kind": "flood"}]}]}, far)
    add(connection, "cam-blank", "camera", {"zones": []}, HERE)


def add(connection: Connection, device: str, kind: str, config: dict[str, Any], where: tuple[float, float]) -> None:
    connection.execute(
        "INSERT INTO devices (site, id, kind, name, longitude, latitude, config, state)"
        " VALUES ('tooley', %s, %s, %s, %s, %s, %s, 'online')",
        [device, kind, f"the {device}", *where, Jsonb(config)],
    )


def seen(device: str = "cam-1", began_s: float = 0.0, lasting_s: float = 5.0, **changes: Any) -> Incident:
    began = NOON + began_s
    far = HERE[0] - SPREAD_M * METRE / 0.856, HERE[1]
    usual = {"device": device, "began_at": began, "at": began + lasting_s, "position": HERE, "score": 0.6} | WATER
    return incident(**usual | ({"position": far} if device == "cam-far" else {}) | changes)


def take(connection: Connection, *said: Incident) -> Ticket:
    (*_, last) = [take_in(connection, one, RECEIVED) for one in said]
    return read(connection, last.id)


@pytest.mark.parametrize("first", ["cam-1", "level-1"])
def test_a_gauge_and_a_camera_make_one_ticket_that_is_surer_than_either(connection: Connection, first: str):
    second = {"cam-1": "level-1", "level-1": "cam-1"}[first]
    scores = {"cam-1": 0.6, "level-1": 1.0}
    ticket = take(connection, seen(first, score=scores[first]), seen(second, 20, score=scores[second]))
    assert len(rows(connection, "tickets")) == 1
    assert ticket.explanation
    assert [source["device"] for source in ticket.explanation["sources"]] == [first, second]
    assert ticket.explanation["sources"][0]["name"] == f"the {first}"
    assert ticket.explanation["certainty"] == pytest.approx(1 - 0.4 * 0.05)


def test_what_spreads_is_one_matter_anywhere_in_the_grid(connection: Connection):
    near = take(connection, seen())
    assert take(connection, seen("cam-far", 120)).id == near.id


@pytest.mark.parametrize(
    ("change", "after_s"),
    [({"kind": "illegal_parking"}, 120), ({"position": (104.5, 31.5)}, 120), ({"position": None}, 120), ({}, 660)],
    ids=["what does not spread", "another grid", "nobody knows where", "long after"],
)
def test_what_makes_a_ticket_of_its_own(connection: Connection, change: dict[str, Any], after_s: float):
    here = {name: value for name, value in change.items() if name == "kind"}
    near = take(connection, seen(**here))
    assert take(connection, seen("cam-far", after_s, **change)).id != near.id


def test_without_grids_nothing_is_one_matter_by_its_place(connection: Connection):
    connection.execute("UPDATE areas SET level = 'city'")
    near = take(connection, seen())
    assert take(connection, seen("cam-far", 120)).id != near.id


def test_what_was_long_before_is_another_matter_though_it_comes_after(connection: Connection):
    near = take(connection, seen())
    assert take(connection, seen("cam-far", -8 * 3600)).id != near.id


def test_what_was_handled_is_over(connection: Connection):
    near = take(connection, seen())
    walk(connection, near.id, State.HANDLED)
    assert take(connection, seen("cam-far", 120)).id != near.id


def test_what_a_merged_ticket_was_told_counts_for_its_root(connection: Connection):
    root = take(connection, seen(began_s=-7200))
    other = take(connection, seen("cam-far"))
    assert other.id != root.id
    act(connection, other.id, order(Action.MERGE, into=root.id), [])
    assert take(connection, seen("level-1", 60, position=(104.3905, 31.1255))).id == root.id


def test_who_tells_of_it_across_the_border_contradicts_nobody(connection: Connection):
    beyond = 104.3801, 31.1302
    connection.execute("UPDATE devices SET longitude = %s, latitude = %s WHERE id = 'level-1'", beyond)
    take(connection, seen("level-1", position=beyond, score=1.0))
    connection.execute("UPDATE incidents SET at = now()")
    said = seen(position=(104.3801, 31.12965))
    assert "silent" not in (take(connection, said, later(said, 70)).explanation or {})
    assert len(rows(connection, "tickets")) == 2


def test_a_doubt_outlasts_what_was_doubted(connection: Connection):
    said = seen()
    over = take(connection, said, later(said, 70), later(said, 90, phase="clear"))
    assert (over.explanation or {})["review"]


def test_who_should_have_seen_it_by_now_contradicts(connection: Connection):
    said = seen()
    assert "silent" not in (take(connection, said).explanation or {})
    why = take(connection, later(said, 70)).explanation or {}
    assert [(one["device"], one["name"]) for one in why["silent"]] == [("level-1", "the level-1")]
    assert why["review"]
    agreed = take(connection, seen("level-1", 80, score=1.0)).explanation or {}
    assert "silent" not in agreed
    assert "review" not in agreed


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE devices SET state = 'offline' WHERE id = 'level-1'",
        "UPDATE devices SET retired = true WHERE id = 'level-1'",
        'UPDATE devices SET config = \'{"rules": [{"kind": "sos"}]}\' WHERE id = \'level-1\'',
        "UPDATE devices SET config = NULL WHERE id = 'level-1'",
        "UPDATE devices SET latitude = NULL WHERE id = 'level-1'",
    ],
)
def test_who_cannot_know_contradicts_nobody(connection: Connection, change: str):
    connection.execute(change)
    said = seen()
    assert "silent" not in (take(connection, said, later(said, 70)).explanation or {})


def test_who_is_blind_contradicts_nobody(connection: Connection):
    take(connection, seen("cam-1", kind="camera_covered", zone="picture"))
    connection.execute("UPDATE incidents SET at = now()")
    said = seen("level-1", score=1.0)
    assert "silent" not in (take(connection, said, later(said, 70)).explanation or {})


def test_what_is_over_is_contradicted_by_nobody(connection: Connection):
    said = seen()
    over = later(said, 70, phase="clear")
    assert "silent" not in (take(connection, said, over).explanation or {})


def later(said: Incident, seconds: float, phase: Phase = "update") -> Incident:
    return msgspec.structs.replace(said, at=said.began_at + seconds, phase=phase, pictures=[])


def offline(device: str, began_s: float = 0.0, **changes: Any) -> Incident:
    far = "cam-far" if device == "cam-far" else device
    return seen(far, began_s, kind="camera_offline", zone="picture", pictures=[], **changes)


def test_cameras_that_are_cut_off_with_their_agent_make_one_ticket(connection: Connection):
    connection.execute("UPDATE devices SET agent = 'box-1'")
    first = take(connection, offline("cam-1"))
    both = take(connection, offline("cam-far", 40))
    assert both.id == first.id
    assert [source["device"] for source in (both.explanation or {})["sources"]] == ["cam-1", "cam-far"]
    assert "certainty" not in (both.explanation or {})


@pytest.mark.parametrize(
    ("agents", "after_s"), [(["box-1", "box-2"], 40), (["box-1", "box-1"], 400), ([None, None], 40)]
)
def test_cameras_that_are_cut_off_by_themselves_make_tickets_of_their_own(
    connection: Connection, agents: list[str | None], after_s: float
):
    for device, agent in zip(("cam-1", "cam-far"), agents, strict=True):
        connection.execute("UPDATE devices SET agent = %s WHERE id = %s", [agent, device])
    first = take(connection, offline("cam-1"))
    assert take(connection, offline("cam-far", after_s)).id != first.id
