"""A meal in the kitchen: the merchant answers or not, and the search for a courier starts in time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import bson
import pytest

from contracts.values import Item, OrderStatus
from services.orders.adapters.mongo import ORDER
from services.orders.domain.errors import StepRefused, TooEarly
from services.orders.domain.kitchen.cooking import (
    accept,
    give_up_on_silent_merchant,
    ready,
    reject,
    search_while_cooking,
)
from services.orders.domain.kitchen.terms import KitchenStage
from services.orders.domain.order import Order
from services.orders.domain.timers import timers
from tests.support.kitchen_orders import (
    ITEMS,
    MERCHANT,
    NOW,
    a_meal,
    a_meal_being_cooked,
    a_meal_ready_for_a_courier,
    with_courier,
)

if TYPE_CHECKING:
    from collections.abc import Callable

S = OrderStatus
DISH = ITEMS[0]


def stage(order: Order | None) -> KitchenStage | None:
    return order.kitchen.stage if order is not None and order.kitchen is not None else None


def test_the_merchant_is_asked_first() -> None:
    order = a_meal()

    assert (order.status, stage(order)) == (S.AWAITING_MERCHANT, KitchenStage.ASKED)
    assert order.fare is not None
    assert (order.fare.items_total, order.fare.merchant_share) == (47_000, 47_000)
    assert order.fare.total == 47_000 + order.fare.delivery


@pytest.mark.parametrize(
    ("items", "reason"),
    [
        ((), "items_missing"),
        ((DISH, DISH.model_copy(update={"unit_price": 0})), "item_price_invalid"),
        ((DISH.model_copy(update={"quantity": 51}),), "too_many_items"),
        ((DISH.model_copy(update={"quantity": 10, "unit_price": 100_001}),), "total_too_large"),
    ],
)
def test_items_outside_the_merchant_rules_are_rejected(items: tuple[Item, ...], reason: str) -> None:
    order = a_meal(items=items)

    assert order.ending is not None
    assert (order.status, order.ending.reason) == (S.REJECTED, reason)


def test_a_closed_merchant_is_not_asked() -> None:
    order = a_meal(replace(MERCHANT, is_open=False))

    assert order.ending is not None
    assert (order.status, order.ending.reason) == (S.REJECTED, "merchant_closed")


def test_the_search_starts_so_that_the_courier_comes_when_the_food_is_ready() -> None:
    order = a_meal_being_cooked(minutes=20)
    due = NOW + timedelta(minutes=15)

    assert timers(order) == {"search_due": due}
    assert search_while_cooking(order, due - timedelta(milliseconds=1)) is None
    searched = search_while_cooking(order, due)
    assert searched is not None
    assert (searched.status, searched.pickup_at) == (S.SEARCHING, NOW + timedelta(minutes=20))


def test_an_overdue_search_for_a_courier_begins_all_the_same() -> None:
    searched = search_while_cooking(a_meal_being_cooked(), NOW + timedelta(hours=3))

    assert searched is not None
    assert searched.status is S.SEARCHING


def test_the_search_for_a_quickly_cooked_meal_starts_at_once() -> None:
    assert timers(a_meal_being_cooked(minutes=3)) == {"search_due": NOW}


def test_a_rush_makes_the_meal_ready_later() -> None:
    order = a_meal_being_cooked(minutes=20, rush=15)

    assert order.pickup_at == NOW + timedelta(minutes=35)


def test_an_order_without_the_merchants_answer_ends_when_the_time_is_over_and_not_before() -> None:
    order = a_meal()
    due = timers(order)["merchant_silent"]

    assert give_up_on_silent_merchant(order, due - timedelta(milliseconds=1)) is None
    ended = give_up_on_silent_merchant(order, due)
    assert ended is not None
    assert ended.ending is not None
    assert (ended.status, ended.ending.reason) == (S.UNSERVED, "merchant_silent")
    assert give_up_on_silent_merchant(a_meal_being_cooked(), due) is None


def test_a_merchant_who_refuses_ends_the_order_once() -> None:
    ended = reject(a_meal(), "m-1", NOW)

    assert ended is not None
    assert ended.ending is not None
    assert (ended.status, ended.ending.reason) == (S.UNSERVED, "merchant_rejected")
    assert reject(ended, "m-1", NOW) is None


def test_the_search_for_a_meal_that_is_ready_early_starts_at_once() -> None:
    order = a_meal_ready_for_a_courier()

    assert (order.status, stage(order), order.attempt) == (S.SEARCHING, KitchenStage.READY, 1)


def test_being_ready_implies_that_the_merchant_has_accepted() -> None:
    order = ready(a_meal(), "m-1", NOW)

    assert order is not None
    assert (order.status, stage(order)) == (S.SEARCHING, KitchenStage.READY)


def test_being_ready_never_changes_the_status_of_an_order_that_is_driven() -> None:
    searched = search_while_cooking(a_meal_being_cooked(), NOW + timedelta(minutes=15))
    assert searched is not None
    driven = with_courier(searched)

    order = ready(driven, "m-1", NOW)

    assert (order.status if order else None, stage(order)) == (S.ASSIGNED, KitchenStage.READY)


@pytest.mark.parametrize(
    "say", [lambda order: accept(order, "m-1", 20, 0, NOW), lambda order: ready(order, "m-1", NOW)]
)
def test_a_repeated_report_of_the_merchant_changes_nothing(say: Callable[[Order], Order | None]) -> None:
    assert say(a_meal_ready_for_a_courier()) is None


@pytest.mark.parametrize(
    "say", [lambda order: accept(order, "m-2", 20, 0, NOW), lambda order: reject(order, "m-2", NOW)]
)
def test_a_merchant_never_answers_for_another(say: Callable[[Order], Order | None]) -> None:
    with pytest.raises(StepRefused, match="wrong_actor") as refused:
        say(a_meal())

    assert not isinstance(refused.value, TooEarly)


def test_a_merchant_who_needs_too_long_is_refused() -> None:
    with pytest.raises(StepRefused, match="takes_too_long"):
        accept(a_meal(), "m-1", 91, 0, NOW)


def test_an_answer_after_the_end_is_refused() -> None:
    ended = reject(a_meal(), "m-1", NOW)
    assert ended is not None

    with pytest.raises(StepRefused, match="order_ended"):
        accept(ended, "m-1", 20, 0, NOW)


@pytest.mark.parametrize(
    "order", [a_meal(), a_meal_being_cooked(), a_meal_ready_for_a_courier()], ids=lambda order: order.status
)
def test_a_meal_comes_back_from_the_database_as_it_was(order: Order) -> None:
    stored: dict[str, Any] = bson.decode(bson.encode(ORDER.encode(order)), bson.CodecOptions(tz_aware=True))

    assert ORDER.decode(stored) == order
