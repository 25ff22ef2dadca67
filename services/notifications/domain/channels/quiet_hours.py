"""Quiet hours: at night no telephone rings for what can wait."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from services.notifications.domain.audience.table import Urgency


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Local time. `begins` after `ends` spans midnight; equal times mean no quiet hours."""

    begins: time
    ends: time
    zone: ZoneInfo

    def until(self, now: datetime, urgency: Urgency) -> datetime | None:
        """When the quiet hours end; None: it is day, or the notification is urgent."""
        local = now.astimezone(self.zone)
        if urgency is Urgency.URGENT or not self._holds(local.time()):
            return None
        morning = local.replace(hour=self.ends.hour, minute=self.ends.minute, second=0, microsecond=0)
        return (morning if morning > local else morning + timedelta(days=1)).astimezone(now.tzinfo)

    def _holds(self, clock: time) -> bool:
        if self.begins <= self.ends:
            return self.begins <= clock < self.ends
        return clock >= self.begins or clock < self.ends
