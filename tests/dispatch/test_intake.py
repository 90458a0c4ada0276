import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import pairwise
from typing import Any
from uuid import uuid4

import msgspec
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import Connection
from psycopg.types.json import Jsonb
from uuid_utils.compat import uuid7

from detect.incident import Clip, Explanation, Incident, IncidentObject
from dispatch import cases
from dispatch.case import open_case
from dispatch.desk import act
from dispatch.intake import explain, new_candidate, take_in
from dispatch.modes_store import declare
from dispatch.ticket import Area, Position, Ticket
from dispatch.transitions import Action, State
from tests.dispatch.matters import (
    HERE,
    METRE,
    MP4,
    NOON,
    RECEIVED,
    case,
    incident,
    order,
    picture,
    read,
    rows,
    stored,
    terms,
    timeline,
    walk,
)
from tests.waiting import wait_for


def life(device: str) -> list[Incident]:
    """An incident as detect tells it: open, updates with better pictures, clear."""
    seen = incident(device=device, severity="minor")

    def word(seconds: float, **changes: Any) -> Incident:
        observed = {"dwell_s": 180 + seconds}
        explanation = msgspec.structs.replace(seen.explanation, observed=observed)
        return msgspec.structs.replace(seen, at=NOON + seconds, explanation=explanation, pictures=[], **changes)

    return [
        seen,
        msgspec.structs.replace(word(15, phase="update"), pictures=[picture("best", NOON + 12)]),
        word(30, phase="update", severity="critical"),
        msgspec.structs.replace(word(45, phase="update"), pictures=[picture("best", NOON + 40)]),
        word(60, phase="clear"),
    ]


def take(connection: Connection, *said: Incident) -> Ticket:
    return [take_in(connection, one, RECEIVED) for one in said][-1]


def standing(connection: Connection, device: str) -> dict[str, Any]:
    """All that the database holds of a device, without the ids that are drawn anew each time."""
    (ticket,) = rows(connection, "tickets", device=device)
    (seen,) = rows(connection, "incidents", device=device)
    shown = rows(connection, "evidence", ticket=ticket["id"])
    drawn = {"id", "number", "title", "device", "ticket", "incident"}
    return {
        "ticket": {key: value for key, value in ticket.items() if key not in drawn},
        "incident": {key: value for key, value in seen.items() if key not in drawn},
        "evidence": sorted((row["role"], row["at"]) for row in shown),
        # whether it was grave when it came, or became so, is as it was told
        "timeline": [entry for entry in timeline(connection, ticket["id"]) if entry[1] != "regrade"],
    }


def test_an_incident_opens_a_candidate_that_explains_itself(connection: Connection):
    corners = Jsonb([[104.39, 31.12], [104.40, 31.12], [104.40, 31.13], [104.39, 31.13]])
    connection.execute("INSERT INTO areas VALUES ('510603', '第一网格', 'grid', NULL, %s)", [corners])
    connection.execute("INSERT INTO devices (site, id, kind, name) VALUES ('tooley', 'cam-1', 'camera', 'The kerb')")
    seen = incident()
    ticket = read(connection, take(connection, seen).id)
    assert (ticket.state, ticket.kind, ticket.severity) == (State.CANDIDATE, "illegal_parking", "major")
    assert ticket.title == "The kerb"
    assert (ticket.site, ticket.device, ticket.zone) == ("tooley", "cam-1", "kerb")
    assert (ticket.area, ticket.position) == (Area("510603", "第一网格"), Position(*HERE))
    assert (ticket.opened_at, ticket.began_at.timestamp()) == (RECEIVED, NOON - 180)
    assert ticket.due.accept == RECEIVED + timedelta(hours=2)  # its clocks run from receipt
    assert ticket.explanation == json.loads(json.dumps(explain(seen.explanation)))
    assert timeline(connection, ticket.id) == [("detect", "open", None, "candidate")]
    shown = rows(connection, "evidence", ticket=ticket.id)
    assert {(row["role"], row["incident"], row["media_type"]) for row in shown} == {
        ("first", seen.id, "image/jpeg"),
        ("best", seen.id, "image/jpeg"),
    }
    assert shown[0]["box"] == [0.1, 0.2, 0.3, 0.4]


