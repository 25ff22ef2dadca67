"""Cancel an order: who may, until when, and at what fee."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from contracts.values import Actor, OrderStatus, Role
from services.orders.domain.errors import StepRefused
from services.orders.domain.kitchen.terms import KitchenStage
from services.orders.domain.order import Ending, Order
from services.orders.domain.parties import require_party
from services.orders.domain.payment.fees import CancellationMoment, FeeRow, fee_of, first_fitting_row
from services.orders.domain.transitions import TRANSITIONS, Action, move

S = OrderStatus
# Before the pick-up of a booked order. Matching makes it the driver's live order at the same time.
SETS_OUT_BEFORE = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class CancellationReason:
    """The reason code, and who is at fault."""

    reason: str
    fault: str


def cancel(order: Order, by: Actor, why: CancellationReason, now: datetime) -> Order | None:
    """The cancelled order; None when it was cancelled before.

    Raises `StepRefused`: `wrong_actor` for a person who takes no part, `order_ended`, and `illegal_step`
    once it is under way, when only an operator may cancel.
    """
    require_party(order, by)
    if order.status is S.CANCELLED:
        return None
    under_way = order.status in TRANSITIONS[Action.CANCEL_UNDER_WAY].sources
    if under_way and by.role is not Role.OPERATOR:
        raise StepRefused("illegal_step")
    step = Action.CANCEL_UNDER_WAY if under_way else Action.CANCEL
    return move(order, step, by.role, now, ending=_ending(order, by, why, now))


def waited_in_vain(order: Order, driver_id: str, why: CancellationReason, now: datetime) -> Order | None:
    """The order cancelled by a driver who has waited for the customer as long as the service asks.

    None where no row of the service's fee table fits, or where this driver does not wait at the pick-up.
    """
    by = Actor(role=Role.DRIVER, id=driver_id)
    if order.status is not S.AT_PICKUP or order.driver_id != driver_id or _row(order, by, why, now) is None:
        return None
    return move(order, Action.WAIT_IN_VAIN, Role.DRIVER, now, ending=_ending(order, by, why, now))


def cancellation_fee(order: Order, by: Actor, why: CancellationReason, now: datetime) -> int:
    """What the customer owes for it, whole rupiah; where the table says so, another canceller owes it."""
    return fee_of(_rows(order), _moment(order, by, why, now))


def _ending(order: Order, by: Actor, why: CancellationReason, now: datetime) -> Ending:
    """With the fee, and the part of it that pays the merchant for food that is not eaten."""
    row = _row(order, by, why, now)
    for_food = (
        round(order.fare.merchant_share * row.items_share)
        if row is not None and order.fare is not None
        else 0
    )
    return Ending(why.reason, by, cancellation_fee(order, by, why, now), for_food)


def _row(order: Order, by: Actor, why: CancellationReason, now: datetime) -> FeeRow | None:
    return first_fitting_row(_rows(order), _moment(order, by, why, now))


def _rows(order: Order) -> tuple[FeeRow, ...]:
    return order.policy.fees if order.policy else ()


def _moment(order: Order, by: Actor, why: CancellationReason, now: datetime) -> CancellationMoment:
    assignment = order.assignment
    return CancellationMoment(
        by=by.role,
        fault=why.fault,
        status=order.status,
        now=now,
        matched_at=_driver_set_out_at(order),
        due=assignment.due if assignment else None,
        arrived_at=order.since if order.status is S.AT_PICKUP else None,
        items_total=order.fare.items_total if order.fare else 0,
        cooked=order.kitchen is not None and order.kitchen.stage is not KitchenStage.ASKED,
    )


def _driver_set_out_at(order: Order) -> datetime | None:
    """When the driver set out: at the match, or for a booked order shortly before its pick-up."""
    if order.assignment is None or order.scheduled_for is None:
        return order.assignment.at if order.assignment else None
    return max(order.assignment.at, order.scheduled_for - SETS_OUT_BEFORE)
