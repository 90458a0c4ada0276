"""What the recount reads out of the audit log."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from deploy.bench.recount import emergencies_of, read_terms, verdicts
from dispatch.conduct import Conduct
from dispatch.duties import shipped_matter
from dispatch.ledger import Clock
from dispatch.terms import encode

NOON = datetime.fromisoformat("2026-08-07T12:00:00+08:00")  # a Friday
HOUR = timedelta(hours=1)
HOURS = ["10:00-11:00", "14:00-16:00"]


def declared(area: str, number: int) -> dict[str, Any]:
    after = {"id": str(number), "area": area, "pace": 4.0, "began_at": str(NOON), "until": str(NOON + HOUR)}
    return {"action": "declare", "subject": f"mode {area}", "after": after}


def merged(into: str, *codes: str) -> dict[str, Any]:
    return {"action": "merge_areas", "subject": f"area {into}", "after": {"merged": list(codes)}}


def test_an_emergency_of_a_merged_grid_is_one_of_the_grids_that_it_was_made_of():
    log = [declared("1", 1), merged("9", "1", "2"), declared("9", 2), merged("10", "9", "3"), declared("10", 3)]
    assert [one.areas for one in emergencies_of(log)] == [{"1"}, {"9", "1", "2"}, {"10", "9", "1", "2", "3"}]


@pytest.mark.parametrize(
    ("calendar", "done", "in_time"),
    [
        ({}, "2026-08-07T15:59", True),
        ({}, "2026-08-07T16:01", False),
        ({"hours": HOURS}, "2026-08-10T10:29", True),  # after the weekend
        ({"hours": HOURS}, "2026-08-10T10:31", False),
        ({"hours": HOURS, "days": {date(2026, 8, 8): "work"}}, "2026-08-08T10:29", True),
        ({"hours": HOURS, "days": {date(2026, 8, 8): "work"}}, "2026-08-08T10:31", False),
        ({"hours": HOURS, "days": {date(2026, 8, 10): "off"}}, "2026-08-11T10:29", True),
    ],
)
def test_what_counts_are_the_working_hours_that_the_site_had(calendar: dict[str, Any], done: str, in_time: bool):
    conduct = Conduct.model_validate({"calendar": calendar, "limits": {"accept": "150m"}})
    digest, text = encode(conduct.terms(shipped_matter("stall_overflow")))
    detail, began = {"terms": digest.hex()}, {"severity": "minor", "areas": []}
    at = datetime.fromisoformat(f"{done}:00+08:00")
    entries = [
        {"action": "open", "at": NOON, "to_state": "candidate", "detail": detail, "after": began},
        {"action": "accept", "at": at, "to_state": "accepted", "detail": {}, "after": {}},
    ]
    assert verdicts(entries, [], read_terms([(digest, text)]), at)[Clock.ACCEPT] is in_time
