"""How an order goes on, from its acceptance until it is done."""

from __future__ import annotations

from pydantic import Field

from contracts.events.orders.event import OrderEvent
from contracts.shared_fields import Attempt, DriverResidence, OfferId, OrderFare, PickedVehicle, ReasonCode
from contracts.values import Id, Leg, OrderStatus, UtcTime


class OrderAccepted(OrderEvent):
    """The order exists and will be carried out at this fare."""

    fare: OrderFare


class OrderScheduled(OrderEvent):
    """The order is booked ahead and waits for its next search."""

    scheduled_for: UtcTime = Field(description="The booked time of the pick-up.")
    search_starts_at: UtcTime = Field(
        description="When the next search for a driver starts; where a merchant cooks, the first time when "
        "the merchant is asked."
    )


class OrderMerchantAsked(OrderEvent):
    """The merchant has the order and has not answered yet."""


class OrderPreparing(OrderEvent):
    """The merchant cooks."""

    ready_at: UtcTime = Field(description="When the food should be ready, the minutes of a rush included.")


class OrderReady(OrderEvent):
    """The food is ready to be picked up."""


class OrderDriverAssigned(OrderEvent):
    """The order has its driver."""

    driver_id: Id = Field(description="The driver who carries out the order.")
    attempt: Attempt
    vehicle: PickedVehicle
    residence: DriverResidence
    eta_s: int = Field(
        description="Estimated seconds from the driver's yes to the pick-up; for a booked order, to the "
        "booked time."
    )


class OrderDriverUnassigned(OrderEvent):
    """The driver no longer has the order, and another driver is searched."""

    driver_id: Id = Field(description="The driver who had the order until now.")
    attempt: Attempt
    reason: ReasonCode = Field(
        description="Why, as a reason code: `driver_cancelled`, `vanished`, `reservation_lost` …"
    )


class OrderMatchRefused(OrderEvent):
    """The order had ended or moved on when the match came; matching frees the driver."""

    driver_id: Id = Field(description="The driver who had accepted and is free again.")
    offer_id: OfferId
    attempt: Attempt
    reason: ReasonCode = Field(
        description="Why, as a reason code: `order_ended`, `order_moved_on` or `driver_excluded`."
    )


class OrderDriverArrived(OrderEvent):
    """The driver is at the pick-up."""

    leg: Leg | None = Field(
        default=None, description="The leg, on a trip with a way back; absent: the way out."
    )


class OrderPickedUp(OrderEvent):
    """The passenger or the goods are on the way."""

    leg: Leg | None = Field(
        default=None, description="The leg, on a trip with a way back; absent: the way out."
    )


class OrderLegCompleted(OrderEvent):
    """A leg of a trip with a way back is done."""

    leg: Leg = Field(description="The leg that is done.")


class OrderCodeIssued(OrderEvent):
    """The recipient gets a new one-time code. Its digits are derived from the serial, and never published."""

    code_serial: int = Field(
        description="Which code of the order it is, counted from 1; the codes before it are void."
    )


class OrderRouteClosed(OrderEvent):
    """The route closes while a guest is on it, or before they are down. An alarm; the trip goes on."""

    route: Id = Field(description="The route that closes, e.g. `ijen`.")
    closed_from: UtcTime = Field(description="Since when it is closed, or from when on it will be.")


class OrderReported(OrderEvent):
    """Where the order stands, as an answer to `order.report_requested.v1`."""

    status: OrderStatus = Field(description="Where the order stands now.")
    since: UtcTime = Field(description="When this status began.")
