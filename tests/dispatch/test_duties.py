import pytest

from detect.config import known_rules
from detect.rules import camera, sensor
from dispatch.duties import OTHER, SHIPPED, DutyListError, Matter, format_duties, parse_duties, shipped_matter
from dispatch.ledger import Clock

TEXT = SHIPPED.read_text(encoding="utf-8")
HEAD, FIRST, *_ = TEXT.splitlines()


def listed(*lines: str) -> str:
    other = next(line for line in TEXT.splitlines() if line.startswith(f"{OTHER},"))
    return "\n".join([HEAD, *lines, other])


def test_the_shipped_list_has_every_field_of_street_work():
    duties = parse_duties(TEXT)
    assert len(duties) >= 60
    assert {matter.sort for matter in duties} == {"public", "shared", "private"}
    assert {matter.first for matter in duties} == {"worker", "department"}
    assert {matter.auto for matter in duties} == {"no", "emergency", "yes"}
    promise = next(matter for matter in duties if matter.code == OTHER)
    assert [promise.limit(clock) for clock in Clock] == [2 * 3600, 24 * 3600, 7 * 86_400]


def test_what_is_written_is_read_the_same():
    duties = parse_duties(TEXT)
    assert parse_duties(format_duties(duties)) == duties
    assert format_duties(duties).splitlines()[1].split(",")[9:12] == ["2h", "1d", "7d"]


def test_spreadsheets_put_a_mark_before_the_first_column():
    assert parse_duties("\ufeff" + TEXT) == parse_duties(TEXT)


def changed(**cells: str) -> str:
    row = dict(zip(HEAD.split(","), FIRST.split(","), strict=True)) | cells
    return ",".join(row.values())


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (changed(code="Illegal Parking"), "line 2: code"),
        (changed(accept="soon"), "line 2: accept: "),
        (changed(accept="2d"), "line 2: limits: Value error, a later step is due before an earlier one"),
        (changed(severity="grave"), "line 2: severity"),
        (changed(zh=""), "line 2: zh"),
        (changed() + ",more", "line 2: too many columns"),
        (f"{FIRST}\n{FIRST}", "illegal_parking is there more than once"),
    ],
)
def test_a_wrong_list_is_refused_whole_with_every_wrong_line(line: str, problem: str):
    with pytest.raises(DutyListError) as caught:
        parse_duties(listed(line))
    assert any(told.startswith(problem) for told in caught.value.problems), caught.value.problems


def test_a_list_without_another_matter_is_refused():
    with pytest.raises(DutyListError, match="stands for all that the list lacks"):
        parse_duties(f"{HEAD}\n{FIRST}")


def test_a_matter_knows_its_limits():
    matter = next(one for one in parse_duties(TEXT) if one.code == "fire")
    assert isinstance(matter, Matter)
    assert matter.limit(Clock.ACCEPT) == 300


def test_what_the_list_lacks_is_another_matter():
    assert shipped_matter("meteorite").code == OTHER


@pytest.mark.parametrize(("kind", "rule"), [*known_rules(camera).items(), *known_rules(sensor).items()])
def test_what_detect_finds_is_in_the_list_and_as_grave_there(kind: str, rule: type):
    assert (shipped_matter(kind).code, shipped_matter(kind).severity) == (kind, rule.severity)  # type: ignore[attr-defined]  # every rule has one
