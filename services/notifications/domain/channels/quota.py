"""At most so many notifications a person: whatever goes wrong around us, nobody's telephone rings all day."""

from __future__ import annotations

from collections import OrderedDict, deque
from datetime import datetime, timedelta

from services.notifications.domain.audience.table import AGENCY, OPERATOR, Urgency

REMEMBERED = 20_000
UNLIMITED = frozenset({AGENCY, OPERATOR})
"""Whose daily work is to read them."""


class Limiter:
    """Counts within one process: with several, a person may get as many times more. `most` within `window`."""

    def __init__(self, most: int, window: timedelta) -> None:
        self._most = most
        self._window = window
        self._sent: OrderedDict[str, deque[datetime]] = OrderedDict()

    def until(self, audience: str, person: str, urgency: Urgency, now: datetime) -> datetime | None:
        """When there is room again for this person; None: now. What is urgent always goes out."""
        times = self._sent.get(person)
        if times is None or urgency is Urgency.URGENT or audience in UNLIMITED:
            return None
        while times and times[0] <= now - self._window:
            times.popleft()
        return times[0] + self._window if len(times) >= self._most else None

    def note(self, person: str, now: datetime) -> None:
        """One is on its way."""
        times = self._sent.setdefault(person, deque(maxlen=self._most))
        times.append(now)
        self._sent.move_to_end(person)
        if len(self._sent) > REMEMBERED:
            self._sent.popitem(last=False)

    def take_back(self, person: str, noted: datetime) -> None:
        """That one was not told after all."""
        times = self._sent.get(person)
        if times is not None and noted in times:
            times.remove(noted)
