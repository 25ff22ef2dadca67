"""What only one party may read of an order: the merchant's slip, a proposal, where the driver is, the agency's receipt."""

# ruff: noqa: RUF012  pydantic copies defaults for each model, and reads annotations
from __future__ import annotations

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
    """Confidential, to the merchant: what to cook, and by when to answer.

    With `proposal_id` it is what the customer would rather have: `order.change_answered.v1` says yes or no to that.
    """

    order_id: Id
    merchant_id: Id
    items: list[Item]
    note: Note | None = None
    answer_until: UtcTime
    proposal_id: Id | None = None


class ProposalMade(Value):
    """Confidential, to the customer: what would change, and what it would cost."""

    proposal_id: Id
    order_id: Id
    customer_id: Id
    items: list[Item] | None = None
    dropoff: Place | None = None
    fare: Fare
    until: UtcTime


class PositionShared(Point):
    """Confidential, to the customer: where his driver is."""

    order_id: Id
    at: UtcTime


class Custody(Value):
    """Who had the goods from when on; `envelope` is the number that was read off them."""

    at: UtcTime
    step: CustodyStep
    by: Actor
    envelope: Id | None = None


class ReceiptIssued(Value):
    """Confidential, to the agency: how it ended, and the whole chain of custody."""

    order_id: Id
    agency_id: Id
    outcome: OrderStatus
    at: UtcTime
    custody: list[Custody] = []
