"""When people are on duty, and where they are told, from the command line."""

from datetime import UTC, datetime

import pytest
from psycopg import Connection

from dispatch import rota
from dispatch.notices import Channel
from dispatch.notices_store import find_channel
from dispatch.rota import Duty
from dispatch.routing import Absence
from tests.deploy.test_people_commands import wrong, yihu

URL = "json://wang:s3cret@localhost/"


@pytest.fixture(autouse=True)
def _wang(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YIHU_DATABASE_URL", database)
    yihu("user", "add", "wang", "--role", "worker")


def test_duty_is_planned_bit_by_bit_and_printed(connection: Connection):
    assert yihu("user", "duty", "wang").stdout == "wang: 00:00-24:00 on 1,2,3,4,5,6,7, full-time\n"
    yihu("user", "duty", "wang", "--hours", "08:00-18:00", "--days", "1-5")
    assert yihu("user", "duty", "wang", "--part-time").stdout == "wang: 08:00-18:00 on 1,2,3,4,5, part-time\n"
    assert rota.load_duty(connection, "wang") == Duty("08:00-18:00", frozenset(range(1, 6)), part_time=True)
    yihu("user", "duty", "wang", "--full-time")
    assert not rota.load_duty(connection, "wang").part_time


def test_who_is_away_comes_back(connection: Connection):
    begin, end = datetime(2099, 10, 1, tzinfo=UTC), datetime(2099, 10, 8).astimezone()
    yihu("user", "away", "wang", "--from", "2099-10-01T08:00+08:00", "--to", "2099-10-08")
    assert rota.load_absences(connection, "wang", begin) == [Absence(begin, end)]
    assert "away from " in yihu("user", "duty", "wang").stdout
    yihu("user", "away", "wang", "--from", "2099-10-01T08:00+08:00", "--cancel")
    assert rota.load_absences(connection, "wang", begin) == []


def test_somebody_is_told_there_until_it_is_off(connection: Connection):
    set_up = yihu("user", "notify", "wang", URL, "--quiet", "21:00-06:00", "--digest", "15m")
    assert set_up.stdout == "wang: json://…, quiet 21:00-06:00, digest 900 s\n"
    yihu("user", "notify", "wang", "json://elsewhere")
    assert find_channel(connection, "wang") == Channel("json://elsewhere", "21:00-06:00", 900)
    assert yihu("user", "notify", "wang", "--off").exit_code == 0
    assert find_channel(connection, "wang") is None


def test_what_is_wrong_is_told_without_a_traceback():
    for words, told in (
        (("duty", "wang", "--hours", "9-5"), "not a time of day"),
        (("duty", "wang", "--days", "mon"), "are no weekdays"),
        (("duty", "nobody"), "there is no account nobody"),
        (("away", "wang", "--from", "tomorrow", "--to", "2099-10-08"), "'tomorrow' is no time"),
        (("away", "wang", "--from", "2099-10-08", "--to", "2099-10-01"), "begins before it ends"),
        (("away", "wang", "--from", "2099-10-08"), "give --to, or --cancel"),
        (("notify", "wang"), "give an address, or --off"),
        (("notify", "wang", "s3cret"), "…://… is no address that Apprise knows"),
        (("notify", "wang", URL, "--digest", "often"), "'often' is no duration"),
        (("notify", "nobody", URL), "nobody is told as nobody"),
        (("notify", "wang", "--off"), "no channel is set for wang"),
    ):
        message = wrong("user", *words)
        assert told in message
        assert "s3cret" not in message