def test_a_clip_comes_later_and_is_evidence_told_by_its_hash(connection: Connection):
    opened = incident()
    ticket = take(connection, opened)
    for phase in ("update", "clear"):
        again = msgspec.structs.replace(opened, phase=phase, pictures=[], clip=Clip(NOON - 4, MP4))
        assert take(connection, again).id == ticket.id
    (clip,) = [row for row in rows(connection, "evidence", ticket=ticket.id) if row["role"] == "clip"]
    assert (clip["media_type"], clip["data"], clip["at"].timestamp()) == ("video/mp4", MP4, NOON - 4)
    assert clip["sha256"] == sha256(MP4).digest()


def test_a_sensors_incident_has_neither_picture_nor_model_and_joins_what_a_camera_sees_there(connection: Connection):
    why = Explanation(
        rule={"kind": "flood", "version": "1"},
        threshold={"water_level_m": 0.3, "dwell_s": 10},
        observed={"water_level_m": 0.41, "dwell_s": 12},
        model={},
        zone={"id": "water_level"},
    )
    measured = incident(kind="flood", device="level-1", zone="water_level", objects=[], pictures=[], explanation=why)
    ticket = read(connection, take(connection, measured).id)
    assert (ticket.kind, ticket.zone, ticket.explanation["zone"]) == ("flood", "water_level", {"id": "water_level"})
    assert rows(connection, "evidence", ticket=ticket.id) == []
    assert take(connection, incident(kind="flood", zone="underpass")).id == ticket.id
    assert len(rows(connection, "evidence", ticket=ticket.id)) == 2


def test_a_late_event_keeps_its_time_and_its_clocks_run_from_receipt():
    received = RECEIVED + timedelta(days=3)
    ticket = open_case(new_candidate(incident(), "cam-1", received), "detect", terms()).ticket
    assert ticket.began_at == RECEIVED - timedelta(minutes=3)
    assert ticket.due.accept == received + timedelta(hours=2)


def test_explanations_tell_times_as_people_write_them():
    words = explain(incident().explanation)
    assert words["dwell"] == [{"from": "2025-06-16T03:57:00+00:00", "to": "2025-06-16T04:00:00+00:00", "state": "seen"}]
    assert words["zone"]["polygon"] == [(0, 0), (1, 0), (1, 1)]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(range(5)), again=st.lists(st.integers(0, 4), max_size=5))
def test_whatever_the_order_and_however_often_told_the_outcome_is_one(
    connection: Connection, order: list[int], again: list[int]
):
    straight, shuffled = (f"cam-{uuid4().hex[:12]}" for _ in range(2))
    for device in (straight, shuffled):
        connection.execute("INSERT INTO devices (site, id, kind, name) VALUES ('tooley', %s, 'camera', '')", [device])
    take(connection, *[msgspec.structs.replace(word, position=None) for word in life(straight)])
    words = [msgspec.structs.replace(word, position=None) for word in life(shuffled)]
    take(connection, *[words[number] for number in [*order, *again]])
    outcome = standing(connection, shuffled)
    assert outcome == standing(connection, straight)
    assert outcome["incident"]["phase"] == "clear"
    assert outcome["ticket"]["severity"] == "critical"
    assert outcome["ticket"]["explanation"]["observed"] == {"dwell_s": 240}
    assert [role for role, _ in outcome["evidence"]] == ["best", "first"]
    assert outcome["evidence"][0][1].timestamp() == NOON + 40


def test_a_second_incident_in_the_zone_joins_the_open_ticket(connection: Connection):
    first, second = incident(), incident(severity="critical", at=NOON + 600, position=None)
    ticket = take(connection, first)
    assert take(connection, second).id == ticket.id
    assert {row["ticket"] for row in rows(connection, "incidents")} == {ticket.id}
    assert read(connection, ticket.id).severity == "critical"
    assert [entry[1] for entry in timeline(connection, ticket.id)] == ["open", "join", "regrade"]
    assert len(rows(connection, "evidence")) == 4


@pytest.mark.parametrize("state", [State.DISPATCHED, State.ACCEPTED, State.HANDLED])
def test_a_ticket_is_joined_in_any_open_state(connection: Connection, state: State):
    ticket = walk(connection, take(connection, incident()).id, state)
    joined = take(connection, incident(severity="critical"))
    assert (joined.id, joined.state, joined.severity) == (ticket.id, state, "critical")


