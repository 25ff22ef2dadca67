"""What only one party may read of an order: the merchant's slip, a proposal, a position, the receipt."""

from __future__ import annotations

from pydantic import Field

from contracts.shared_fields import MerchantId, OrderId
from contracts.values import (
    Actor,
    CustodyStep,
    Fare,
    Id,
    Item,
    Note,
    OrderStatus,
    Place,
    Point,
    UtcTime,
    Value,
)


class MerchantBriefed(Value):
    """Confidential, to the merchant: what to cook, or with `proposal_id` what the customer wants instead."""

    order_id: OrderId
    merchant_id: MerchantId
    items: list[Item] = Field(description="All items to cook, or those of the proposed change.")
    note: Note | None = Field(default=None, description="The customer's note; absent: none.")
    answer_until: UtcTime = Field(description="Until when the merchant may answer.")
    proposal_id: Id | None = Field(
        default=None,
        description="The change to accept or refuse with `order.change_answered`; absent: the order itself "
        "is meant.",
    )


class ProposalMade(Value):
    """Confidential, to the customer: what would change, and what it would cost."""

    proposal_id: Id = Field(description="The proposal, to be named in `order.change_answered`.")
    order_id: OrderId
    customer_id: Id = Field(description="The customer who is asked.")
    items: list[Item] | None = Field(
        default=None, description="All items after the change; absent: they stay as they are."
    )
    dropoff: Place | None = Field(
        default=None, description="The drop-off after the change; absent: it stays as it is."
    )
    fare: Fare = Field(description="What the order would cost with the change.")
    until: UtcTime = Field(
        description="Until when the customer may answer. Then the change is dropped, or the order "
        "cancelled where the merchant proposed it."
    )


class PositionShared(Point):
    """Confidential, to the customer: where their driver is. No service publishes it yet."""

    order_id: OrderId
    at: UtcTime = Field(description="When the driver was there.")


class Custody(Value):
    """A step in the chain of custody of the goods."""

    at: UtcTime = Field(description="When the step was made.")
    step: CustodyStep = Field(description="What happened to the goods.")
    by: Actor = Field(description="The party that made the step: the courier, or the agency.")
    envelope: Id | None = Field(
        default=None,
        description="The number read off the sealed envelope in this step; absent: none was read.",
    )


class ReceiptIssued(Value):
    """Confidential, to the agency: how the order ended, and the whole chain of custody."""

    order_id: OrderId
    agency_id: Id = Field(description="The agency that the receipt is for.")
    outcome: OrderStatus = Field(description="How the order ended.")
    at: UtcTime = Field(description="When the order ended.")
    custody: list[Custody] = Field(
        default=[],
        description="The steps of the goods from hand to hand, in order; empty: the service keeps no chain.",
    )
