"""The time of a fact: what a request says about a driver, a merchant or a route, as of its `ce-time`."""

from __future__ import annotations

from datetime import datetime, timedelta

from services.runtime.errors import Rejected

AHEAD = timedelta(minutes=5)


def require_not_ahead(said_at: datetime, now: datetime) -> None:
    """Allow for clocks that differ by up to five minutes. Raises `Rejected` (`time_ahead`)."""
    if said_at > now + AHEAD:
        raise Rejected("time_ahead")
