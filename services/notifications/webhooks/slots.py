"""How many posts to agencies may be under way in a process, and when a delivery that found no place looks again."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

EACH = 4
SHARED = 64
# Real time. Turns of one agency follow each other, so that a long backlog is not read and written over and over.
SOONEST, BETWEEN, LATEST = timedelta(seconds=2), timedelta(seconds=0.02), timedelta(seconds=60)


class Places:
    """The first post to an agency always has a place; `EACH` is the most that one has, `SHARED` what all have beyond their first.

    However many agencies hang, they fill what is shared, and each other still hears its own, one post at a time.
    """

    def __init__(self, speed: float) -> None:
        self._speed = speed
        self._busy: Counter[str] = Counter()
        self._turns: dict[str, datetime] = {}

    def take(self, agency: str) -> bool:
        """Take a place, if there is one."""
        busy = self._busy[agency]
        if busy and (busy >= EACH or self._busy.total() - len(+self._busy) >= SHARED):
            return False
        self._busy[agency] += 1
        return True

    def give_back(self, agency: str) -> None:
        """Its post is over."""
        self._busy[agency] -= 1
        if not self._busy[agency]:
            del self._busy[agency]

    def turn(self, agency: str, now: datetime) -> datetime:
        """When the next one of this agency that found no place looks again: behind those that were told before."""
        last = self._turns.get(agency, now)
        turn = min(max(last, now + SOONEST * self._speed) + BETWEEN * self._speed, now + LATEST * self._speed)
        self._turns[agency] = turn
        return turn
