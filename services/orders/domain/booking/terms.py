"""The rules of booking ahead, which travel with the order: how far ahead, and when the searches begin."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class ScheduleRules:
    """How a service is booked ahead.

    `search_before_min`: minutes before the pick-up at which each search begins.
    `late_min`: minutes after the pick-up at which a search no longer begins, and the order ends: the
    customer has left by then. `takes_min`: how long the driver is bound, where that is longer than the
    ride, because the driver waits for the way back.
    """

    required: bool = False
    horizon_days: int = 14
    search_before_min: tuple[int, ...] = (60, 30, 15, 5)
    late_min: int = 60
    takes_min: int | None = None

    @property
    def takes_s(self) -> int | None:
        """How long the driver is bound, in seconds; None: as long as the ride."""
        return None if self.takes_min is None else 60 * self.takes_min

    def starts(self, pickup_at: datetime) -> list[datetime]:
        """When each search begins, earliest first."""
        return [
            pickup_at - timedelta(minutes=before) for before in sorted(self.search_before_min, reverse=True)
        ]

    def next_start(self, pickup_at: datetime, after: datetime) -> datetime | None:
        """When the first search after this instant begins; None after the last one."""
        return next((start for start in self.starts(pickup_at) if start > after), None)

    def missed(self, pickup_at: datetime, now: datetime) -> bool:
        """Whether it is too late for a search."""
        return now > pickup_at + timedelta(minutes=self.late_min)


def schedule_refused(
    schedule: ScheduleRules | None, pickup_at: datetime | None, asked_at: datetime, now: datetime
) -> str | None:
    """The reason code where an order cannot be booked for this time, or has to be booked; None where it can.

    `asked_at`: when the request was sent. A request whose pick-up passed while it waited in the queue is
    still good, until it is too late for a search.
    """
    if schedule is None:
        return None if pickup_at is None else "schedule_not_allowed"
    if pickup_at is None:
        return "schedule_required" if schedule.required else None
    if pickup_at < min(asked_at, now) or schedule.missed(pickup_at, now):
        return "schedule_in_past"
    return "schedule_too_far" if pickup_at > now + timedelta(days=schedule.horizon_days) else None
