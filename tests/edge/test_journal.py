import contextlib
import signal
import subprocess
import sys
import time
from itertools import pairwise
from types import SimpleNamespace
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edge.journal import OVERHEAD, SPARE, Entry, Journal, Numbers
from edge.sqlite import SqliteError
from tests.conftest import ROOT

BOOT, EARLIER = UUID(int=2), UUID(int=1)
ROOMY = 1 << 30


@pytest.fixture
def path(tmp_path):
    return tmp_path / "edge" / "tooley-edge.journal"


@pytest.fixture
def open_journal(path):
    """Open it, again and again: the one before is closed as by a process that ends."""
    with contextlib.ExitStack() as stack:

        def open_journal(limit=ROOMY):
            stack.close()
            return stack.enter_context(contextlib.closing(Journal(path, limit)))

        yield open_journal


def pack(seq, device="level-1", boot=BOOT, body=b"0.2 m"):
    return Entry(device, boot, seq, "telemetry", 1000.0 + seq, body)


def picture(seq, device="cam-1", size=1000, boot=BOOT):
    return Entry(device, boot, seq, "frame", 1000.0 + seq, b"x" * (size - OVERHEAD))


def waiting(journal):
    return [entry for _, entry in journal.after(0, 100_000)]


def numbers(journal, device):
    return [entry.seq for entry in waiting(journal) if entry.device == device]


def gone(journal):
    return {(n.device, seq) for n in journal.gone(1000) for first, last in n.spans for seq in range(first, last + 1)}


def test_what_is_kept_waits_in_its_order_until_it_is_confirmed(open_journal):
    journal = open_journal()
    entries = [pack(1), picture(1), pack(2), pack(3, boot=EARLIER)]
    journal.add(entries[:2])
    journal.add(entries[2:])
    assert waiting(journal) == entries
    assert (journal.count, journal.size) == (4, sum(entry.size for entry in entries))
    journal.confirm([Numbers("level-1", BOOT, [(0, 2)])])
    assert waiting(journal) == [entries[1], entries[3]]
    assert (journal.count, journal.size) == (2, entries[1].size + entries[3].size)


def test_it_is_read_on_from_any_entry(open_journal):
    journal = open_journal()
    journal.add([pack(seq) for seq in range(1, 6)])
    (_, first), (id_, second) = journal.after(0, 2)
    assert [first.seq, second.seq] == [1, 2]
    assert [entry.seq for _, entry in journal.after(id_, 2)] == [3, 4]


def test_what_the_centre_has_beyond_a_gap_is_forgotten_too(open_journal):
    journal = open_journal()
    journal.add([pack(seq) for seq in range(1, 10)])
    journal.confirm([Numbers("level-1", BOOT, [(0, 2), (4, 5), (9, 9)])])
    assert numbers(journal, "level-1") == [3, 6, 7, 8]


def test_a_process_that_starts_again_finds_it_all(open_journal):
    journal = open_journal()
    journal.add([pack(1), picture(2)])
    journal.give_up("cam-1", BOOT, 2)
    again = open_journal()
    assert waiting(again) == [pack(1)]
    assert (again.count, again.size) == (1, pack(1).size)
    assert gone(again) == {("cam-1", 2)}
    assert sorted(again.devices()) == ["cam-1", "level-1"]
    assert again.oldest_at() == 1001.0


def test_what_is_not_worth_being_sent_again_is_gone_after_a_restart(open_journal):
    still = Entry("cam-1", BOOT, 1, "frame", 1.0, None)
    journal = open_journal()
    journal.add([still, pack(1)])
    assert waiting(journal) == [pack(1)]
    assert gone(open_journal()) == {("cam-1", 1)}


def test_an_empty_one_has_nothing_to_say(open_journal):
    journal = open_journal()
    assert (waiting(journal), journal.gone(10), journal.devices(), journal.oldest_at()) == ([], [], [], None)


