import contextlib
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import msgspec
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edge.messages import LATEST, CameraStatus, SenmlRecord, SensorStatus, Telemetry
from ingest.agents import ALL_EVERY_S, has_moment
from ingest.arrivals import HEAD, Boot, Message, sort_arrivals
from ingest.numbers import Committed
from ingest.senml import OLDEST_S
from ingest.store import Store
from ingest.times import utc
from tests.ingest.arrived import BOOT, EARLIER, JPEG, NOW, arrived, dropped, frame, pack, status, topic


@pytest.fixture
def write(connection):
    """Write messages that arrive in one batch, as one process does."""
    store = Store()
    return lambda *messages, now=NOW: store.write(connection, sort_arrivals(messages, now))


@pytest.fixture
def fetch(connection):
    return lambda sql, *values: connection.execute(sql, values).fetchall()


@pytest.fixture
def device(fetch, connection):
    """Add a device, as the site file does; look at how it fares."""

    def add(name, kind="camera"):
        connection.execute(
            "INSERT INTO devices (site, id, kind, name) VALUES ('tooley', %s, %s, %s)", [name, kind, name]
        )

    add("cam-1")
    add("cam-2")
    return lambda name: fetch(
        "SELECT state, state_at, last_seen(devices), agent, detail FROM devices WHERE id = %s", name
    )[0]


def committed(*spans, device="level-1", boot=BOOT):
    return Committed(Boot("tooley", device, boot), list(spans))


def acked(seq, device="level-1", boot=BOOT):
    return committed((1, seq), device=device, boot=boot)


def readings(*seqs):
    return [arrived(pack(seq, value=seq), "level-1") for seq in seqs]


def test_a_reading_is_stored_with_its_own_time_and_that_of_its_arrival(write, fetch):
    write(arrived(pack(1, at=NOW - 60), "level-1"))
    assert fetch("SELECT * FROM readings") == [
        (utc(NOW - 60), "tooley", "level-1", "water_level", 0.2, None, "m", utc(NOW), None)
    ]


def test_a_time_that_an_agent_corrected_is_kept_with_what_it_added(write, fetch):
    write(arrived(msgspec.structs.replace(pack(1, at=NOW - 60), clock=-3600.0), "level-1"))
    assert fetch("SELECT at, at - clock_s * interval '1 s' FROM readings") == [(utc(NOW - 60), utc(NOW + 3540))]


def test_the_same_batch_twice_is_stored_once_and_acked_the_same(write, fetch):
    assert write(*readings(1, 2)) == [acked(2)]
    assert write(*readings(1, 2)) == [acked(2)]
    assert fetch("SELECT value FROM readings ORDER BY 1") == [(1,), (2,)]


def test_of_a_batch_that_came_in_part_before_the_rest_is_stored(write, fetch):
    write(*readings(1, 2))
    assert write(*readings(2, 3)) == [acked(3)]
    assert fetch("SELECT value FROM readings ORDER BY 1") == [(1,), (2,), (3,)]


def test_what_is_committed_is_told_with_its_gaps_until_they_are_filled(write):
    assert write(*readings(1, 2, 5, 6)) == [committed((1, 2), (5, 6))]
    assert write(*readings(3)) == [committed((1, 3))]
    assert write(*readings(8)) == [committed((1, 3), (8, 8))]
    assert write(*readings(4)) == [committed((1, 6))]


def test_what_an_agent_had_to_give_up_counts_as_told_and_is_no_gap_any_more(write, fetch):
    write(*readings(1, 5))
    assert fetch("SELECT missing_of(settled)::text FROM sequences") == [("{[2,5)}",)]
    assert write(arrived(dropped((2, 3)), "level-1"), *readings(4)) == [acked(5)]
    assert fetch("SELECT (settled - dropped)::text, dropped::text, missing_of(settled)::text FROM sequences") == [
        ("{[1,2),[4,6)}", "{[2,4)}", "{}")
    ]


def test_what_was_given_up_may_be_all_that_is_known_of_a_boot_and_may_come_twice(write, fetch):
    for _ in range(2):
        assert write(arrived(dropped((3, 4), (7, 7)))) == [committed((3, 4), (7, 7), device="cam-1")]
    assert fetch("SELECT missing_of(settled)::text FROM sequences") == [("{[1,3),[5,7)}",)]


def test_what_is_set_aside_is_told_as_arrived(write, fetch):
    assert write(*readings(1), arrived(pack(2, at=NOW - 10**9), "level-1"), *readings(3)) == [acked(3)]
    assert (fetch("SELECT count(*) FROM quarantine"), fetch("SELECT count(*) FROM readings")) == ([(1,)], [(2,)])


