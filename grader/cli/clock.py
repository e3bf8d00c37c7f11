"""The time of this machine; everything below the commands is told it."""

from datetime import UTC, datetime


def now() -> datetime:
    return datetime.now(UTC)