def test_beyond_the_limit_every_other_picture_goes_of_the_camera_that_has_most(open_journal):
    journal = open_journal(limit=20_000)
    journal.add([pack(seq) for seq in range(1, 11)])
    journal.add([picture(seq, "cam-2") for seq in range(1, 4)])
    for seq in range(1, 17):
        journal.add([picture(seq)])
    assert journal.size <= 20_000
    assert numbers(journal, "level-1") == list(range(1, 11))
    assert numbers(journal, "cam-2") == [1, 2, 3]
    kept = numbers(journal, "cam-1")
    assert kept[-1] == 16
    assert gone(journal) == {("cam-1", seq) for seq in range(1, 17)} - {("cam-1", seq) for seq in kept}
    assert journal.dropped == {"frame": 16 - len(kept)}


def test_of_a_long_night_pictures_stay_from_its_beginning_to_its_end_and_about_as_far_apart(open_journal):
    journal = open_journal(limit=50_000)
    for seq in range(1, 2001):
        journal.add([picture(seq)])
    kept = numbers(journal, "cam-1")
    assert 20 <= len(kept) <= 50
    gaps = [after - before for before, after in zip([0, *kept], [*kept, 2000], strict=True)]
    assert max(gaps) <= 4 * 2000 / len(kept)
    assert gone(journal) == {("cam-1", seq) for seq in range(1, 2001)} - {("cam-1", seq) for seq in kept}


def test_only_when_there_are_no_more_pictures_does_the_oldest_of_the_rest_go(open_journal):
    journal = open_journal(limit=300_000)
    journal.add([picture(1)])
    for seq in range(1, 5001, 100):
        journal.add([pack(seq + n) for n in range(100)])
    kept = numbers(journal, "level-1")
    assert kept == list(range(kept[0], 5001))
    assert numbers(journal, "cam-1") == []
    assert journal.dropped == {"frame": 1, "telemetry": kept[0] - 1}
    assert Numbers("level-1", BOOT, [(1, kept[0] - 1)]) in journal.gone(10)


def test_of_the_rest_no_more_goes_at_once_than_takes_a_moment(open_journal):
    journal = open_journal(limit=4_000_000)
    journal.add([pack(seq) for seq in range(1, 38_000)])
    seq = 38_000
    while not journal.dropped:
        journal.add([pack(seq)])
        seq += 1
    assert journal.dropped["telemetry"] <= 1000


def test_what_the_centre_knows_to_be_gone_is_not_told_again(open_journal):
    journal = open_journal()
    journal.add([pack(seq) for seq in range(1, 8)])
    for seq in (2, 3, 6):
        journal.give_up("level-1", BOOT, seq)
    assert journal.gone(10) == [Numbers("level-1", BOOT, [(2, 3), (6, 6)])]
    journal.confirm([Numbers("level-1", BOOT, [(0, 3)])])
    assert journal.gone(10) == [Numbers("level-1", BOOT, [(6, 6)])]


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.integers(1, 30), unique=True), st.integers(0, 30))
def test_in_whatever_order_they_go_the_spans_are_what_is_gone(open_journal, order, confirmed):
    journal = open_journal()
    device = uuid4().hex
    journal.add([pack(seq, device) for seq in range(1, 31)])
    for seq in order:
        journal.give_up(device, BOOT, seq)
    spans = [span for n in journal.gone(1000) if n.device == device for span in n.spans]
    assert [seq for first, last in spans for seq in range(first, last + 1)] == sorted(order)
    assert all(last + 1 < first for (_, last), (first, _) in pairwise(spans))
    assert sorted(numbers(journal, device) + order) == list(range(1, 31))
    journal.confirm([Numbers(device, BOOT, [(0, confirmed)])])
    assert numbers(journal, device) == [seq for seq in range(confirmed + 1, 31) if seq not in order]


def test_one_that_another_agent_runs_on_is_not_opened(open_journal, path):
    open_journal().add([pack(1)])
    with pytest.raises(SqliteError, match="another process may run on it"):
        Journal(path, ROOMY)


