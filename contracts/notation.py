"""How ids and times are written. No model is built here, so that a command that reads a store starts fast."""

from __future__ import annotations

from datetime import UTC, datetime

ID_PATTERN = r"^[A-Za-z0-9_-]{1,64}$"
DISTRICT_PATTERN = r"^[0-9]{2}\.[0-9]{2}\.[0-9]{2}$"


def to_utc(moment: datetime) -> datetime:
    """The same instant in UTC, cut to the millisecond (what MongoDB keeps).

    Raises `OverflowError` where UTC has no such year.
    """
    moment = moment.astimezone(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def rfc3339(moment: datetime) -> str:
    """Write an instant as `2026-11-24T03:52:17.042Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
