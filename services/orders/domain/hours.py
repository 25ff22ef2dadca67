"""Opening hours by local time, also over midnight."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

LOCAL_TIME = timezone(timedelta(hours=7))  # WIB, western Indonesia: days, nights and months are local ones


@dataclass(frozen=True, slots=True)
class Hours:
    """From `opens` until just before `closes`, in minutes of the local day.

    Hours that close before they open go over midnight.
    """

    opens: int
    closes: int

    def cover(self, moment: datetime) -> bool:
        """Whether the instant lies within the hours."""
        local = moment.astimezone(LOCAL_TIME)
        minute = local.hour * 60 + local.minute
        if self.opens <= self.closes:
            return self.opens <= minute < self.closes
        return minute >= self.opens or minute < self.closes
