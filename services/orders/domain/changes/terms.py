"""The rules for changes, and an open proposal: values that travel with the order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from contracts.values import Fare, Item, OrderStatus, Place, Role

S = OrderStatus
# In the order of an order's life: a change is allowed up to and with the status that the service names.
CHANGEABLE = (
    S.SCHEDULED,
    S.AWAITING_MERCHANT,
    S.PREPARING,
    S.SEARCHING,
    S.ASSIGNED,
    S.AT_PICKUP,
    S.PICKED_UP,
)


@dataclass(frozen=True, slots=True)
class ChangeRules:
    """What may be changed, and until when.

    `dropoff_until`, `items_until`: the last status in which it may be changed; None: never. `answer_s`: how
    long a proposal waits for its answer at most. `most_m`: the longest trip of the service, along the road.
    """

    dropoff_until: OrderStatus | None = None
    items_until: OrderStatus | None = None
    answer_s: int = 180
    most_m: int = 0


NO_CHANGES = ChangeRules()


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the order would become. `by`: who proposes it; `asks`: who has to answer; `until`: by when."""

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
