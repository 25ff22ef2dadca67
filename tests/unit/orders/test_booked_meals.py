"""A meal booked for the evening: the merchant is asked when it is due, and cooks during the searches."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from contracts.values import Actor, OrderStatus, Role
from services.orders.domain.cancelling import CancellationReason, cancel
from services.orders.domain.changes.changing import answer_proposal, lapse_proposal, propose_change
from services.orders.domain.changes.drafting import WantedChange
from services.orders.domain.kitchen.cooking import accept, ready, search_while_cooking
from services.orders.domain.kitchen.terms import KitchenStage
from services.orders.domain.order import Order
from services.orders.domain.search.assigning import begin_booked_search, search_failed
from services.orders.domain.timers import timers
from tests.support.kitchen_orders import ITEMS, MERCHANT, NOW, a_meal

S = OrderStatus
CUSTOMER = Actor(role=Role.CUSTOMER, id="c-1")
EVENING = NOW + timedelta(hours=7)


def before(minutes: float) -> datetime:
    return EVENING - timedelta(minutes=minutes)


def a_meal_asked_for() -> Order:
    order = begin_booked_search(a_meal(scheduled_for=EVENING), before(60))
    assert order is not None
    return order


def a_meal_cooking(minutes: int = 20) -> Order:
    order = accept(a_meal_asked_for(), "m-1", minutes, 0, before(58))
    assert order is not None
    return order


def a_meal_waiting_for_its_next_search() -> Order:
    searched = search_while_cooking(a_meal_cooking(), before(30))
    assert searched is not None
    order = search_failed(searched, 1, "no_driver", before(28))
    assert order is not None
    return order


def test_a_meal_is_booked_at_a_warung_that_is_still_closed() -> None:
    order = a_meal(replace(MERCHANT, is_open=False), scheduled_for=EVENING)

    assert (order.status, order.kitchen, timers(order)) == (S.SCHEDULED, None, {"search_begins": before(60)})


def test_a_meal_for_the_next_hour_needs_a_warung_that_is_open() -> None:
    order = a_meal(replace(MERCHANT, is_open=False), scheduled_for=NOW + timedelta(minutes=40))

    assert order.ending is not None
    assert order.ending.reason == "merchant_closed"


def test_a_booked_meal_is_ready_at_its_pick_up_and_not_an_hour_before() -> None:
    order = a_meal_cooking(minutes=20)

    assert order.kitchen is not None
    assert (order.kitchen.ready_at, order.pickup_at) == (EVENING, EVENING)
    assert timers(order) == {"search_due": before(30)}


def test_a_meal_that_takes_longer_moves_its_pick_up_and_its_searches() -> None:
    order = a_meal_cooking(minutes=90)

    assert order.pickup_at == before(58) + timedelta(minutes=90)
    assert timers(order) == {"search_due": order.pickup_at - timedelta(minutes=60)}


def test_a_meal_is_searched_for_again_until_the_last_search_before_it_is_ready() -> None:
    waiting = a_meal_waiting_for_its_next_search()

    searched = begin_booked_search(waiting, before(15))

    assert (waiting.status, waiting.search_starts_at) == (S.SCHEDULED, before(15))
    assert searched is not None
    assert (searched.status, searched.attempt) == (S.SEARCHING, 2)


def test_a_meal_that_is_ready_between_two_searches_is_searched_for_at_once() -> None:
    order = ready(a_meal_waiting_for_its_next_search(), "m-1", before(20))

    assert order is not None
    assert order.kitchen is not None
    assert (order.status, order.kitchen.stage, order.attempt) == (S.SEARCHING, KitchenStage.READY, 2)


@pytest.mark.parametrize("accepted", [True, False])
def test_a_sold_out_dish_between_two_searches_stops_the_next_one_until_the_customer_answers(
    accepted: bool,
) -> None:
    waiting = a_meal_waiting_for_its_next_search()
    asked = propose_change(waiting, "m-1", WantedChange("pr-1", items=ITEMS[:1]), before(13), before(16))
    assert asked is not None

    answered = answer_proposal(asked, CUSTOMER, "pr-1", before(14), accepted=accepted)

    assert begin_booked_search(asked, before(14)) is None
    assert answered.status is (S.SCHEDULED if accepted else S.CANCELLED)
    assert bool(timers(answered)) is accepted


def test_cancelling_a_booked_meal_costs_its_dishes_once_the_kitchen_has_begun() -> None:
    fees = [
        cancelled.ending.fee
        for order in (
            a_meal(scheduled_for=EVENING),
            a_meal_asked_for(),
            a_meal_cooking(),
            a_meal_waiting_for_its_next_search(),
        )
        if (
            cancelled := cancel(
                order, CUSTOMER, CancellationReason("customer_cancelled", "customer"), before(20)
            )
        )
        is not None
        and cancelled.ending is not None
    ]

    assert fees == [0, 0, 47_000, 47_000]


def test_a_proposal_without_an_answer_ends_the_meal_although_its_search_is_overdue() -> None:
    asked = propose_change(
        a_meal_waiting_for_its_next_search(),
        "m-1",
        WantedChange("pr-1", items=ITEMS[:1]),
        before(13),
        before(16),
    )
    assert asked is not None

    ended = lapse_proposal(asked, before(10))

    assert begin_booked_search(asked, before(10)) is None
    assert ended is not None
    assert ended.status is S.CANCELLED
