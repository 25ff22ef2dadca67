"""Requests about an order, owned by the orders service."""

from __future__ import annotations

from pydantic import Field

from contracts.requests.details import Details
from contracts.shared_fields import Items, OrderId
from contracts.values import (
    Actor,
    Customer,
    Id,
    Note,
    Payer,
    Place,
    Point,
    Recipient,
    Rupiah,
    Short,
    UtcTime,
    Value,
)


class OrderRequested(Value):
    """Ask for a service, as a person or an agency."""

    order_id: Id = Field(
        description="The new order, under an id that the app chooses. The same request again changes "
        "nothing; another one under this id is rejected as `id_reused`."
    )
    service: Id = Field(
        description="The service to carry out, by its name in the catalogue: `ride`, `food`, `medicine`, "
        "`document`, `ijen`, `urgent`, `parcel`, or one that the operator added."
    )
    customer: Customer = Field(description="The customer who orders; they may change and cancel the order.")
    pickup: Place = Field(
        description="Where the driver picks up the passenger or the goods; where a merchant cooks, with "
        "its `merchant_id`."
    )
    dropoff: Place = Field(
        description="Where the passenger or the goods go; on a trip with a way back, where it turns round."
    )
    scheduled_for: UtcTime | None = Field(
        default=None,
        description="When to be picked up, if booked ahead; without it the order starts at once. A service "
        "may refuse it, or require it.",
    )
    items: Items = Field(
        default=[], description="What to buy from the merchant; empty for a service without merchants."
    )
    payer: Payer | None = Field(
        default=None,
        description="The party that pays. Without it the service's programme pays for the people whom an "
        "agency attested, otherwise the customer pays.",
    )
    recipient: Recipient | None = Field(
        default=None,
        description="The person who receives the goods and gets the one-time code; without it the customer "
        "does. Some services require it.",
    )
    agency_id: Id | None = Field(
        default=None,
        description="The agency that the order is for: it gets the receipt and may cancel. An agency that "
        "orders leaves it out or names itself.",
    )
    max_fare: Rupiah | None = Field(
        default=None,
        description="Refuse the order (`fare_above_limit`) if it would cost more than this, in whole "
        "rupiah; without it any fare is accepted.",
    )
    details: Details = Field(
        default={},
        description="What only this service asks for, e.g. `triage` (urgent), `envelope` (document), "
        "`weight_kg` and `size` (parcel); other keys are dropped.",
    )


class OrderCancellationRequested(Value):
    """End an order before it is done."""

    order_id: OrderId
    by: Actor = Field(
        description="The party that cancels: the order's `customer`, `merchant` or `agency`, or an "
        "`operator`. After the pick-up only the last may."
    )
    reason: Short | None = Field(
        default=None,
        description="Why, as a reason code with which orders end; it decides whose fault it is, and the "
        "fee. Without it, and for any other text, the cancelling party's own code counts, e.g. "
        "`customer_cancelled`.",
    )


class OrderReportRequested(Value):
    """Ask where an order stands; `order.reported.v1` answers."""

    order_id: OrderId
    by: Actor = Field(
        description="The party that asks: the order's `customer`, `driver`, `merchant` or `agency`, or an "
        "`operator`."
    )


class OrderCodeRequested(Value):
    """Send the recipient a new one-time code; the one before is void at once."""

    order_id: OrderId
    by: Actor = Field(
        description="The party that asks for it: the order's `recipient`, `customer` or `agency`, or an "
        "`operator`."
    )


class OrderChangeRequested(Value):
    """Change the drop-off, the items or the note of an order.

    It is changed at once, or proposed first (`order.change_proposed.v1`) where another party has to agree.
    """

    order_id: OrderId
    by: Actor = Field(
        description="The party that wants the change: the order's `customer` or `agency`, or an `operator`."
    )
    dropoff: Place | None = Field(
        default=None, description="The new drop-off; without it the drop-off stays."
    )
    items: Items | None = Field(
        default=None,
        description="All items as they should be, unchanged ones included; without it the items stay.",
    )
    note: Note | None = Field(
        default=None,
        description="The new note at the pick-up, for merchant and driver; without it the note stays.",
    )


class OrderChangeAnswered(Value):
    """Accept or refuse a proposed change."""

    order_id: OrderId
    by: Actor = Field(
        description="The party that answers: the one that was asked, which is the `customer` (or their "
        "`agency`) or the `merchant`; or an `operator`."
    )
    proposal_id: Id = Field(
        description="The proposal that is answered, by the id of `proposal.made` or `merchant.briefed`."
    )
    accepted: bool = Field(
        description="true: make the change. false: leave the order as it is, or cancel it without a fee "
        "where the merchant cannot cook it otherwise."
    )


class OrderEmergencyRaised(Value):
    """Call for help during an order; it is never refused, not even after the end of the order."""

    order_id: Id = Field(
        description="The order during which it happens; the call is heard even if we do not know this id."
    )
    by: Actor = Field(
        description="The person who calls for help: `customer`, `driver`, `recipient`, `merchant`, "
        "`agency` or `operator`."
    )
    place: Point = Field(description="Where help is needed; only the emergency desk reads it.")


class EmergencyResolved(Value):
    """Close an emergency that the company has looked after."""

    emergency_id: Id = Field(description="The emergency to close, by the id of `emergency.raised`.")
    by: Actor = Field(description="The `operator` who looked after it.")
