"""The box itself, on a real disk and a real journal."""

import sqlite3
import ssl
import time
from pathlib import Path
from uuid import UUID

import pytest

from edge.doctor.finding import Grade
from edge.doctor.machine import (
    Backlog,
    InUseError,
    ask_clock,
    judge_backlog,
    judge_clock,
    judge_disk,
    judge_memory,
    read_journal,
)
from edge.journal import Entry, Journal


def waiting(path: Path) -> Journal:
    journal = Journal(path, 64 << 20)
    journal.add([Entry("cam-1", UUID(int=1), seq, "frame", time.time() - 120, b"x" * 900) for seq in (1, 2)])
    return journal


def test_a_journal_is_read_as_it_was_left(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    waiting(path).close()
    before = path.read_bytes()
    backlog = read_journal(path)
    assert (backlog.waiting, backlog.size, round(backlog.oldest_s / 10)) == (2, 2000, 12)
    assert path.read_bytes() == before


def test_a_journal_is_read_after_a_power_cut(tmp_path: Path) -> None:
    journal = waiting(tmp_path / "journal")
    for file in ("journal", "journal-wal"):
        (tmp_path / f"cut-{file}").write_bytes((tmp_path / file).read_bytes())
    journal.close()
    assert read_journal(tmp_path / "cut-journal").waiting == 2
    after = Journal(tmp_path / "cut-journal", 64 << 20)
    assert after.count == 2
    after.close()


def test_a_journal_that_an_agent_has_is_left_alone(tmp_path: Path) -> None:
    journal = waiting(tmp_path / "journal")
    with pytest.raises(InUseError):
        read_journal(tmp_path / "journal")
    journal.add([Entry("cam-1", UUID(int=1), 3, "frame", 0.0, b"x")])
    journal.close()


def test_a_box_without_a_journal_has_nothing_waiting(tmp_path: Path) -> None:
    assert read_journal(tmp_path / "journal") == Backlog(0, 0, 0.0)
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_journal_is_no_agent_at_work(tmp_path: Path) -> None:
    (tmp_path / "journal").write_bytes(b"no database" * 1000)
    with pytest.raises(sqlite3.DatabaseError):
        read_journal(tmp_path / "journal")


@pytest.mark.parametrize(
    ("backlog", "what", "grade"),
    [
        (Backlog(0, 0, 0), "journal_well", Grade.WELL),
        (Backlog(3, 300, 2.0), "journal_waits", Grade.WELL),
        (Backlog(3, 300, 600.0), "journal_waits", Grade.WARN),
        (Backlog(3, 900, 1.0), "journal_full", Grade.WARN),
    ],
)
def test_a_backlog_is_bad_when_it_is_old_or_large(backlog: Backlog, what: str, grade: Grade) -> None:
    finding = judge_backlog(backlog, 1000)
    assert (finding.what, finding.grade) == (what, grade)


def test_a_disk_needs_room_for_a_whole_journal(tmp_path: Path) -> None:
    assert judge_disk(tmp_path / "edge", 8).what in ("disk_well", "disk_slow")
    assert judge_disk(tmp_path / "edge", 1 << 40).what == "disk_small"
    assert list((tmp_path / "edge").iterdir()) == []


def test_a_disk_that_takes_nothing_is_broken(tmp_path: Path) -> None:
    (tmp_path / "edge").write_text("a file")
    finding = judge_disk(tmp_path / "edge", 8)
    assert (finding.what, finding.grade) == ("disk_unwritable", Grade.BROKEN)


@pytest.mark.parametrize(
    ("seconds", "what"), [(0.4, "clock_well"), (-2.0, "clock_well"), (-30, "clock_off"), (61, "clock_wrong")]
)
def test_a_clock_is_judged_by_how_far_it_is_off(seconds: float, what: str) -> None:
    assert judge_clock(seconds).what == what


def test_a_centre_that_cannot_be_asked_says_nothing_of_the_clock() -> None:
    assert ask_clock(None, ssl.create_default_context).what == "clock_unknown"
    assert "refused" in str(ask_clock("http://127.0.0.1:1", ssl.create_default_context).facts["error"])


def test_memory_is_what_the_system_has_left(tmp_path: Path) -> None:
    (told := tmp_path / "meminfo").write_text("MemTotal:  1000000 kB\nMemAvailable:   51200 kB\n")
    (finding,) = judge_memory(told)
    assert (finding.what, finding.facts["free"]) == ("memory_small", 50.0)
    assert judge_memory()[0].part == "memory"
    assert judge_memory(tmp_path / "nowhere") == []
