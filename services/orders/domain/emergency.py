"""An emergency as a frozen value. It never holds the place, which is published once, to those who help."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from contracts.values import Actor, Role


@dataclass(frozen=True, slots=True)
class Emergency:
    """One press of the emergency button. `closed_by`: who has dealt with it; None while it is open."""

    emergency_id: str
    raised_by: Role
    raised_at: datetime
    driver_id: str | None = None
    order_id: str | None = None
    raised_by_id: str | None = None
    closed_by: Actor | None = None
    closed_at: datetime | None = None


def resolved(emergency: Emergency, by: Actor, now: datetime) -> Emergency | None:
    """The closed emergency; None when it was closed before."""
    return None if emergency.closed_at is not None else replace(emergency, closed_by=by, closed_at=now)