def test_a_numbered_status_is_stored_once_and_acked_and_one_without_a_number_each_time(write, fetch):
    assert write(arrived(status(seq=1), "edge"), arrived(status(seq=1), "edge")) == [acked(1, "edge")]
    assert write(arrived(status(seq=1), "edge")) == [acked(1, "edge")]
    assert fetch("SELECT count(*) FROM statuses") == [(1,)]
    assert write(arrived(status(), "edge"), arrived(status(), "edge")) == []
    assert fetch("SELECT count(*) FROM statuses") == [(3,)]


def test_a_late_status_is_kept_and_says_nothing_about_now(write, fetch, device):
    write(arrived(status(**{"cam-1": CameraStatus("online")}), "edge"))
    write(arrived(status(seq=4, late=True, **{"cam-1": CameraStatus("stalled")}), "edge"))
    assert device("cam-1")[0] == "online"
    assert fetch("SELECT count(*) FROM statuses") == [(2,)]


def test_of_a_boot_with_many_gaps_whatever_comes_is_told(write):
    write(*readings(*range(1, 1001, 2)))
    assert write(*readings(900)) == [committed((1, 1), (899, 901))]


def test_what_is_committed_begins_with_what_comes_when_the_first_is_missing(write):
    assert write(*readings(2, 3)) == [committed((2, 3))]
    assert write(*readings(1)) == [acked(3)]


def test_every_device_and_boot_is_acked_for_itself(write):
    committed = write(
        *readings(1), arrived(pack(1), "level-2"), arrived(frame(1)), arrived(pack(1, boot=EARLIER), "level-1")
    )
    assert len(committed) == 4
    assert all(one in committed for one in (acked(1), acked(1, "level-2"), acked(1, "cam-1"), acked(1, boot=EARLIER)))


def test_packs_and_frames_of_a_device_count_together(write):
    assert write(arrived(pack(1)), arrived(frame(2)), arrived(pack(3))) == [acked(3, "cam-1")]


def test_a_pack_whose_number_a_frame_has_too_is_stored_once(write, fetch):
    write(arrived(pack(1)), arrived(frame(1)))
    assert fetch("SELECT count(*) FROM readings") == [(1,)]


def test_two_processes_with_the_same_messages_store_them_once_and_do_not_wait_for_each_other(database, fetch):
    batches = [
        [arrived(pack(seq), f"level-{number}") for number in order for seq in (1, 2)]
        for order in (range(50), range(49, -1, -1))
    ]

    def write_all(batch):
        with psycopg.connect(database, autocommit=True) as connection:
            return Store().write(connection, sort_arrivals(batch, NOW))

    with ThreadPoolExecutor(4) as pool:
        committed = list(pool.map(write_all, batches * 2))
    assert all([one.spans for one in acks] == [[(1, 2)]] * 50 for acks in committed)
    assert fetch("SELECT count(*), count(DISTINCT device) FROM readings") == [(100, 50)]


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.lists(st.integers(1, 12), min_size=1), min_size=1, max_size=6))
def test_in_whatever_order_numbers_come_each_is_stored_once_and_told_of(write, fetch, batches):
    device, seen = f"level-{uuid4().hex}", set()
    for batch in batches:
        (told,) = write(*(arrived(pack(seq, value=seq), device) for seq in batch))
        seen.update(batch)
        assert set(batch) <= {seq for first, last in told.spans for seq in range(first, last + 1)} <= seen
        assert told.spans[0][0] == min(seen)
    assert fetch("SELECT value FROM readings WHERE device = %s ORDER BY 1", device) == [(seq,) for seq in sorted(seen)]


def test_an_agent_that_reports_becomes_a_device(write, device):
    write(arrived(status(), "edge"))
    assert device("edge") == ("online", utc(NOW), utc(NOW), None, {"version": "0.1.0", "clock": {}, "journal": {}})


def test_an_agents_report_is_that_of_its_cameras(write, device):
    still = CameraStatus("online", 5.0, sent=0.5, quality=85)
    cameras = {"cam-1": still, "cam-2": CameraStatus("stalled", error="no picture for 10 s")}
    write(arrived(status(**cameras), "edge"))
    detail = {
        "state": "online",
        "rate": 5.0,
        "restarts": 0,
        "error": "",
        "sent": 0.5,
        "over_budget": 0.0,
        "quality": 85,
    }
    assert device("cam-1") == ("online", utc(NOW), utc(NOW), "edge", detail)
    assert device("cam-2")[:4] == ("stalled", utc(NOW), None, "edge")
    assert device("cam-2")[4]["error"] == "no picture for 10 s"


