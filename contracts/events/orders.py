"""What happened to an order. Nothing here says who or where exactly; the confidential ones stand at the end."""

# ruff: noqa: RUF012  pydantic copies defaults for each model, and reads annotations
from __future__ import annotations

from pydantic import Field

from contracts.measures import Attempt, Audience, Metres, PerLocale, ReasonCode, Seconds
from contracts.values import (
    Actor,
    Carried,
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
    ProofKind,
    Requirements,
    Residence,
    Rupiah,
    SearchPolicy,
    Short,
    UtcTime,
    Value,
    Vehicle,
)


class OrderEvent(Value):
    """What every event of an order carries."""

    order_id: Id
    service: Id
    service_name: PerLocale = {}
    carries: Carried | None = None
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
    """The order ended before it was done; `fee` is what the canceller owes, `merchant_share` what of it is for food already cooked."""

    by: Actor
    reason: ReasonCode
    fee: Rupiah
    merchant_share: Rupiah = 0


class OrderUnserved(OrderEvent):
    """Nobody could carry it out."""

    reason: ReasonCode


class OrderScheduled(OrderEvent):
    """Booked ahead; a driver is searched from `search_starts_at` on."""

    scheduled_for: UtcTime
    search_starts_at: UtcTime


class OrderMerchantAsked(OrderEvent):
    """The merchant has the order and has not answered yet."""


class OrderPreparing(OrderEvent):
    """The merchant cooks; the meal should be ready at `ready_at`."""

    ready_at: UtcTime


class OrderReady(OrderEvent):
    """The meal stands on the counter."""


class OrderLegCompleted(OrderEvent):
    """A leg of a trip with a way back is done."""

    leg: Leg


class OrderAttemptFailed(OrderEvent):
    """The courier could not hand over; `next_at`: when he tries again, absent after the last attempt."""

    delivery_attempt: int
    reason: ReasonCode
    next_at: UtcTime | None = None


class OrderCodeIssued(OrderEvent):
    """The recipient gets a new one-time code; the digits are derived by who sends it, from this serial."""

    code_serial: int


class OrderReturning(OrderEvent):
    """The goods go back to where they came from, to be there by `return_by`."""

    reason: ReasonCode
    return_by: UtcTime | None = None


class OrderReturned(OrderEvent):
    """The sender has the goods back. `fare`: what the payer owes for the attempts and the way back; absent: nothing."""

    reason: ReasonCode | None = None
    fare: Fare | None = None


class OrderReturnOverdue(OrderEvent):
    """The goods should be back by now, and nobody has confirmed it: somebody has to look."""

    return_by: UtcTime


class OrderRouteClosed(OrderEvent):
    """The route was closed while the guest was on it, or will be before he is down: somebody has to look after him. The trip goes on."""

    route: Id
    closed_from: UtcTime


class OrderHandedOver(OrderEvent):
    """Not ours to carry out: who calls is told to call `to` at once."""

    to: Short


class OrderReported(OrderEvent):
    """The present state, as somebody asked."""

    status: OrderStatus
    since: UtcTime


class OrderSearchStarted(OrderEvent):
    """Confidential: a driver is wanted from `pickup` to `dropoff`.

    `takes_s`: for so long after the pick-up the driver is bound, where that is more than the way.
    """

    attempt: Attempt
    pickup: Place
    dropoff: Place
    pickup_at: UtcTime | None = None
    takes_s: Seconds | None = None
    requirements: Requirements
    priority: int = Field(default=0, ge=0, le=9)
    search: SearchPolicy
    excluded_drivers: list[Id] = []
    fare: Fare


class AssignmentBriefed(Value):
    """Confidential: what the assigned driver needs to know, and which proofs he has to show at either end."""

    order_id: Id
    driver_id: Id
    pickup: Place
    dropoff: Place
    pickup_at: UtcTime | None = None
    note: Note | None = None
    items: list[Item] = []
    requirements: Requirements | None = None
    proof_at_pickup: list[ProofKind] = []
    proof_at_dropoff: list[ProofKind] = []
