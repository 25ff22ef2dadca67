"""The driver's steps; a later one implies the earlier ones, a repeated one changes nothing."""

from __future__ import annotations

from datetime import datetime

from contracts.values import OrderStatus, Role
from services.orders.domain.errors import StepRefused, TooEarly
from services.orders.domain.order import Order
from services.orders.domain.transitions import Step, move

S = OrderStatus
BEFORE_DRIVER = frozenset({S.SCHEDULED, S.AWAITING_MERCHANT, S.PREPARING, S.SEARCHING})
# Where the step has been made already, by itself or by a later one.
BEHIND: dict[Step, frozenset[OrderStatus]] = {
    Step.ARRIVE: frozenset({S.AT_PICKUP, S.PICKED_UP, S.AWAITING_RETURN, S.RETURNING, S.RETURNED, S.COMPLETED}),
    Step.PICK_UP: frozenset({S.PICKED_UP, S.AWAITING_RETURN, S.RETURNING, S.RETURNED, S.COMPLETED}),
    Step.DELIVER: frozenset({S.COMPLETED}),
}


def drive(order: Order, step: Step, driver_id: str, now: datetime) -> Order | None:
    """The order after the driver's step; None when it is behind him.

    Raises `TooEarly` while the order has no driver yet, `StepRefused` (`wrong_driver`, `order_ended`).
    """
    if order.status in BEFORE_DRIVER:
        if driver_id in order.excluded_drivers:
            raise StepRefused("wrong_driver")
        raise TooEarly("illegal_step")
    if order.driver_id != driver_id:
        raise StepRefused("order_ended" if order.ended and order.driver_id is None else "wrong_driver")
    if order.status in BEHIND[step]:
        return None
    completed = {"completed_at": now} if step is Step.DELIVER else {}
    return move(order, step, Role.DRIVER, now, **completed)
