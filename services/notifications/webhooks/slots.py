"""A bulkhead: limits how many posts to agencies run at once, so that agencies that hang delay no others."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

PER_AGENCY = 4
SHARED = 64
# Real time. Deliveries of one agency look again one after the other, so that a backlog is not read over and
# over.
SOONEST, BETWEEN, LATEST = timedelta(seconds=2), timedelta(seconds=0.02), timedelta(seconds=60)


class AgencySlots:
    """The first post to an agency always has a slot.

    It has at most `PER_AGENCY`; beyond the first ones, all share `SHARED`.

    However many agencies hang, they fill the shared slots only, and each other agency still gets one post at
    a time. `speed`: business seconds per real second.
    """

    def __init__(self, speed: float) -> None:
        self._speed = speed
        self._busy: Counter[str] = Counter()
        self._next_looks: dict[str, datetime] = {}

    def take(self, agency: str) -> bool:
        """Take a slot; False if none is free."""
        busy = self._busy[agency]
        if busy and (busy >= PER_AGENCY or self._busy.total() - len(+self._busy) >= SHARED):
            return False
        self._busy[agency] += 1
        return True

    def give_back(self, agency: str) -> None:
        """Free a slot: the post is over."""
        self._busy[agency] -= 1
        if not self._busy[agency]:
            del self._busy[agency]

    def next_look(self, agency: str, now: datetime) -> datetime:
        """When a delivery without a slot looks again: after the earlier ones of its agency."""
        last = self._next_looks.get(agency, now)
        soonest = max(last, now + SOONEST * self._speed)
        look = min(soonest + BETWEEN * self._speed, now + LATEST * self._speed)
        self._next_looks[agency] = look
        return look
