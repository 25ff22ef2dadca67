"""Undelivered goods: another attempt, then back to where they came from, by a deadline."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from contracts.reasons import UNDELIVERED
from contracts.values import Actor, CustodyStep, OrderStatus, ProofKind, Role
from services.orders.domain.custody.proof import (
    Shown,
    driver_actor,
    proof_rules,
    require_envelope,
    with_custody,
)
from services.orders.domain.custody.terms import BackTo
from services.orders.domain.errors import StepRefused, TooEarly
from services.orders.domain.order import Ending, Order
from services.orders.domain.transitions import Action, move
from services.orders.domain.trip.driving import ensure_picked_up, require_driver

DELIVERY_FAILED = "delivery_failed"
ON_WAY_BACK = frozenset({OrderStatus.RETURNING, OrderStatus.RETURNED})


def attempt_reason(said: str) -> str:
    """The courier's reason where it is a listed code, else the general one: free text may name a person."""
    return said if said in UNDELIVERED else DELIVERY_FAILED


def attempt_failed(order: Order, driver_id: str, said: str, now: datetime) -> Order | None:
    """The order with one more failed attempt: still on the way, or on the way back after the last one.

    None when the goods are on the way back already, or back.

    Raises `StepRefused` (`illegal_step` for a service without attempts, `order_ended`, `attempt_too_early`,
    and those of `require_driver`), `TooEarly` as `ensure_picked_up` does.
    """
    require_driver(order, driver_id)
    if order.status in ON_WAY_BACK:
        return None
    rules = order.policy.attempts if order.policy else None
    if rules is None:
        raise StepRefused("order_ended" if order.ended else "illegal_step")
    delivery = order.delivery
    if order.status is OrderStatus.PICKED_UP and delivery.next_at is not None and now < delivery.next_at:
        raise StepRefused("attempt_too_early")
    carried = ensure_picked_up(order, driver_id, now)
    counted = replace(delivery, failed=delivery.failed + 1, reason=attempt_reason(said), next_at=None)
    if counted.failed < rules.most:
        later = replace(counted, next_at=now + timedelta(minutes=rules.again_after_min))
        tried = move(carried, Action.FAIL_ATTEMPT, Role.DRIVER, now, delivery=later)
    else:
        last = replace(counted, return_by=now + timedelta(hours=rules.return_within_h))
        tried = move(carried, Action.SEND_BACK, Role.DRIVER, now, delivery=last)
    return with_custody(tried, CustodyStep.ATTEMPT_FAILED, driver_actor(driver_id), now)


def brought_back(order: Order, driver_id: str, shown: Shown, now: datetime) -> Order | None:
    """The order after the courier's report that the goods are back; None when it was reported before.

    For a sender that ends the order. An agency confirms first.

    Raises `StepRefused` (`wrong_driver`, `wrong_envelope`, `order_ended`), `TooEarly` before the way back
    has begun.
    """
    require_driver(order, driver_id)
    if order.status is OrderStatus.RETURNED or order.delivery.brought_back:
        return None
    if order.status is not OrderStatus.RETURNING:
        raise StepRefused("order_ended") if order.ended else TooEarly("illegal_step")
    if ProofKind.ENVELOPE in proof_rules(order).pickup:
        require_envelope(order, shown.envelope)
    attempts = order.policy.attempts if order.policy else None
    back = replace(order, delivery=replace(order.delivery, brought_back=True))
    if attempts is not None and attempts.back_to is BackTo.SENDER:
        back = move(back, Action.HAND_BACK, Role.DRIVER, now, ending=_ending(order, driver_actor(driver_id)))
    else:
        back = move(back, Action.BRING_BACK, Role.DRIVER, now)
    return with_custody(back, CustodyStep.BROUGHT_BACK, driver_actor(driver_id), now, shown.envelope)


def return_confirmed(order: Order, agency_id: str, envelope: str, now: datetime) -> Order | None:
    """The order as returned, whether or not the courier has reported it; None when it was confirmed before.

    Raises `StepRefused` (`wrong_actor`, `wrong_envelope`, `order_ended`), `TooEarly` before the way back
    has begun.
    """
    if order.agency_id != agency_id:
        raise StepRefused("wrong_actor")
    require_envelope(order, envelope)
    if order.status is OrderStatus.RETURNED:
        return None
    if order.status is not OrderStatus.RETURNING:
        raise StepRefused("order_ended") if order.ended else TooEarly("illegal_step")
    agency = Actor(role=Role.AGENCY, id=agency_id)
    returned = move(order, Action.CONFIRM_RETURN, Role.AGENCY, now, ending=_ending(order, agency))
    return with_custody(returned, CustodyStep.RETURN_CONFIRMED, agency, now, envelope)


def flag_overdue_return(order: Order, now: datetime) -> Order | None:
    """The order with the alarm noted, once the goods are overdue; None before that and the second time."""
    due = order.delivery.return_by
    if order.status is not OrderStatus.RETURNING or order.delivery.overdue or due is None or due > now:
        return None
    return replace(order, delivery=replace(order.delivery, overdue=True))


def _ending(order: Order, by: Actor) -> Ending:
    """The payer owes the agreed fare: the courier made every agreed attempt, and the way back."""
    return Ending(order.delivery.reason or DELIVERY_FAILED, by, order.fare.total if order.fare else 0)
