"""How an order ends, and how goods that could not be handed over go back."""

from __future__ import annotations

from pydantic import Field

from contracts.events.orders.event import OrderEvent
from contracts.shared_fields import OrderFare, ReasonCode
from contracts.values import Actor, Fare, Rupiah, Short, UtcTime


class OrderCompleted(OrderEvent):
    """The order is done."""

    fare: OrderFare
    distance_m: int = Field(
        description="Metres of the trip along the estimated road; on a trip with a way back, of both ways."
    )
    completed_at: UtcTime = Field(description="When it was done.")


class OrderRejected(OrderEvent):
    """The request was well-formed but refused by policy; the order exists as `rejected`."""

    reason: ReasonCode = Field(description="Why the order was refused, as a reason code.")


class OrderCancelled(OrderEvent):
    """The order ended before it was done."""

    by: Actor = Field(
        description="The party that cancelled it; `system` where time ran out or a route was closed."
    )
    reason: ReasonCode = Field(description="Why it was cancelled, as a reason code.")
    fee: Rupiah = Field(
        description="What cancelling costs, in whole rupiah; 0: nothing. `by` owes it; where the driver "
        "cancelled because the customer did not come, the customer does."
    )
    merchant_share: Rupiah = Field(
        default=0,
        description="The part of `fee` that the merchant gets for food already cooked, in whole rupiah.",
    )


class OrderUnserved(OrderEvent):
    """No driver or merchant could carry out the order."""

    reason: ReasonCode = Field(
        description="Why not, as a reason code: `no_driver`, `merchant_silent`, `call_112` …"
    )


class OrderHandedOver(OrderEvent):
    """The order is a case for the emergency services: the customer must call them at once."""

    to: Short = Field(description="The number to call, e.g. 112.")


class OrderAttemptFailed(OrderEvent):
    """The courier could not hand the goods over, and keeps them."""

    delivery_attempt: int = Field(
        description="How many attempts to hand over have failed, this one included."
    )
    reason: ReasonCode = Field(description="Why the attempt failed, as a reason code.")
    next_at: UtcTime | None = Field(
        default=None,
        description="When the courier tries again at the earliest; absent: this was the last attempt.",
    )


class OrderReturning(OrderEvent):
    """The goods go back to where they came from."""

    reason: ReasonCode = Field(description="Why the last attempt failed, as a reason code.")
    return_by: UtcTime | None = Field(
        default=None, description="By when the goods have to be back; absent: there is no deadline."
    )


class OrderReturned(OrderEvent):
    """The sender has the goods back."""

    reason: ReasonCode | None = Field(
        default=None, description="Why the last attempt failed, as a reason code; absent: not known."
    )
    fare: Fare | None = Field(
        default=None,
        description="What the payer owes for the attempts and the way back; absent: nothing.",
    )


class OrderReturnOverdue(OrderEvent):
    """The goods should be back, and it is not confirmed that they are. An alarm, raised once."""

    return_by: UtcTime = Field(description="By when the goods had to be back.")
