"""Confidential events about driving an order: what matching and the assigned driver need to know."""

from __future__ import annotations

from pydantic import Field

from contracts.events.orders.event import OrderEvent
from contracts.shared_fields import Attempt, DriverId, Needs, OrderFare, OrderId
from contracts.values import Id, Item, Note, Place, ProofKind, Requirements, SearchPolicy, UtcTime, Value

PICKUP = "The exact place of the pick-up."
DROPOFF = "The exact place of the drop-off."
PICKUP_AT = "When the driver should be at the pick-up; absent: as soon as possible."


class OrderSearchStarted(OrderEvent):
    """Confidential, to matching: start the search for a driver."""

    attempt: Attempt
    pickup: Place = Field(description=PICKUP)
    dropoff: Place = Field(description=DROPOFF)
    pickup_at: UtcTime | None = Field(default=None, description=PICKUP_AT)
    takes_s: int | None = Field(
        default=None,
        description="Seconds that the driver is bound after the pick-up, where that is more than the ride; "
        "absent: the ride alone.",
    )
    requirements: Needs
    priority: int = Field(
        default=0,
        ge=0,
        le=9,
        description="From 0 to 9: when drivers are few, a higher one gets its driver sooner; from 7 on "
        "before every lower one.",
    )
    search: SearchPolicy = Field(description="How to search: how far, how many at once, and how long.")
    excluded_drivers: list[Id] = Field(
        default=[], description="Drivers who gave this order back; they are not asked again."
    )
    fare: OrderFare


class AssignmentBriefed(Value):
    """Confidential, to the assigned driver: where to go and what to carry; sent again after a change."""

    order_id: OrderId
    driver_id: DriverId
    pickup: Place = Field(description=PICKUP)
    dropoff: Place = Field(description=DROPOFF)
    pickup_at: UtcTime | None = Field(default=None, description=PICKUP_AT)
    note: Note | None = Field(default=None, description="The customer's note at the pick-up; absent: none.")
    items: list[Item] = Field(
        default=[], description="What to collect from the merchant; empty: nothing was listed."
    )
    requirements: Requirements | None = Field(
        default=None, description="What the order asks of its driver, and how to carry it; absent: nothing."
    )
    proof_at_pickup: list[ProofKind] = Field(
        default=[], description="What the courier must show at the pick-up, all of it; empty: nothing."
    )
    proof_at_dropoff: list[ProofKind] = Field(
        default=[], description="What the courier must show at the drop-off, all of it; empty: nothing."
    )
