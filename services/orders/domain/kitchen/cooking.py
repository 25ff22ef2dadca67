"""What a merchant does with an order: accept, cook and have it ready; or refuse, or not answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from contracts.values import Actor, OrderStatus, Role
from services.orders.domain.booking.waiting import next_search_at
from services.orders.domain.errors import StepRefused, TooEarly
from services.orders.domain.kitchen.terms import Kitchen, KitchenStage, MerchantRules
from services.orders.domain.order import SYSTEM, Ending, Order
from services.orders.domain.search.starting import start_search
from services.orders.domain.transitions import Action, move

SEARCHED_OR_DRIVEN = frozenset({OrderStatus.SEARCHING, OrderStatus.ASSIGNED, OrderStatus.AT_PICKUP})


def ask_merchant(order: Order, rules: MerchantRules, now: datetime) -> Order:
    """The order waiting for its merchant's answer."""
    kitchen = Kitchen(KitchenStage.ASKED, now + timedelta(seconds=rules.answer_s))
    return replace(order, status=OrderStatus.AWAITING_MERCHANT, since=now, kitchen=kitchen)


def accept(order: Order, merchant_id: str, minutes: int, rush_minutes: int, now: datetime) -> Order | None:
    """The order being cooked; None when it is already.

    `minutes`: how long the merchant needs; `rush_minutes` are added. A booked meal is ready at its pick-up,
    and its search starts as early as the service's searches do.

    Raises `StepRefused` (`wrong_actor`, `takes_too_long`, `order_ended`, `illegal_step`) and `TooEarly`
    before the merchant was asked, or while the customer has to answer a proposal.
    """
    kitchen, rules = require_kitchen(order, merchant_id)
    if kitchen.stage is not KitchenStage.ASKED and not order.ended:
        return None
    if minutes > rules.most_minutes:
        raise StepRefused("takes_too_long")
    if order.waits_for_answer:
        raise TooEarly("proposal_open")
    ready_at = max(now + timedelta(minutes=minutes + rush_minutes), order.scheduled_for or now)
    cooking = replace(kitchen, stage=KitchenStage.PREPARING, ready_at=ready_at)
    booked = next_search_at(replace(order, kitchen=cooking), now)
    search_at = booked or max(now, ready_at - timedelta(seconds=rules.search_lead_s))
    return move(order, Action.COOK, Role.MERCHANT, now, kitchen=replace(cooking, search_at=search_at))


def reject(order: Order, merchant_id: str, now: datetime) -> Order | None:
    """The order as unserved; None when the merchant has refused it before.

    Raises `StepRefused` (`wrong_actor`, `order_ended`, `illegal_step`), `TooEarly` before the merchant was
    asked.
    """
    require_kitchen(order, merchant_id)
    if order.ending is not None and order.ending.reason == "merchant_rejected":
        return None
    by = Actor(role=Role.MERCHANT, id=merchant_id)
    return move(
        order, Action.REJECT, Role.MERCHANT, now, ending=Ending("merchant_rejected", by), proposal=None
    )


def ready(order: Order, merchant_id: str, now: datetime) -> Order | None:
    """The order with its food ready; None when it was ready before. The search starts where none has begun.

    An order in a search, or with a driver, keeps its status.

    Raises `StepRefused` (`wrong_actor`, `order_ended`, `illegal_step`) and `TooEarly` before the merchant
    was asked, or while the customer has to answer a proposal.
    """
    kitchen, _ = require_kitchen(order, merchant_id)
    if kitchen.stage is KitchenStage.READY:
        return None
    if order.waits_for_answer:
        raise TooEarly("proposal_open")
    done = replace(kitchen, stage=KitchenStage.READY, ready_at=now)
    match order.status:
        case OrderStatus.AWAITING_MERCHANT:  # a later step implies the earlier one
            return start_search(move(order, Action.COOK, Role.MERCHANT, now, kitchen=done), now)
        case OrderStatus.PREPARING | OrderStatus.SCHEDULED:
            return start_search(replace(order, kitchen=done), now)
        case status if status in SEARCHED_OR_DRIVEN:
            return replace(order, kitchen=done)
        case _:
            raise StepRefused("order_ended" if order.ended else "illegal_step")


def give_up_on_silent_merchant(order: Order, now: datetime) -> Order | None:
    """The order as unserved once the merchant's answer is overdue; None before that, or after an answer."""
    kitchen = order.kitchen
    if order.status is not OrderStatus.AWAITING_MERCHANT or kitchen is None or kitchen.answer_until > now:
        return None
    if order.waits_for_answer:
        return None
    return move(order, Action.GIVE_UP, Role.SYSTEM, now, ending=Ending("merchant_silent", SYSTEM))


def search_while_cooking(order: Order, now: datetime) -> Order | None:
    """The order in its search, once a courier found now comes for ready food; None before that."""
    kitchen = order.kitchen
    if order.status is not OrderStatus.PREPARING or kitchen is None or kitchen.search_at is None:
        return None
    return None if order.waits_for_answer or kitchen.search_at > now else start_search(order, now)


def require_kitchen(order: Order, merchant_id: str) -> tuple[Kitchen, MerchantRules]:
    """The kitchen of the order, and the rules for it, where this is its merchant.

    Raises `StepRefused` (`wrong_actor`, `order_ended`), `TooEarly` before the merchant was asked.
    """
    rules = order.policy.merchant if order.policy else None
    if order.merchant_id != merchant_id or rules is None:
        raise StepRefused("wrong_actor")
    if order.kitchen is None:
        if order.ended:
            raise StepRefused("order_ended")
        raise TooEarly("illegal_step")
    return order.kitchen, rules
