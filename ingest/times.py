"""Epoch seconds as the database takes them."""

from datetime import UTC, datetime

EPOCH_2000_S = 946_684_800  # what PostgreSQL counts from


def utc(epoch: float) -> datetime:
    return datetime.fromtimestamp(epoch, UTC)


def timestamp(epoch: float) -> int:
    """Microseconds since 2000, as a timestamptz is sent in binary."""
    return round((epoch - EPOCH_2000_S) * 1e6)
