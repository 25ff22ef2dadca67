"""Hours of the regency's day, also over midnight."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

LOCAL_TIME = timezone(timedelta(hours=7))  # WIB: a day, a night and a month are the regency's


@dataclass(frozen=True, slots=True)
class Hours:
    """From `opens` up to, and without, `closes`, in minutes of the local day; over midnight where it closes earlier."""

    opens: int
    closes: int

    def cover(self, moment: datetime) -> bool:
        """Whether the instant lies inside, by local time."""
        local = moment.astimezone(LOCAL_TIME)
        minute = local.hour * 60 + local.minute
        if self.opens <= self.closes:
            return self.opens <= minute < self.closes
        return minute >= self.opens or minute < self.closes
