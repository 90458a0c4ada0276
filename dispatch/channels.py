"""Where people and departments are told of what concerns them: set and taken back, without ever showing the address."""

from datetime import datetime
from pathlib import Path
from zoneinfo import available_timezones

import apprise
from psycopg import Connection

from detect.values import parse_hours
from dispatch import audit
from dispatch.accounts import hold_holder
from dispatch.notices import Channel
from dispatch.notices_store import find_channel, put_channel
from ingest.queries import load_queries

SQL = load_queries(Path(__file__).with_name("channels.sql"))

LONGEST_DIGEST_S = 86400.0


class ChannelError(ValueError):
    """A channel cannot be set or taken back so; the text says why, and does not hold the address."""


def set_channel(connection: Connection, holder: str, channel: Channel, by: str, now: datetime) -> None:
    """Tell a holder there from now on; raise ChannelError."""
    _check(channel)
    with connection.transaction():
        if not hold_holder(connection, holder):
            raise ChannelError(f"nobody is told as {holder}: name a person, or for its people the department")
        before = _lock(connection, holder)
        put_channel(connection, holder, channel)
        audit.append(connection, entry("set_channel", holder, by, now, before, channel))


def remove_channel(connection: Connection, holder: str, by: str, now: datetime) -> None:
    """Tell a holder nowhere any more; raise ChannelError."""
    with connection.transaction():
        before = drop_channel(connection, holder)
        if before is None:
            raise ChannelError(f"no channel is set for {holder}")
        audit.append(connection, entry("remove_channel", holder, by, now, before, None))


def drop_channel(connection: Connection, holder: str) -> Channel | None:
    """Take back a holder's channel, if there is one; whoever asks tells the audit log."""
    before = _lock(connection, holder)
    if before:
        connection.execute(SQL["drop_channel"], {"holder": holder})
        connection.execute(SQL["keep_unsent"], {"holder": holder})
    return before


def _lock(connection: Connection, holder: str) -> Channel | None:
    """A holder's channel, which nobody else changes until the transaction ends."""
    connection.execute(SQL["lock_channel"], {"holder": holder})
    return find_channel(connection, holder)


def shown(channel: Channel) -> dict[str, str | float]:
    """What may be seen of it: its address may hold a password, so only the kind is told."""
    return {
        "scheme": _scheme(channel.url),
        "quiet": channel.quiet,
        "digest_s": channel.digest_s,
        "timezone": channel.timezone,
    }


def _check(channel: Channel) -> None:
    if not apprise.Apprise().add(channel.url):
        raise ChannelError(
            f"{_scheme(channel.url)}://… is no address that Apprise knows: see github.com/caronc/apprise"
        )
    try:
        parse_hours(channel.quiet)
    except ValueError as error:
        raise ChannelError(str(error)) from error
    if not 0 <= channel.digest_s <= LONGEST_DIGEST_S:
        raise ChannelError("a digest comes once a day at least: write 15m or 2h, or 0s for none")
    if channel.timezone not in available_timezones():
        raise ChannelError(f"{channel.timezone} is not a time zone, such as Asia/Shanghai")


def _scheme(url: str) -> str:
    scheme, there, _ = url.partition("://")
    return scheme if there else "…"


def entry(
    action: str, holder: str, by: str, now: datetime, before: Channel | None, after: Channel | None
) -> audit.Entry:
    """For the audit log, of what may be seen of a channel."""
    old, new = (channel and shown(channel) for channel in (before, after))
    return audit.Entry(at=now, actor=by, action=action, subject=f"channel {holder}", before=old, after=new)