def test_a_state_keeps_the_time_since_when_it_holds(write, device):
    online = arrived(status(**{"cam-1": CameraStatus("online")}), "edge")
    write(online)
    write(online, now=NOW + 65)
    for name in ("edge", "cam-1"):
        assert device(name)[:3] == ("online", utc(NOW), utc(NOW + 65))


@pytest.fixture
def report(write, device):
    """Let cam-1's agent report, so many seconds after one of its own moments; how the camera is, and its rate."""
    begin = NOW + next(s for s in range(61) if has_moment(("tooley", "edge"), NOW, NOW + s, ALL_EVERY_S))

    def report(after_s, state="online", rate=5.0):
        write(arrived(status(**{"cam-1": CameraStatus(state, rate)}), "edge"), now=begin + after_s)
        state, _, seen, _, detail = device("cam-1")
        return state, (seen - utc(begin)).total_seconds(), detail["rate"]

    return report


@pytest.fixture
def version(fetch):
    """What tells one writing of a device's row from another."""
    return lambda: fetch("SELECT ctid FROM devices WHERE id = 'cam-1'")


def test_of_a_device_what_changed_is_written_and_its_figures_every_ten_seconds_when_they_have_moved(report):
    assert report(0) == ("online", 0, 5.0)
    assert report(5, rate=4) == ("online", 5, 5.0)
    assert report(15, rate=4.6) == ("online", 15, 5.0)
    assert report(20, rate=4) == ("online", 20, 4)
    assert report(25, rate=3) == ("online", 25, 4)
    assert report(26, "stalled") == ("stalled", 25, 5.0)
    assert report(27) == ("online", 27, 5.0)


def test_of_a_device_that_is_as_before_nothing_is_written_and_yet_it_is_seen(report, version):
    report(0)
    before = version()
    assert report(130) == ("online", 130, 5.0)
    assert version() == before


def test_what_another_hand_changed_is_put_right_within_a_minute(report, connection):
    report(0)
    connection.execute("UPDATE devices SET state = 'unknown', agent = NULL WHERE id = 'cam-1'")
    assert report(30)[0] == "unknown"
    assert report(60)[0] == "online"


@pytest.mark.parametrize(
    ("last", "state"),
    [
        (status(**{"cam-1": CameraStatus("stalled")}), "stalled"),
        (status(**{"cam-2": CameraStatus("online")}), "unknown"),
        (status("offline"), "offline"),
    ],
)
def test_what_is_online_no_more_was_seen_when_its_agent_was_last(write, device, last, state):
    for after_s in (0, 30):
        write(arrived(status(**{"cam-1": CameraStatus("online")}), "edge"), now=NOW + after_s)
    write(arrived(last, "edge"), now=NOW + 3600)
    assert device("cam-1")[0] == state
    assert device("cam-1")[2] == utc(NOW + 30)


def test_after_a_batch_that_failed_all_is_written_again(connection, write, device):
    online = arrived(status(**{"cam-1": CameraStatus("online")}), "edge")
    write(online)
    refused = msgspec.structs.replace(status(), version="\0")
    with pytest.raises(psycopg.DataError):
        write(arrived(status(**{"cam-1": CameraStatus("stalled")}), "edge"), arrived(refused, "other"))
    connection.execute("UPDATE devices SET state = 'unknown' WHERE id = 'cam-1'")
    write(online, now=NOW + 1)
    assert device("cam-1")[0] == "online"


def test_what_an_agent_that_was_away_watches_is_written_again(write, device):
    online = arrived(status(**{"cam-1": CameraStatus("online")}), "edge")
    write(online)
    write(arrived(status("offline"), "edge"), now=NOW + 1)
    write(online, now=NOW + 2)
    assert device("cam-1")[0] == "online"


def test_an_agents_report_is_that_of_its_sensors_too(write, device):
    sensors = {"cam-2": SensorStatus("offline", "no answer")}
    report = msgspec.structs.replace(status(**{"cam-1": CameraStatus("online")}), sensors=sensors)
    write(arrived(report, "edge"))
    assert device("cam-1")[:2] == ("online", utc(NOW))
    assert device("cam-2") == ("offline", utc(NOW), None, "edge", {"state": "offline", "error": "no answer"})


