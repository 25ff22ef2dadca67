"""The calendar of the regency: a day begins at midnight there."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import lru_cache

REGENCY = timezone(timedelta(hours=7))  # Asia/Jakarta, which has no summer time


@lru_cache(maxsize=64)
def day_of(now: datetime) -> date:
    """The day in the regency. Cached: a round needs it for thousands of drivers."""
    return now.astimezone(REGENCY).date()


def end_of(day: date) -> datetime:
    """The first instant after the day."""
    return datetime.combine(day + timedelta(days=1), time(), REGENCY).astimezone(UTC)
