"""A quota of notifications for each person, so that no mistake makes a telephone ring all day."""

from __future__ import annotations

from collections import OrderedDict, deque
from datetime import datetime, timedelta

from services.notifications.domain.audience.table import AGENCY, OPERATOR, Urgency

REMEMBERED = 20_000
UNLIMITED = frozenset({AGENCY, OPERATOR})
"""Audiences whose daily work is to read notifications."""


class Quota:
    """`limit` notifications within `window`.

    Counted in each process: with several, a person may get that many times more.
    """

    def __init__(self, limit: int, window: timedelta) -> None:
        self._limit = limit
        self._window = window
        self._sent: OrderedDict[str, deque[datetime]] = OrderedDict()

    def full_until(self, audience: str, person: str, urgency: Urgency, now: datetime) -> datetime | None:
        """When the next notification to this person may go out; None: now. Urgent ones always may."""
        times = self._sent.get(person)
        if times is None or urgency is Urgency.URGENT or audience in UNLIMITED:
            return None
        while times and times[0] <= now - self._window:
            times.popleft()
        return times[0] + self._window if len(times) >= self._limit else None

    def take(self, person: str, now: datetime) -> None:
        """Count a notification that is about to be sent."""
        times = self._sent.setdefault(person, deque(maxlen=self._limit))
        times.append(now)
        self._sent.move_to_end(person)
        if len(self._sent) > REMEMBERED:
            self._sent.popitem(last=False)

    def give_back(self, person: str, taken_at: datetime) -> None:
        """Do not count that one: it was not told."""
        times = self._sent.get(person)
        if times is not None and taken_at in times:
            times.remove(taken_at)