@pytest.mark.parametrize(
    ("other", "joins"),
    [
        ({"device": "cam-2", "position": (HERE[0], HERE[1] + 25 * METRE)}, True),
        ({"device": "cam-2", "zone": "gate", "position": (HERE[0], HERE[1] - 25 * METRE)}, True),
        ({"device": "cam-2", "position": (HERE[0], HERE[1] + 40 * METRE)}, False),
        ({"device": "cam-2", "position": (HERE[0] + 0.05, HERE[1])}, False),
        ({"device": "cam-2", "position": None}, False),
        ({"zone": "gate"}, False),  # one camera tells its zones apart, wherever it hangs
        ({"kind": "rubbish"}, False),
        ({"site": "borough", "position": None}, False),
    ],
)
def test_what_joins_and_what_opens_a_ticket_of_its_own(connection: Connection, other: dict[str, Any], joins: bool):
    ticket = take(connection, incident())
    assert (take(connection, incident(**other)).id == ticket.id) == joins


def test_a_person_s_report_nearby_is_joined(connection: Connection):
    reported = stored(connection, kind="illegal_parking", position=Position(*HERE))
    assert take(connection, incident()).id == reported.id


def test_after_closure_the_next_is_a_recurrence(connection: Connection):
    first = walk(connection, take(connection, incident()).id, State.CLOSED)
    second = take_in(connection, incident(), RECEIVED + timedelta(days=1))
    assert (second.id != first.id, read(connection, second.id).parent) == (True, first.id)
    walk(connection, second.id, State.CLOSED)
    assert take(connection, incident()).parent == second.id
    assert take(connection, incident(zone="gate")).parent is None


def test_after_a_rejection_the_next_is_a_ticket_without_a_past(connection: Connection):
    first = take(connection, incident())
    act(connection, first.id, order(Action.REJECT, reason="reflection"), [])
    second = take(connection, incident())
    assert (second.id != first.id, second.parent) == (True, None)


def test_what_was_merged_leads_on_to_its_root(connection: Connection):
    tickets = [take(connection, incident(zone=zone)) for zone in ("a", "b", "c")]
    for one, into in pairwise(tickets):
        act(connection, one.id, order(Action.MERGE, into=into.id), [])
    root = tickets[-1].id
    assert [take(connection, incident(zone=zone)).id for zone in ("a", "b", "c")] == [root] * 3
    walk(connection, root, State.CLOSED)
    assert take(connection, incident(zone="a")).id not in {ticket.id for ticket in tickets}


def test_what_a_person_has_regraded_stays_so_until_something_graver_is_seen(connection: Connection):
    seen = incident(severity="major")
    ticket = take(connection, seen)
    act(connection, ticket.id, order(Action.REGRADE, reason="nobody is in the way", severity="minor"), [])
    for same in (msgspec.structs.replace(seen, phase="update", at=seen.at + 1), incident(severity="major")):
        assert take(connection, same).severity == "minor"
    assert take(connection, incident(severity="critical")).severity == "critical"


def test_what_got_graver_has_to_be_seen_anew(connection: Connection):
    ticket = take(connection, incident(severity="major"))
    act(connection, ticket.id, order(Action.ACKNOWLEDGE), [])
    assert take(connection, incident(severity="major")).acknowledged_by == order(Action.ACKNOWLEDGE).by.name
    assert take(connection, incident(severity="critical")).acknowledged_by is None


def test_an_emergency_that_an_incident_finds_out_first_stands_in_the_audit_log(connection: Connection):
    code = "510603003"
    corners = [[104, 31], [105, 31], [105, 32], [104, 32]]
    connection.execute("INSERT INTO areas VALUES (%s, 'x', 'street', NULL, %s)", [code, Jsonb(corners)])
    seen = incident(position=HERE)
    ticket = take(connection, seen)
    declare(connection, "flood", code, "rain", "li", RECEIVED, RECEIVED + timedelta(hours=9))
    take_in(connection, msgspec.structs.replace(seen, phase="update", at=seen.at + 1), RECEIVED + timedelta(minutes=1))
    (told,) = rows(connection, "audit", ticket=ticket.id, action="pace")
    assert (told["actor"], told["after"]["pace"]) == ("dispatch", 4)


