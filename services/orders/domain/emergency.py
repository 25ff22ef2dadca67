"""An emergency as a frozen value. Where it is stays out of it: that leaves once, to those who help."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from contracts.values import Actor, Role


@dataclass(frozen=True, slots=True)
class Emergency:
    """One press of the button. `closed_by`: who has looked after it, None while nobody has."""

    emergency_id: str
    raised_by: Role
    raised_at: datetime
    driver_id: str | None = None
    order_id: str | None = None
    raised_by_id: str | None = None
    closed_by: Actor | None = None
    closed_at: datetime | None = None


def resolved(emergency: Emergency, by: Actor, now: datetime) -> Emergency | None:
    """Somebody of the company has looked after it; None when that is known."""
    return None if emergency.closed_at is not None else replace(emergency, closed_by=by, closed_at=now)