def test_a_damaged_one_is_kept_aside_and_a_new_one_begins(open_journal, path, caplog):
    path.parent.mkdir()
    path.write_bytes(b"no journal at all " * 1000)
    journal = open_journal()
    journal.add([pack(1)])
    assert waiting(journal) == [pack(1)]
    (aside,) = path.parent.glob("*.damaged-*")
    assert aside.read_bytes().startswith(b"no journal at all")
    assert "is kept as" in caplog.text


def test_a_folder_that_nobody_may_write_to_is_said(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(SqliteError, match="cannot be opened"):
        Journal(tmp_path / "file" / "journal", ROOMY)


def test_a_full_disk_is_said_and_changes_nothing(open_journal):
    journal = open_journal()
    journal.add([picture(1)])
    (pages,) = journal._database.execute("PRAGMA page_count").fetchone()
    journal._database.execute(f"PRAGMA max_page_count = {pages + 10}")
    with pytest.raises(SqliteError, match="make room on its disk"):
        journal.add([picture(seq, size=10_000) for seq in range(2, 40)])
    assert numbers(journal, "cam-1") == [1]
    assert (journal.count, journal.size) == (1, 1000)
    journal.confirm([Numbers("cam-1", BOOT, [(0, 1)])])
    assert waiting(journal) == []


def test_on_a_disk_that_fills_pictures_go_before_nothing_can_be_forgotten(open_journal, monkeypatch):
    journal = open_journal()
    journal.add([pack(1)])
    journal.add([picture(seq, size=100_000) for seq in range(1, 41)])
    free = SPARE - 1_000_000
    monkeypatch.setattr("edge.sqlite.shutil.disk_usage", lambda _folder: SimpleNamespace(free=free))
    monkeypatch.setattr("edge.journal.LOOK_S", 0)
    journal.add([pack(2)])
    kept = journal.size
    assert kept < journal.limit < 3_200_000
    assert numbers(journal, "level-1") == [1, 2]
    for seq in range(3, 10):  # what has room within the file needs none outside
        journal.add([pack(seq)])
    assert journal.size == kept + sum(pack(seq).size for seq in range(3, 10))
    free = 1 << 40
    journal.add([pack(10)])
    assert journal.limit == ROOMY


def test_it_remembers_what_devices_are(open_journal, path):
    journal = open_journal()
    for device, config in (("cam-1", b"1"), ("cam-2", b"2"), ("cam-1", b"3"), ("cam-2", None), ("cam-3", None)):
        journal.remember(device, config)
    assert open_journal().remembered() == [("cam-1", b"3")]
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_second_at_most_is_not_on_the_disk_itself(open_journal, monkeypatch):
    """SQLite waits for the disk at a commit in the mode FULL (2), and in WAL mode not in NORMAL (1)."""
    monkeypatch.setattr("edge.sqlite.SYNC_S", 0.2)
    journal, modes = open_journal(), []
    for seq, pause_s in ((1, 0.25), (2, 0), (3, 0.25)):
        time.sleep(pause_s)
        journal.add([picture(seq)])
        modes += journal._database.execute("PRAGMA synchronous").fetchone()
    assert modes == [2, 1, 2]


WRITER = """
import sys
import time
from pathlib import Path
from uuid import UUID
from edge.journal import Entry, Journal
journal = Journal(Path(sys.argv[1]), 1 << 30)
for seq in range(1, 1_000_000):
    journal.add([Entry("level-1", UUID(int=2), seq, "telemetry", 0.0, b"x" * 500)])
    print(seq, flush=True)
"""


def test_what_was_added_outlives_a_process_that_is_killed(open_journal, path):
    for _ in range(3):
        path.unlink(missing_ok=True)
        command = [sys.executable, "-c", WRITER, str(path)]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout
            said = [int(process.stdout.readline()) for _ in range(300)]
            process.send_signal(signal.SIGKILL)
            said += [int(line) for line in process.stdout if line.endswith("\n")]
        assert numbers(open_journal(), "level-1")[: len(said)] == said
