"""The causes of changes that no message carries: the clock, and further writes for the same message."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from services.runtime.change import Cause

SOURCE = "/gancang/matching"
# The author of a line of history that no person caused
CLOCK, MATCHING, ORDERS = "clock", "matching", "orders"


def follow_up(cause: Cause) -> Cause:
    """The cause of a further write for the same message: the first one's mark must not make it a repeat."""
    return replace(cause, source=SOURCE, remembered=False)


def clock_cause(what: str, now: datetime) -> Cause:
    """A timer of ours as the cause."""
    return Cause(source=SOURCE, id=f"timer:{what}", time=now, remembered=False)


def once_per_offer(what: str, offer_id: str, now: datetime) -> Cause:
    """The cause of what happens to an offer once, in any process and however often noticed."""
    return Cause(source=SOURCE, id=f"{what}:{offer_id}", time=now)
