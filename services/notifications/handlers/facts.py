"""What requests that state a fact have in common: their time decides which one is newer."""

from __future__ import annotations

from datetime import datetime, timedelta

from services.runtime.errors import Rejected

AHEAD = timedelta(minutes=5)


def reject_ahead(said_at: datetime, now: datetime) -> None:
    """Raise `Rejected` for a time more than five minutes ahead of ours.

    Until that time, such a fact would outrank every correction.
    """
    if said_at > now + AHEAD:
        raise Rejected("time_ahead")