def test_severity_never_falls(connection: Connection):
    ticket = take(connection, incident(severity="critical"))
    assert take(connection, incident(severity="minor")).severity == "critical"
    assert read(connection, ticket.id).severity == "critical"


def test_what_a_merged_ticket_s_incident_says_is_for_the_one_it_was_merged_into(connection: Connection):
    opened, *words = life("cam-1")
    ticket, root = take(connection, opened), stored(connection, severity="minor")
    act(connection, ticket.id, order(Action.MERGE, into=root.id), [])
    graver = [msgspec.structs.replace(word, severity="critical") for word in words]
    assert take(connection, *graver).id == root.id
    assert (read(connection, root.id).severity, read(connection, ticket.id).severity) == ("critical", "minor")


def test_a_recurrence_is_known_by_every_camera_that_told_of_the_place(connection: Connection):
    root = take(connection, incident(device="cam-1")).id
    assert take(connection, incident(device="cam-2")).id == root
    walk(connection, root, State.CLOSED)
    assert take(connection, incident(device="cam-2", position=None)).parent == root
    near = (HERE[0], HERE[1] + 20 * METRE)
    far = (HERE[0], HERE[1] + 500 * METRE)
    found = [take(connection, incident(kind="debris", device=f"cam-{n}", position=near)) for n in (3, 4)]
    assert [one.parent for one in found] == [None, None]
    walk(connection, found[0].id, State.CLOSED)
    assert take(connection, incident(kind="debris", device="cam-5", position=HERE)).parent == found[0].id
    assert take(connection, incident(kind="debris", device="cam-6", position=far)).parent is None


def test_what_goes_on_after_its_ticket_was_closed_is_a_recurrence(connection: Connection):
    seen = incident()
    first = take(connection, seen)
    walk(connection, first.id, State.CLOSED)
    closed_at = read(connection, first.id).ended_at.timestamp()  # type: ignore[union-attr]  # it is closed

    def word(minutes: float, **changes: Any) -> Incident:
        return msgspec.structs.replace(seen, **{"phase": "update", "at": closed_at + 60 * minutes} | changes)

    assert take(connection, word(29)).id == first.id
    again = take(connection, word(30))
    assert (again.id != first.id, again.parent, again.state) == (True, first.id, State.CANDIDATE)
    assert take(connection, word(31), word(32), word(32)).id == again.id
    assert len(rows(connection, "evidence", ticket=again.id)) == 2
    act(connection, again.id, order(Action.REJECT, reason="already_handled"), [])
    assert take(connection, word(90)).id == again.id  # somebody has looked at it
    assert take(connection, word(91, phase="clear")).id == again.id
    assert {row["phase"] for row in rows(connection, "incidents")} == {"clear"}
    assert len(rows(connection, "tickets")) == 2


def test_what_gets_graver_after_its_ticket_was_closed_is_a_recurrence_at_once(connection: Connection):
    seen = incident(severity="minor")
    first = take(connection, seen)
    walk(connection, first.id, State.CLOSED)
    worse = msgspec.structs.replace(seen, phase="update", at=seen.at + 300, severity="critical")
    again = take(connection, worse)
    assert (again.parent, again.severity) == (first.id, "critical")


@pytest.mark.parametrize("ending", [Action.REJECT, Action.CLOSE])
def test_an_ended_ticket_keeps_what_it_ended_with(connection: Connection, ending: Action):
    opened, *words = life("cam-1")
    ticket = take(connection, opened)
    if ending is Action.CLOSE:
        walk(connection, ticket.id, State.CLOSED)
    else:
        act(connection, ticket.id, order(ending, reason="test"), [])
    before = read(connection, ticket.id), rows(connection, "evidence")
    assert take(connection, *words).id == ticket.id
    assert (read(connection, ticket.id), rows(connection, "evidence")) == before
    (row,) = rows(connection, "incidents")
    assert row["phase"] == "clear"  # the incident itself is told to its end


