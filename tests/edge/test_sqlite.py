import sqlite3
from contextlib import closing, suppress
from types import SimpleNamespace

import pytest

from edge.sqlite import SqliteError, SqliteFile

SCHEMA = "CREATE TABLE IF NOT EXISTS words (word TEXT)"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "of-ours" / "words"


@pytest.fixture
def opened():
    return []


@pytest.fixture
def file(path, opened):
    with closing(SqliteFile(path, SCHEMA, opened.append)) as file:
        yield file


def words(file):
    with file.reading() as database:
        return [word for (word,) in database.execute("SELECT word FROM words")]


def test_a_transaction_is_all_or_nothing(file):
    with file.transaction() as database:
        database.execute("INSERT INTO words VALUES ('kept')")
    with suppress(ZeroDivisionError), file.transaction() as database:
        database.execute("INSERT INTO words VALUES ('lost')")
        raise ZeroDivisionError
    assert words(file) == ["kept"]


def test_what_is_damaged_while_it_is_open_is_kept_aside_and_a_new_one_begins(file, path, opened, caplog):
    with file.transaction() as database:
        database.execute("INSERT INTO words VALUES ('before')")
    with pytest.raises(SqliteError, match="was damaged"), file.reading():
        raise sqlite3.DatabaseError("database disk image is malformed")
    assert words(file) == []
    assert len(opened) == 2
    (aside,) = path.parent.glob("words.damaged-*")
    with closing(sqlite3.connect(aside)) as database:
        assert database.execute("SELECT word FROM words").fetchall() == [("before",)]
    assert "is kept as" in caplog.text


def test_nobody_else_opens_it_and_nobody_but_its_user_reads_it(file, path):
    with file.transaction() as database:
        database.execute("INSERT INTO words VALUES ('ours')")
    with pytest.raises(SqliteError, match="another process may run on it"):
        SqliteFile(path, SCHEMA, print)
    assert path.stat().st_mode & 0o777 == 0o600


def test_its_room_is_that_of_its_disk_and_what_it_has_given_up_itself(file, monkeypatch):
    monkeypatch.setattr("edge.sqlite.shutil.disk_usage", lambda _folder: SimpleNamespace(free=5_000_000))
    with file.transaction() as database:
        database.execute("INSERT INTO words VALUES (zeroblob(1000000))")
    assert file.room() == 5_000_000
    with file.transaction() as database:
        database.execute("DELETE FROM words")
    assert 5_900_000 < file.room() < 6_100_000
