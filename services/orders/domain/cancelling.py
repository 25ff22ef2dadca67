"""Who may cancel, until when, and at what fee."""

from __future__ import annotations

from datetime import datetime, timedelta

from contracts.values import Actor, OrderStatus, Role
from services.orders.domain.errors import StepRefused
from services.orders.domain.order import Ending, Order
from services.orders.domain.transitions import TRANSITIONS, Step, move


def cancel(order: Order, by: Actor, now: datetime) -> Order | None:
    """The cancelled order; None when it was cancelled before. Raises `StepRefused`."""
    require_party(order, by)
    if order.status is OrderStatus.CANCELLED:
        return None
    under_way = order.status in TRANSITIONS[Step.CANCEL_UNDER_WAY].sources
    if under_way and by.role is not Role.OPERATOR:
        raise StepRefused("illegal_step")
    step = Step.CANCEL_UNDER_WAY if under_way else Step.CANCEL
    ending = Ending(f"{by.role}_cancelled", by, cancellation_fee(order, by, now))
    return move(order, step, by.role, now, ending=ending)


def cancellation_fee(order: Order, by: Actor, now: datetime) -> int:
    """Whole rupiah that the customer owes; nobody else ever pays for cancelling."""
    assignment = order.assignment
    if by.role is not Role.CUSTOMER or assignment is None or order.policy is None:
        return 0
    rules = order.policy.cancellation
    if order.status is OrderStatus.AT_PICKUP:
        return rules.fee
    waited = now - assignment.at
    late = waited > timedelta(seconds=assignment.eta_s + rules.driver_late_s)
    return rules.fee if waited > timedelta(seconds=rules.free_s) and not late else 0


def require_party(order: Order, by: Actor) -> None:
    """Raises `StepRefused("wrong_actor")` for anybody who is no party of the order."""
    parties = {
        Role.CUSTOMER: order.customer.id,
        Role.AGENCY: order.agency_id,
        Role.DRIVER: order.driver_id,
        Role.MERCHANT: order.merchant_id,
        Role.RECIPIENT: order.recipient_id,
        Role.OPERATOR: by.id,
    }
    if by.role not in parties or parties[by.role] != by.id:
        raise StepRefused("wrong_actor")
