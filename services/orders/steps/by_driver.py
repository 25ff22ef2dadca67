"""Steps that the driver reports.

One that comes out of order leads to the same end; one without its proof is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from contracts.events.orders import (
    OrderAttemptFailed,
    OrderCompleted,
    OrderDriverArrived,
    OrderLegCompleted,
    OrderPickedUp,
    OrderReturning,
)
from contracts.message import Message
from contracts.requests.drivers import DriverArrived, DriverCancelled, DriverDeliveryFailed, DriverReturned
from contracts.values import Leg, OrderStatus, Value
from services.orders.domain.cancelling import waited_in_vain
from services.orders.domain.custody.proof import WrongCode
from services.orders.domain.custody.returning import attempt_failed, brought_back
from services.orders.domain.order import Order
from services.orders.domain.search.assigning import driver_gives_back
from services.orders.domain.transitions import Action
from services.orders.domain.trip.driving import drive
from services.orders.events import announce
from services.orders.ports import Codes
from services.orders.steps.endings import cancelled, reason_of
from services.orders.steps.proofs import shown, wrong_code
from services.runtime.change import Change, Entry

DRIVER_CANCELLED, BROUGHT_BACK = "driver_cancelled", "brought_back"


def trip_step(
    order: Order, message: Message[DriverArrived], now: datetime, *, codes: Codes
) -> Change[Order] | None:
    """Make the step of the trip that the type names: arrive, pick up, deliver."""
    request = message.data
    action, events_of = TRIP[message.type]
    proof = shown(order, request.proof, codes)
    try:
        after = drive(order, action, request.driver_id, now, proof, request.leg)
    except WrongCode as wrong:
        return wrong_code(wrong, message)
    if after is None:
        return None
    return Change(after, events_of(after), Entry(after.status, f"driver:{request.driver_id}"))


def gave_back(order: Order, message: Message[DriverCancelled], now: datetime) -> Change[Order] | None:
    """Search again without this driver, or cancel the order after a wait without a customer."""
    request = message.data
    reason = reason_of(request.reason, DRIVER_CANCELLED)
    in_vain = waited_in_vain(order, request.driver_id, reason, now)
    if in_vain is not None:
        return cancelled(in_vain)
    after = driver_gives_back(order, request.driver_id, message.time, now)
    if after is None or order.assignment is None:
        return None
    events = announce.searched_again(after, order.assignment, DRIVER_CANCELLED)
    return Change(after, events, Entry(after.status, f"driver:{request.driver_id}", DRIVER_CANCELLED))


def delivery_failed(
    order: Order, message: Message[DriverDeliveryFailed], now: datetime
) -> Change[Order] | None:
    """Count the failed attempt.

    The driver keeps the goods and tries again, or brings them back after the last one.
    """
    request = message.data
    after = attempt_failed(order, request.driver_id, request.reason, now)
    if after is None:
        return None
    state = after.delivery
    failed = announce.of(
        OrderAttemptFailed, after, delivery_attempt=state.failed, reason=state.reason, next_at=state.next_at
    )
    back = announce.of(OrderReturning, after, reason=state.reason, return_by=state.return_by)
    events = (failed, back) if after.status is OrderStatus.RETURNING else (failed,)
    return Change(after, events, Entry(after.status, f"driver:{request.driver_id}", state.reason))


def returned(
    order: Order, message: Message[DriverReturned], now: datetime, *, codes: Codes
) -> Change[Order] | None:
    """Note that the goods are back. A sender has them at once; an agency confirms its envelope itself."""
    request = message.data
    after = brought_back(order, request.driver_id, shown(order, request.proof, codes), now)
    if after is None:
        return None
    events = announce.returned(after) if after.ended else ()
    return Change(after, events, Entry(after.status, f"driver:{request.driver_id}", BROUGHT_BACK))


def _arrived(order: Order) -> tuple[Value, ...]:
    return (announce.of(OrderDriverArrived, order),)


def _picked_up(order: Order) -> tuple[Value, ...]:
    return (announce.of(OrderPickedUp, order, leg=order.leg),)


def _delivered(order: Order) -> tuple[Value, ...]:
    if order.status is OrderStatus.AWAITING_RETURN:
        return (announce.of(OrderLegCompleted, order, leg=Leg.OUT),)
    fare, metres = announce.fare(order), order.distance_m
    done = announce.of(OrderCompleted, order, fare=fare, distance_m=metres, completed_at=order.since)
    return (done, *announce.receipt(order))


TRIP: dict[str, tuple[Action, Callable[[Order], tuple[Value, ...]]]] = {
    "driver.arrived.v1": (Action.ARRIVE, _arrived),
    "driver.picked_up.v1": (Action.PICK_UP, _picked_up),
    "driver.delivered.v1": (Action.DELIVER, _delivered),
}
