from datetime import UTC, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detect.values import within
from dispatch.notices import RETRIES, Channel, Notice, digest, due_at, retry_at

BEIJING = ZoneInfo("Asia/Shanghai")
CHANNEL = Channel("json://localhost")
HOURLY = Channel("json://localhost", digest_s=3600)


def at(clock: str, day: int = 1) -> datetime:
    return datetime.fromisoformat(f"2026-06-{day:02}T{clock}").replace(tzinfo=BEIJING)


@pytest.mark.parametrize(
    ("severity", "channel", "now", "sent"),
    [
        ("minor", CHANNEL, at("10:00"), at("10:00")),
        ("minor", CHANNEL, at("23:30"), at("07:00", 2)),
        ("major", CHANNEL, at("03:00"), at("07:00")),
        ("critical", CHANNEL, at("03:00"), at("03:00")),
        ("minor", HOURLY, at("10:20"), at("11:00")),
        ("minor", HOURLY, at("21:20"), at("07:00", 2)),  # the digest of ten o'clock falls into the night
        ("critical", HOURLY, at("10:20"), at("10:20")),
        ("minor", Channel("json://localhost", quiet="12:00-14:00"), at("12:30"), at("14:00")),
        ("minor", Channel("json://localhost", timezone="Europe/Berlin"), at("04:30"), at("13:00")),  # their own night
    ],
)
def test_what_can_wait_waits_for_the_morning_and_the_next_digest(
    severity: str, channel: Channel, now: datetime, sent: datetime
):
    assert due_at(severity, channel, now) == sent  # type: ignore[arg-type]  # one of the three


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - made aware
    st.sampled_from([CHANNEL, HOURLY, Channel("x://", quiet="00:00-06:00", digest_s=900)]),
)
def test_nothing_is_sent_too_early_nor_in_the_night_nor_never(now: datetime, channel: Channel):
    due = due_at("minor", channel, now)
    assert now <= due <= now + timedelta(hours=12)
    assert not within(channel.quiet, due.astimezone(ZoneInfo(channel.timezone)))


def test_tries_get_rarer_and_end():
    now = at("10:00")
    *again, last = (retry_at(tries, "minor", CHANNEL, now) for tries in range(1, len(RETRIES) + 2))
    assert last is None
    assert again == [now + wait for wait in sorted(RETRIES)]


def test_what_can_wait_is_not_tried_again_at_night():
    assert retry_at(5, "minor", CHANNEL, at("21:50")) == at("07:00", 2)
    assert retry_at(5, "critical", CHANNEL, at("21:50")) == at("22:50")


def notice(severity: str, words: str) -> Notice:
    made_at = at("10:00")
    return Notice(uuid4(), words, "wang", "press", severity, f"{words}！", f"{words}!", made_at)  # type: ignore[arg-type]  # one of the three


def test_one_notice_is_its_own_title_and_many_come_in_one_message_the_gravest_first():
    assert digest([notice("minor", "灯")]) == ("灯！", "灯！\n灯!")
    title, body = digest([notice("minor", "灯"), notice("critical", "火"), notice("major", "车")])
    assert title == "一呼：3 条通知 · 3 notices"
    assert body.splitlines() == ["火！", "火!", "车！", "车!", "灯！", "灯!"]