def test_a_camera_that_nobody_installed_is_not_made_up(write, fetch):
    write(arrived(status(**{"cam-9": CameraStatus("online")}), "edge"))
    assert fetch("SELECT id FROM devices") == [("edge",)]


def test_a_will_takes_the_agent_and_its_cameras_offline(write, device):
    write(arrived(status(**{"cam-1": CameraStatus("online")}), "edge"))
    write(arrived(status("offline"), "edge"), now=NOW + 5)
    assert device("edge")[:3] == ("offline", utc(NOW + 5), utc(NOW))
    assert device("cam-1") == ("offline", utc(NOW + 5), utc(NOW), "edge", {"error": "its agent is offline"})
    assert device("cam-2")[0] == "unknown"


def test_a_will_of_an_earlier_boot_changes_nothing(write, device):
    write(arrived(status(**{"cam-1": CameraStatus("online")}), "edge"))
    before = device("edge"), device("cam-1")
    write(arrived(status("offline", EARLIER), "edge"), now=NOW + 5)
    assert (device("edge"), device("cam-1")) == before


def test_a_will_of_an_earlier_boot_does_not_hide_the_report_it_comes_with(write, device):
    online = arrived(status(**{"cam-1": CameraStatus("online")}), "edge")
    write(online, arrived(status("offline", EARLIER), "edge"))
    assert device("edge")[0] == device("cam-1")[0] == "online"


def test_an_agent_that_stopped_says_so_of_its_cameras(write, device):
    write(arrived(status(**{"cam-1": CameraStatus("online")}), "edge"))
    write(arrived(status("stopped", **{"cam-1": CameraStatus("stopped")}), "edge"), now=NOW + 5)
    assert device("edge")[:2] == device("cam-1")[:2] == ("stopped", utc(NOW + 5))


def test_of_several_reports_in_a_batch_the_last_stands_and_all_are_kept(write, fetch, device):
    write(arrived(status(), "edge"), arrived(status("stopped"), "edge"))
    assert device("edge")[0] == "stopped"
    assert fetch(
        "SELECT at, site, device, state, boot, body ->> 'version', received_at FROM statuses ORDER BY state"
    ) == [(utc(NOW), "tooley", "edge", state, BOOT, "0.1.0", utc(NOW)) for state in ("online", "stopped")]


def test_a_change_of_devices_is_signalled(write, connection):
    connection.execute("LISTEN yihu")
    write(arrived(status(), "edge"))
    assert [notice.payload for notice in connection.notifies(timeout=5, stop_after=1)] == ["device:tooley/edge"]
    write(arrived(status(), "edge"))  # that it is still there is none
    write(arrived(status("stopped"), "edge"))
    assert len(list(connection.notifies(timeout=0.5))) == 1


def picture(fetch, name="cam-1"):
    return fetch("SELECT at, jpeg FROM pictures WHERE device = %s", name)


def shot(seq, after, mark=b""):
    return arrived(frame(seq, NOW + after, JPEG[:2] + mark + JPEG[2:]))


def test_a_picture_is_stored_with_the_time_of_its_capture(write, fetch):
    write(shot(1, -3))
    assert fetch("SELECT * FROM pictures") == [("tooley", "cam-1", utc(NOW - 3), utc(NOW), JPEG)]


def test_the_newest_picture_stands_in_whatever_order_they_come(write, fetch):
    write(shot(2, 2), shot(1, 1), shot(3, 3), arrived(frame(1), "cam-2"))
    assert picture(fetch)[0][0] == utc(NOW + 3)
    write(shot(6, 6), shot(5, 5), now=NOW + 5)
    assert picture(fetch)[0][0] == utc(NOW + 6)
    write(shot(4, 4), now=NOW + 10)
    assert picture(fetch)[0][0] == utc(NOW + 6)
    assert picture(fetch, "cam-2") == [(utc(NOW), JPEG)]


def test_at_most_one_picture_a_second_is_written(write, fetch):
    for seq, after in enumerate([0, 0.3, 0.6, 0.9], start=1):
        write(shot(seq, after), now=NOW + after)
    assert picture(fetch)[0][0] == utc(NOW)
    write(shot(5, 1.2), now=NOW + 1.2)
    assert picture(fetch)[0][0] == utc(NOW + 1.2)


@pytest.fixture
def trouble(connection):
    """The last of a batch's statements fails for a while."""
    with contextlib.ExitStack() as stack:
        connection.execute("ALTER TABLE sequences ADD CONSTRAINT trouble CHECK (settled = '{}') NOT VALID")
        stack.callback(connection.execute, "ALTER TABLE sequences DROP CONSTRAINT trouble")
        yield stack.close


