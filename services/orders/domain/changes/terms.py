"""A change that waits for somebody's yes, and until when a service lets people change things: plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from contracts.values import Fare, Item, OrderStatus, Place, Role


@dataclass(frozen=True, slots=True)
class ChangeRules:
    """The last status in which each may still be changed, None: never. `answer_s`: how long a proposal waits at most.

    `most_m`: how far the service goes along the road.
    """

    dropoff_until: OrderStatus | None = None
    items_until: OrderStatus | None = None
    answer_s: int = 180
    most_m: int = 0


NO_CHANGES = ChangeRules()


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the order would become. `asks`: whose yes it needs."""

    proposal_id: str
    by: Role
    asks: Role
    until: datetime
    fare: Fare
    items: tuple[Item, ...] | None = None
    dropoff: Place | None = None
    dropoff_district: str | None = None
    distance_m: int | None = None
    note: str | None = None

    @property
    def essential(self) -> bool:
        """Whether the order cannot go on without it: the merchant has nothing else to cook."""
        return self.by is Role.MERCHANT
