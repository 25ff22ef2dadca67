"""The driver's steps. A later one implies the earlier ones; a repeated one changes nothing."""

from __future__ import annotations

from datetime import datetime

from contracts.values import CustodyStep, Leg, OrderStatus, Role
from services.orders.domain.custody.proof import (
    NOTHING_SHOWN,
    Shown,
    driver_actor,
    proof_rules,
    require_proof,
    with_custody,
)
from services.orders.domain.errors import StepRefused, TooEarly
from services.orders.domain.order import Order
from services.orders.domain.transitions import Action, move
from services.orders.domain.trip.legs import complete_way_out, drive_back, has_way_back

S = OrderStatus
BEFORE_DRIVER = frozenset({S.SCHEDULED, S.AWAITING_MERCHANT, S.PREPARING, S.SEARCHING})
DRIVER_COMING = frozenset({S.ASSIGNED, S.AT_PICKUP})
# Statuses in which the step was made already, by itself or by a later one.
ALREADY_MADE: dict[Action, frozenset[OrderStatus]] = {
    Action.ARRIVE: frozenset(
        {S.AT_PICKUP, S.PICKED_UP, S.AWAITING_RETURN, S.RETURNING, S.RETURNED, S.COMPLETED}
    ),
    Action.PICK_UP: frozenset({S.PICKED_UP, S.AWAITING_RETURN, S.RETURNING, S.RETURNED, S.COMPLETED}),
    Action.DELIVER: frozenset({S.COMPLETED}),
}


def drive(
    order: Order,
    step: Action,
    driver_id: str,
    now: datetime,
    shown: Shown = NOTHING_SHOWN,
    leg: Leg | None = None,
) -> Order | None:
    """The order after the driver's step; None when it was made already.

    Raises `TooEarly` while an earlier step is missing that has to be reported itself, and `StepRefused`
    (`wrong_driver`, `order_ended`, `illegal_step`, and those of `require_proof`).
    """
    require_driver(order, driver_id)
    if has_way_back(order) and leg is Leg.BACK:
        return drive_back(order, step, now)
    if has_way_back(order) and step is Action.DELIVER:
        return complete_way_out(order, now)
    if order.status in ALREADY_MADE[step]:
        return None
    match step:
        case Action.PICK_UP:
            return _picked_up(order, driver_id, now, shown)
        case Action.DELIVER:
            return _delivered(order, driver_id, now, shown)
        case _:
            return move(order, step, Role.DRIVER, now)


def require_driver(order: Order, driver_id: str) -> None:
    """Check that this driver has the order.

    Raises `TooEarly` while the order has no driver yet, `StepRefused` (`wrong_driver`, `order_ended`).
    """
    if order.status in BEFORE_DRIVER:
        if driver_id in order.excluded_drivers:
            raise StepRefused("wrong_driver")
        raise TooEarly("illegal_step")
    if order.driver_id != driver_id:
        raise StepRefused("order_ended" if order.ended and order.driver_id is None else "wrong_driver")


def ensure_picked_up(order: Order, driver_id: str, now: datetime) -> Order:
    """The order picked up, also where the driver did not report it.

    Raises `TooEarly` where the pick-up needs a proof of its own, which may still arrive.
    """
    if order.status not in DRIVER_COMING:
        return order
    if proof_rules(order).pickup:
        raise TooEarly("illegal_step")
    return _picked_up(order, driver_id, now, NOTHING_SHOWN)


def _picked_up(order: Order, driver_id: str, now: datetime, shown: Shown) -> Order:
    # An essential proposal without an answer is void: the kitchen has cooked, and the courier has the food.
    agreed = None if order.waits_for_answer else order.proposal
    moved = move(order, Action.PICK_UP, Role.DRIVER, now, proposal=agreed)
    require_proof(order, proof_rules(order).pickup, shown)
    return with_custody(moved, CustodyStep.PICKED_UP, driver_actor(driver_id), now, shown.envelope)


def _delivered(order: Order, driver_id: str, now: datetime, shown: Shown) -> Order:
    delivered = move(
        ensure_picked_up(order, driver_id, now), Action.DELIVER, Role.DRIVER, now, completed_at=now
    )
    require_proof(order, proof_rules(order).dropoff, shown)
    return with_custody(delivered, CustodyStep.DELIVERED, driver_actor(driver_id), now, shown.envelope)