@pytest.mark.usefixtures("trouble")
def test_a_batch_that_fails_leaves_nothing_behind(write, fetch):
    with pytest.raises(psycopg.errors.CheckViolation):
        write(*readings(1), shot(1, 0), arrived(status(), "edge"), Message.arrived(topic("frame"), b"x"))
    for everything in (
        "SELECT FROM readings",
        "SELECT FROM statuses",
        "SELECT FROM pictures",
        "SELECT FROM quarantine",
        "SELECT FROM sequences",
        "SELECT FROM devices WHERE kind = 'agent'",
    ):
        assert fetch(everything) == []


def test_a_picture_of_a_batch_that_failed_is_written_with_the_next_try(write, fetch, trouble):
    with pytest.raises(psycopg.errors.CheckViolation):
        write(shot(1, 0))
    trouble()
    write(shot(1, 0), now=NOW + 0.2)
    assert picture(fetch) == [(utc(NOW), JPEG)]


@pytest.mark.parametrize("words", [{"version": "\0"}, {"cameras": {"\0": {"state": "online"}}}])
def test_what_only_the_database_refuses_is_a_data_error(write, words):
    body = msgspec.to_builtins(status()) | words
    with pytest.raises(psycopg.DataError):
        write(Message.arrived(topic("status", "edge"), msgspec.msgpack.encode(body)))


def test_what_is_malformed_is_kept_with_its_topic_reason_size_and_head(write, fetch):
    small, large = b'{"state":', bytes(range(256)) * 32
    write(Message.arrived(topic("status"), small), Message.arrived(topic("frame"), large))
    assert fetch("SELECT at, topic, reason, size, head FROM quarantine ORDER BY size") == [
        (utc(NOW), topic("status"), "not a Status: Input data was truncated", len(small), small),
        (utc(NOW), topic("frame"), "not a Frame: Expected `object`, got `int`", len(large), large[:HEAD]),
    ]


def test_of_an_oversized_message_only_the_head_is_kept(write, fetch):
    write(Message.arrived(topic("frame"), bytes(50 << 20)))
    assert fetch("SELECT size, length(head) FROM quarantine") == [(50 << 20, 4096)]


def test_an_empty_batch_is_no_trouble(write):
    assert write() == []


def test_statuses_of_any_time_a_calendar_has_are_stored(write, fetch):
    write(*(arrived(msgspec.structs.replace(status(), at=at), "edge") for at in (0, LATEST)))
    assert fetch("SELECT at FROM statuses ORDER BY at") == [(utc(0),), (utc(LATEST),)]


def test_a_pack_of_a_reading_for_each_day_that_is_taken_is_stored(write, fetch):
    days = [SenmlRecord(n="water_level", v=1.0, t=NOW - day * 86_400) for day in range(OLDEST_S // 86_400)]
    assert write(arrived(Telemetry(BOOT, 1, days), "level-1")) == [acked(1)]
    assert fetch("SELECT count(*) FROM readings") == [(len(days),)]


def test_a_camera_that_its_agent_no_longer_reports_is_unknown(write, fetch, connection):
    connection.execute("INSERT INTO devices (site, id, kind, name) VALUES ('tooley', 'cam-1', 'camera', 'x')")
    write(arrived(msgspec.structs.replace(status(), cameras={"cam-1": CameraStatus("online")}), "edge"))
    assert fetch("SELECT state, agent FROM devices WHERE id = 'cam-1'") == [("online", "edge")]
    write(arrived(msgspec.structs.replace(status(), cameras={}), "edge"))
    assert fetch("SELECT state, agent FROM devices WHERE id = 'cam-1'") == [("unknown", None)]


@pytest.mark.usefixtures("device")
def test_every_change_of_a_state_is_kept_and_what_stays_the_same_is_not(write, fetch, connection):
    connection.execute("DELETE FROM device_states")
    for after, state in ((0, "online"), (5, "online"), (9, "stalled")):
        write(arrived(status(**{"cam-1": CameraStatus(state)}), "edge"), now=NOW + after)
    connection.execute("UPDATE devices SET retired = true WHERE id = 'cam-1'")
    kept = fetch("SELECT at, state FROM device_states WHERE device = 'cam-1' ORDER BY at")
    assert kept[:2] == [(utc(NOW), "online"), (utc(NOW + 9), "stalled")]
    assert [state for _, state in kept[2:]] == ["retired"]
