"""A trip with a way back. The driver says to which leg a step belongs; without a leg it is the way out."""

from __future__ import annotations

from datetime import datetime

from contracts.values import Leg, OrderStatus, Role
from services.orders.domain.errors import TooEarly
from services.orders.domain.order import Order
from services.orders.domain.transitions import Action, move

S = OrderStatus


def has_way_back(order: Order) -> bool:
    """Whether the driver stays bound until the guest is brought back."""
    return order.policy is not None and order.policy.route is not None and order.policy.route.way_back


def complete_way_out(order: Order, now: datetime) -> Order | None:
    """The order waiting for the way back; None when the way out was completed before.

    A repeated report never ends the way back. Raises `StepRefused` (`order_ended`, `illegal_step`).
    """
    if order.status in {S.AWAITING_RETURN, S.COMPLETED} or order.leg is Leg.BACK:
        return None
    return move(order, Action.COMPLETE_LEG, Role.DRIVER, now, leg=Leg.OUT)


def drive_back(order: Order, step: Action, now: datetime) -> Order | None:
    """The order after a step of the way back; None when it was made already.

    A later step implies the earlier ones.

    Raises `TooEarly` for an arrival before the way out has ended, `StepRefused` (`order_ended`,
    `illegal_step`).
    """
    if order.status is S.COMPLETED:
        return None
    if step is Action.ARRIVE:
        if order.status is not S.AWAITING_RETURN and order.leg is not Leg.BACK:
            raise TooEarly("illegal_step")
        return None
    if order.leg is not Leg.BACK:
        there = complete_way_out(order, now) or order
        order = move(there, Action.HEAD_BACK, Role.DRIVER, now, leg=Leg.BACK)
        if step is Action.PICK_UP:
            return order
    return None if step is Action.PICK_UP else move(order, Action.DELIVER, Role.DRIVER, now, completed_at=now)