def test_eight_at_once_open_one_ticket(database: str, connection: Connection):
    start = threading.Barrier(8)

    def tell(number: int) -> Ticket:
        near = (HERE[0], HERE[1] + number * METRE)
        with psycopg.connect(database, autocommit=True) as own:
            start.wait(20)
            return take_in(own, incident(device=f"cam-{number}", position=near), datetime.now(UTC))

    with ThreadPoolExecutor(8) as pool:
        tickets = {ticket.id for ticket in pool.map(tell, range(8))}
    assert len(tickets) == 1
    assert len(rows(connection, "tickets")) == 1
    assert len(rows(connection, "incidents")) == 8


@pytest.mark.parametrize("zone", ["kerb", "gate"])
def test_an_incident_does_not_join_a_ticket_that_is_just_being_closed(database: str, connection: Connection, zone: str):
    ticket, merged = take(connection, incident()), take(connection, incident(zone="gate"))
    act(connection, merged.id, order(Action.MERGE, into=ticket.id), [])
    walk(connection, ticket.id, State.HANDLED)
    with ThreadPoolExecutor(1) as pool, psycopg.connect(database, autocommit=True) as other:
        with connection.transaction():
            act(connection, ticket.id, order(Action.CLOSE, "li"), [])
            late = pool.submit(take_in, other, incident(zone=zone), RECEIVED)
            wait_for(lambda: waits_for_a_lock(database))
        opened = late.result(timeout=20)
    assert opened.id not in {ticket.id, merged.id}
    assert opened.state == State.CANDIDATE


@pytest.mark.parametrize("known", [True, False])
def test_an_incident_whose_ticket_is_just_being_merged_goes_on_to_the_root(
    database: str, connection: Connection, known: bool
):
    seen = incident(severity="minor")
    ticket, root = take(connection, seen), stored(connection)
    graver = {"severity": "critical", "at": NOON + 60}
    told = msgspec.structs.replace(seen, phase="update", **graver) if known else incident(**graver)
    with ThreadPoolExecutor(1) as pool, psycopg.connect(database, autocommit=True) as other:
        with connection.transaction():
            act(connection, ticket.id, order(Action.MERGE, into=root.id), [])
            late = pool.submit(take_in, other, told, RECEIVED)
            wait_for(lambda: waits_for_a_lock(database))
        assert late.result(timeout=20).id == root.id
    assert (read(connection, root.id).severity, read(connection, ticket.id).severity) == ("critical", "minor")
    assert len(rows(connection, "tickets")) == 2


def test_what_goes_on_after_its_ticket_was_closed_waits_for_another_and_holds_none(
    database: str, connection: Connection
):
    """Else it and whoever has locked both in order, as a merger of grids does, would wait for each other for ever."""
    older = take(connection, incident())
    walk(connection, older.id, State.CLOSED)
    seen = incident()
    closed = take(connection, seen)
    walk(connection, closed.id, State.CLOSED)
    act(connection, older.id, order(Action.REOPEN, reason="not solved"), [])
    goes_on = msgspec.structs.replace(seen, phase="update", at=NOON + 9000)
    with ThreadPoolExecutor(1) as pool, psycopg.connect(database, autocommit=True) as other:
        connection.execute("SET lock_timeout = '5s'")
        with connection.transaction():
            cases.lock_case(connection, older.id)
            late = pool.submit(take_in, other, goes_on, RECEIVED)
            wait_for(lambda: waits_for_a_lock(database))
            cases.lock_case(connection, closed.id)
        assert late.result(timeout=20).id == older.id


def waits_for_a_lock(database: str) -> bool:
    with psycopg.connect(database) as watcher:
        waiting = (
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return watcher.execute(waiting).fetchone() == (1,)


def test_what_fails_half_way_leaves_nothing(connection: Connection):
    nowhere = IncidentObject("car", (0, 0, float("nan"), 1), 0.8)  # JSON has no such number
    with pytest.raises(psycopg.DataError):
        take(connection, incident(objects=[nowhere]))
    assert rows(connection, "tickets") == []


def test_a_kind_that_this_table_lacks_is_another_matter(connection: Connection):
    ticket = take(connection, incident(id=uuid7(), kind="rock_fall"))
    assert (ticket.kind, ticket.due) == ("rock_fall", case(kind="other").ticket.due)
