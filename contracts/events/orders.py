"""What happened to an order. Nothing here says who or where exactly; the confidential ones stand at the end."""

# ruff: noqa: RUF012  pydantic copies defaults for each model, and reads annotations
from __future__ import annotations

from pydantic import Field

from contracts.measures import Attempt, Audience, Metres, PerLocale, ReasonCode, Seconds
from contracts.values import (
    Actor,
    Customer,
    DistrictCode,
    Fare,
    Id,
    Item,
    Leg,
    Note,
    OrderStatus,
    Payer,
    Place,
    Requirements,
    Residence,
    Rupiah,
    SearchPolicy,
    UtcTime,
    Value,
    Vehicle,
)


class OrderEvent(Value):
    """What every event of an order carries."""

    order_id: Id
    service: Id
    service_name: PerLocale = {}
    customer: Customer
    recipient_id: Id | None = None
    merchant_id: Id | None = None
    agency_id: Id | None = None
    driver_id: Id | None = None
    payer: Payer
    pickup_district: DistrictCode | None = None
    dropoff_district: DistrictCode | None = None
    tell: Audience = []
    notices: PerLocale | None = None


class OrderAccepted(OrderEvent):
    """The order exists and will be carried out at this fare."""

    fare: Fare


class OrderRejected(OrderEvent):
    """Well-formed but refused by policy; the order exists as `rejected`."""

    reason: ReasonCode


class OrderDriverAssigned(OrderEvent):
    """The order has its driver. `eta_s` seconds to the pick-up."""

    driver_id: Id
    attempt: Attempt
    vehicle: Vehicle
    residence: Residence
    eta_s: Seconds


class OrderDriverUnassigned(OrderEvent):
    """The driver is gone; `driver_id` names who it was, and another one is searched."""

    driver_id: Id
    attempt: Attempt
    reason: ReasonCode


class OrderMatchRefused(OrderEvent):
    """The order had ended or moved on when the match came; matching frees the driver."""

    driver_id: Id
    offer_id: Id
    attempt: Attempt
    reason: ReasonCode


class OrderDriverArrived(OrderEvent):
    """The driver stands at the pick-up."""

    leg: Leg | None = None


class OrderPickedUp(OrderEvent):
    """Passenger or goods are under way."""

    leg: Leg | None = None


class OrderCompleted(OrderEvent):
    """The order is done. `distance_m` metres along the estimated road."""

    fare: Fare
    distance_m: Metres
    completed_at: UtcTime


class OrderCancelled(OrderEvent):
    """The order ended before it was done; `fee` is what the canceller owes."""

    by: Actor
    reason: ReasonCode
    fee: Rupiah


class OrderUnserved(OrderEvent):
    """Nobody could carry it out."""

    reason: ReasonCode


class OrderReported(OrderEvent):
    """The present state, as somebody asked."""

    status: OrderStatus
    since: UtcTime


class OrderSearchStarted(OrderEvent):
    """Confidential: a driver is wanted from `pickup` to `dropoff`."""

    attempt: Attempt
    pickup: Place
    dropoff: Place
    pickup_at: UtcTime | None = None
    requirements: Requirements
    priority: int = Field(default=0, ge=0, le=9)
    search: SearchPolicy
    excluded_drivers: list[Id] = []
    fare: Fare


class AssignmentBriefed(Value):
    """Confidential: what the assigned driver needs to know."""

    order_id: Id
    driver_id: Id
    pickup: Place
    dropoff: Place
    note: Note | None = None
    items: list[Item] = []
