from datetime import UTC, datetime, timedelta
from uuid import uuid4

import msgspec
import pytest

from dispatch.duties import shipped_duties, shipped_matter
from dispatch.modes import Change, Mode, changes, goes_unconfirmed, hazards, in_force, pace, shipped_kinds

NOW = datetime(2026, 7, 1, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
PATH = ("510603003001001", "510603003001", "510603003")


def mode(kind: str = "flood", area: str = "510603003", **more: object) -> Mode:
    usual = Mode(
        id=uuid4(),
        kind=kind,
        pace=shipped_kinds()[kind].pace,
        area=area,
        reason="heavy rain",
        by="li",
        began_at=NOW - HOUR,
        until=NOW + HOUR,
    )
    return msgspec.structs.replace(usual, **more)


def test_the_shipped_kinds_name_matters_of_the_duty_list_that_allow_it():
    assert {"flood", "geological", "fire", "epidemic"} <= shipped_kinds().keys()
    for kind in shipped_kinds().values():
        assert all(shipped_duties()[code].auto == "emergency" for code in kind.hazards)


@pytest.mark.parametrize(
    ("declared", "holds"),
    [
        (mode(), True),
        (mode(area=PATH[0]), True),
        (mode(area="510603004"), False),
        (mode(ended_at=NOW), False),
        (mode(until=NOW), False),
        (mode(began_at=NOW + HOUR), False),
    ],
)
def test_an_emergency_holds_in_its_area_and_below_while_it_lasts(declared: Mode, holds: bool):
    assert in_force([declared], PATH, NOW) == ([declared] if holds else [])


def test_of_several_the_fastest_counts_and_in_peace_time_is_time():
    assert pace([]) == 1
    assert pace([mode("epidemic"), mode("fire")]) == shipped_kinds()["fire"].pace


@pytest.mark.parametrize(
    ("matter", "kinds", "unconfirmed"),
    [
        ("sos", [], True),
        ("flood", [], False),
        ("flood", ["flood"], True),
        ("flood", ["epidemic"], False),
        ("illegal_parking", ["flood", "fire", "epidemic"], False),
    ],
)
def test_hazards_go_out_unconfirmed_in_their_emergency(matter: str, kinds: list[str], unconfirmed: bool):
    assert goes_unconfirmed(shipped_matter(matter), [mode(kind) for kind in kinds]) == unconfirmed


def test_every_change_of_pace_is_told_whenever_it_is_asked_for():
    flood = mode(began_at=NOW, until=NOW + 8 * HOUR, ended_at=NOW + 3 * HOUR)
    fire = mode("fire", PATH[0], began_at=NOW + HOUR, until=NOW + 2 * HOUR)
    elsewhere = mode("fire", "510603004", began_at=NOW, until=NOW + 9 * HOUR)
    told = changes([flood, fire, elsewhere], PATH, 1, NOW - HOUR, NOW + 9 * HOUR)
    assert told == [
        Change(NOW, 4, "flood"),
        Change(NOW + HOUR, 6, "fire, flood"),
        Change(NOW + 2 * HOUR, 4, "flood"),
        Change(NOW + 3 * HOUR, 1, "peace"),
    ]
    assert changes([flood, fire], PATH, 4, NOW, NOW + 1.5 * HOUR) == told[1:2]
    assert changes([flood, fire], PATH, 1, NOW + 3 * HOUR, NOW + 9 * HOUR) == []


def test_what_was_written_while_an_emergency_was_declared_is_hurried_from_then_on():
    flood = mode(began_at=NOW, until=NOW + 8 * HOUR)
    written = NOW + timedelta(seconds=1)  # by somebody who did not see it yet
    assert changes([flood], PATH, 1, written, NOW + HOUR) == [Change(written, 4, "flood")]
    assert changes([flood], PATH, 4, written, NOW + HOUR) == []


def test_what_goes_out_in_which_emergency_is_what_each_says_of_each_matter():
    matters = shipped_duties().values()
    expected = {
        (kind, one.code)
        for kind in shipped_kinds()
        for one in matters
        if one.auto != "yes" and goes_unconfirmed(one, [mode(kind)])
    }
    assert set(hazards(matters)) == expected != set()
    unwilling = [one.model_copy(update={"auto": "no"}) for one in matters]
    assert hazards(unwilling) == []
