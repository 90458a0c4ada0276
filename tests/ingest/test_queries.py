import re

import pytest

from ingest.queries import load_queries
from ingest.store import SQL
from tests.conftest import ROOT


@pytest.fixture
def load(tmp_path):
    def load(text):
        (tmp_path / "some.sql").write_text(text)
        return load_queries(tmp_path / "some.sql")

    return load


def test_blocks_stand_under_their_names_without_the_semicolon(load):
    text = "-- about this file\n\n-- name: one\nSELECT 1;\n\n-- name: two\n-- a remark\nSELECT ';'\nFROM t;\n"
    assert load(text) == {"one": "SELECT 1", "two": "-- a remark\nSELECT ';'\nFROM t"}


def test_a_name_within_a_line_begins_no_block(load):
    assert load("-- name: one\nSELECT '-- name: two\n';") == {"one": "SELECT '-- name: two\n'"}


def test_every_block_of_the_file_is_read():
    text = (ROOT / "ingest" / "ingest.sql").read_text()
    assert list(SQL) == re.findall(r"-- name: (\w+)", text)
