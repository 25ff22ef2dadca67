"""Booking ahead: until when it is possible, and when the searches for a driver begin."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class ScheduleRules:
    """How a service is booked ahead. `search_before_min`: the searches begin so many minutes before the pick-up.

    `late_min`: an order whose search could not begin until so long after its pick-up ends; nobody stands there any more.
    `takes_min`: for so long the driver is bound, where that is more than the way: somebody waits for the way back.
    """

    required: bool = False
    horizon_days: int = 14
    search_before_min: tuple[int, ...] = (60, 30, 15, 5)
    late_min: int = 60
    takes_min: int | None = None

    @property
    def takes_s(self) -> int | None:
        """The same in seconds."""
        return None if self.takes_min is None else 60 * self.takes_min

    def starts(self, pickup_at: datetime) -> list[datetime]:
        """When each of the searches begins, the first one first."""
        return [
            pickup_at - timedelta(minutes=before) for before in sorted(self.search_before_min, reverse=True)
        ]

    def next_start(self, pickup_at: datetime, after: datetime) -> datetime | None:
        """The first search that begins later than this; None after the last one."""
        return next((start for start in self.starts(pickup_at) if start > after), None)

    def missed(self, pickup_at: datetime, now: datetime) -> bool:
        """Whether it is too late to begin a search."""
        return now > pickup_at + timedelta(minutes=self.late_min)


def schedule_refused(
    schedule: ScheduleRules | None, pickup_at: datetime | None, asked_at: datetime, now: datetime
) -> str | None:
    """The reason why an order cannot be booked for this time, or must be booked; None when it can.

    `asked_at`: a request that waited for us while its time came is still good, until it is too late for a search.
    """
    if schedule is None:
        return None if pickup_at is None else "schedule_not_allowed"
    if pickup_at is None:
        return "schedule_required" if schedule.required else None
    if pickup_at < min(asked_at, now) or schedule.missed(pickup_at, now):
        return "schedule_in_past"
    return "schedule_too_far" if pickup_at > now + timedelta(days=schedule.horizon_days) else None
