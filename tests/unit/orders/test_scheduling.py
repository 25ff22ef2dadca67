"""An order booked ahead: it waits for its searches, which are repeated, also after the service was down."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import bson
import pytest

from contracts.values import OrderStatus, Role
from services.orders.adapters.mongo import ORDER
from services.orders.domain.cancelling import CancellationReason, cancel
from services.orders.domain.errors import MatchRefused
from services.orders.domain.kitchen.cooking import accept
from services.orders.domain.kitchen.terms import MerchantRules
from services.orders.domain.order import Order
from services.orders.domain.search.assigning import (
    assign,
    begin_booked_search,
    driver_gives_back,
    end_overdue_search,
    match_withdrawn,
    search_failed,
)
from services.orders.domain.timers import timers
from services.orders.events import announce
from tests.support.orders import NOW, a_booked_order, a_party, an_assignment

S = OrderStatus


def minutes(number: float) -> datetime:
    return NOW + timedelta(minutes=number)


def searching(pickup_in: float = 90, at: float = 30) -> Order:
    order = begin_booked_search(a_booked_order(minutes(pickup_in)), minutes(at))
    assert order is not None
    return order


def test_an_order_booked_ahead_waits_for_its_first_search() -> None:
    order = a_booked_order(minutes(90))

    assert (order.status, order.search_starts_at, order.attempt) == (S.SCHEDULED, minutes(30), 0)
    assert timers(order) == {"search_begins": minutes(30)}
    assert order.fare is not None
    assert begin_booked_search(order, minutes(29)) is None


@pytest.mark.parametrize("pickup_in", [60, 45, 5, 1])
def test_an_order_booked_when_its_first_search_is_due_is_searched_at_once(pickup_in: float) -> None:
    order = a_booked_order(minutes(pickup_in))

    assert (order.status, order.attempt) == (S.SEARCHING, 1)
    assert announce.search_started(order).pickup_at == minutes(pickup_in)


@pytest.mark.parametrize("pickup_in", [-1, 60 * 24 * 365])
def test_an_order_booked_for_the_past_or_for_next_year_is_refused(pickup_in: float) -> None:
    order = a_booked_order(minutes(pickup_in))

    assert order.status is S.REJECTED
    assert order.ending is not None
    assert order.ending.reason in {"schedule_in_past", "schedule_too_far"}


def test_an_order_booked_ahead_comes_back_from_the_database_as_it_was() -> None:
    order = a_booked_order(minutes(90))

    assert (
        ORDER.decode(bson.decode(bson.encode(ORDER.encode(order)), bson.CodecOptions(tz_aware=True))) == order
    )


@pytest.mark.parametrize("late", [0, 10, 45, 60, 119])
def test_an_overdue_search_of_a_booked_order_begins_all_the_same(late: float) -> None:
    order = begin_booked_search(a_booked_order(minutes(90)), minutes(30 + late))

    assert order is not None
    assert (order.status, order.attempt, order.search_starts_at) == (S.SEARCHING, 1, None)


def test_a_search_that_could_not_begin_until_long_after_the_pickup_ends_with_its_reason() -> None:
    order = begin_booked_search(a_booked_order(minutes(90)), minutes(151))

    assert order is not None
    assert order.status is S.UNSERVED
    assert order.ending is not None
    assert order.ending.reason == "schedule_missed"
    assert timers(order) == {}


def test_a_search_without_a_driver_is_repeated_until_the_last_one() -> None:
    order, began = a_booked_order(minutes(90)), []

    while order.status is S.SCHEDULED and order.search_starts_at is not None:
        began.append(order.search_starts_at)
        searched = begin_booked_search(order, order.search_starts_at)
        assert searched is not None
        failed = search_failed(searched, searched.attempt, "no_driver", searched.since + timedelta(minutes=2))
        assert failed is not None
        order = failed

    assert began == [minutes(30), minutes(60), minutes(75), minutes(85)]
    assert order.status is S.UNSERVED
    assert order.ending is not None
    assert order.ending.reason == "no_driver"


def test_a_search_without_an_answer_is_repeated_too() -> None:
    order = end_overdue_search(searching(), minutes(33))

    assert order is not None
    assert (order.status, order.search_starts_at) == (S.SCHEDULED, minutes(60))


def test_searches_missed_while_the_service_was_down_are_not_made_up_for() -> None:
    late = searching(at=70)

    order = search_failed(late, 1, "no_driver", minutes(72))

    assert order is not None
    assert order.search_starts_at == minutes(75)


def test_a_match_that_comes_after_its_search_has_failed_is_refused() -> None:
    order = search_failed(searching(), 1, "no_driver", minutes(32))
    assert order is not None

    with pytest.raises(MatchRefused, match="order_moved_on"):
        assign(order, an_assignment(), minutes(33))


@pytest.mark.parametrize("role", [Role.CUSTOMER, Role.OPERATOR])
def test_an_order_that_waits_for_its_search_is_cancelled_without_a_fee(role: Role) -> None:
    order = cancel(
        a_booked_order(minutes(90)),
        a_party(role),
        CancellationReason(f"{role}_cancelled", "customer"),
        minutes(10),
    )

    assert order is not None
    assert (order.status, timers(order)) == (S.CANCELLED, {})
    assert order.ending is not None
    assert order.ending.fee == 0


@pytest.mark.parametrize(("at", "fee"), [(32, 0), (60, 0), (78, 0), (80, 1000)])
def test_the_free_minutes_of_a_booked_order_begin_when_its_driver_sets_out(at: float, fee: int) -> None:
    """Matched an hour ahead, the driver sets out 15 minutes before the pick-up; 4 minutes later it costs."""
    reserved = assign(searching(), replace(an_assignment(), at=minutes(31), eta_s=59 * 60), minutes(31))
    assert reserved is not None

    order = cancel(
        reserved, a_party(Role.CUSTOMER), CancellationReason("customer_cancelled", "customer"), minutes(at)
    )

    assert order is not None
    assert order.ending is not None
    assert order.ending.fee == fee


def test_an_order_that_loses_its_driver_is_searched_for_again_at_once() -> None:
    assigned = assign(searching(), an_assignment(), minutes(31))
    assert assigned is not None

    lost = match_withdrawn(assigned, "of-1", minutes(75))
    given_back = driver_gives_back(assigned, "d-7", minutes(40), minutes(40))

    assert lost is not None
    assert (lost.status, lost.attempt, lost.excluded_drivers) == (S.SEARCHING, 2, ())
    assert given_back is not None
    assert (given_back.status, given_back.attempt, given_back.excluded_drivers) == (S.SEARCHING, 2, ("d-7",))


def test_a_booked_meal_asks_its_merchant_when_its_time_comes() -> None:
    rules = MerchantRules(
        answer_s=60, most_minutes=60, most_items=10, largest_total=100_000, search_lead_s=300
    )
    booked = a_booked_order(minutes(90))
    assert booked.policy is not None
    meal = replace(booked, merchant_id="m-1", policy=replace(booked.policy, merchant=rules))

    asked = begin_booked_search(meal, minutes(30))
    assert asked is not None
    cooking = accept(asked, "m-1", 20, 0, minutes(31))
    assert cooking is not None

    assert (asked.status, timers(asked)) == (S.AWAITING_MERCHANT, {"merchant_silent": minutes(31)})
    assert (cooking.status, cooking.pickup_at) == (S.PREPARING, minutes(90))
