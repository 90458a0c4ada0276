"""When rules on pictures look at all: within their hours, and not where there is an exemption."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from detect.rule import Finding
from tests.detect.street import NOON, Street, thing, times


def gist(findings: list[Finding]) -> list[tuple[str, float, float]]:
    return [(one.phase, one.began_at, one.at) for one in findings]


def test_each_of_several_spans_begins_anew():
    street = Street(hours="11:00-12:01,12:02-13:00", dwell=5)
    street.play(times(NOON, 180, fps=1), thing())
    assert [one for one in gist(street.findings) if one[0] != "update"] == [
        ("open", NOON, NOON + 5),
        ("clear", NOON, NOON + 60),
        ("open", NOON + 120, NOON + 125),
    ]


MINUTES = st.integers(0, 2)


@pytest.mark.parametrize("kind", ["illegal_parking", "ebike_misparked"])
@given(begin=MINUTES, length=MINUTES, dwell=st.sampled_from([10, 30, 90]))
def test_an_exemption_is_told_as_a_gap_in_the_hours(kind: str, begin: int, length: int, dwell: float):
    gap = f"12:0{begin + 1}", f"12:{begin + length + 2:02}"
    exempt = Street(kind=kind, hours="11:00-13:00", exempt="-".join(gap), dwell=dwell, objects=["car"])
    apart = Street(kind=kind, hours=f"11:00-{gap[0]},{gap[1]}-13:00", dwell=dwell, objects=["car"])
    for street in (exempt, apart):
        street.play(times(NOON, 480, fps=0.5), thing())
    assert gist(exempt.findings) == gist(apart.findings)
    ends = NOON + 60 * (begin + length + 2)
    assert any(one.phase == "open" and one.began_at == ends and one.at == ends + dwell for one in exempt.findings)


def test_an_exemption_may_have_several_spans():
    street = Street(exempt="11:00-12:01, 12:02-12:03", dwell=30)
    street.play(times(NOON, 240, fps=1), thing())
    assert [one.at - NOON for one in street.findings if one.phase == "open"] == [90, 210]


def test_a_fire_lane_knows_no_exemption():
    with pytest.raises(ValidationError):
        Street(kind="fire_lane_blocked", exempt="12:00-13:00")


def test_an_exemption_may_go_over_midnight():
    street = Street(hours="23:00-01:00", exempt="23:59-00:01", dwell=20)
    midnight = NOON + 12 * 3600
    street.play(times(midnight - 120, 240, fps=1), thing())
    assert [one.at - midnight for one in street.findings if one.phase == "open"] == [-100, 80]
