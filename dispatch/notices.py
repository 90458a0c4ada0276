"""What people are told, and when: pure."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from detect.incident import Severity
from detect.values import parse_hours, within

RETRIES = tuple(timedelta(seconds=wait) for wait in (10, 60, 300, 900, 3600, 3600, 3600, 3600))

GRAVEST_FIRST: tuple[Severity, ...] = ("critical", "major", "minor")


class Channel(NamedTuple):
    """Where a holder is told: an Apprise URL. In `quiet` hours, local, only what is critical is sent."""

    url: str
    quiet: str = "22:00-07:00"
    digest_s: float = 0.0
    timezone: str = "Asia/Shanghai"


class Notice(NamedTuple):
    """One thing that one person or department is told; `key` says about what, so that nobody is told it twice."""

    id: UUID
    key: str
    holder: str
    about: str
    severity: Severity
    zh: str
    en: str
    made_at: datetime
    ticket: UUID | None = None


def due_at(severity: Severity, channel: Channel, now: datetime) -> datetime:
    """When a notice is sent: what is critical at once, the rest after the quiet hours and with the next digest."""
    if severity == "critical":
        return now
    after = _after_quiet(channel, now)
    if channel.digest_s <= 0:
        return after
    next_digest = (after.timestamp() // channel.digest_s + 1) * channel.digest_s
    return _after_quiet(channel, datetime.fromtimestamp(next_digest, UTC))


def _after_quiet(channel: Channel, now: datetime) -> datetime:
    local = now.astimezone(ZoneInfo(channel.timezone))
    if not within(channel.quiet, local):
        return now
    _, end = parse_hours(channel.quiet)
    wakes = local.replace(hour=end // 60 % 24, minute=end % 60, second=0, microsecond=0)
    return (wakes if wakes > local else wakes + timedelta(days=1)).astimezone(UTC)


def retry_at(tries: int, severity: Severity, channel: Channel, now: datetime) -> datetime | None:
    """When to try again after so many failures; None: no more, it stays in sight as failed."""
    if tries > len(RETRIES):
        return None
    again = now + RETRIES[tries - 1]
    return again if severity == "critical" else _after_quiet(channel, again)


def digest(notices: Sequence[Notice]) -> tuple[str, str]:
    """Title and body of one message for all of them, the gravest first, Chinese before English."""
    ordered = sorted(notices, key=lambda notice: (GRAVEST_FIRST.index(notice.severity), notice.made_at))
    title = ordered[0].zh if len(ordered) == 1 else f"一呼：{len(ordered)} 条通知 · {len(ordered)} notices"
    return title, "\n".join(f"{notice.zh}\n{notice.en}" for notice in ordered)
