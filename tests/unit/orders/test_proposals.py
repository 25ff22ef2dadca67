"""Proposals of other items by the merchant: answered, lapsed, or void."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import bson
import pytest

from contracts.events.confidential import ReceiptIssued
from contracts.events.orders import OrderCancelled
from contracts.values import OrderStatus
from services.orders.adapters.mongo import ORDER
from services.orders.domain.changes.changing import (
    answer_proposal,
    lapse_proposal,
    propose_change,
)
from services.orders.domain.changes.drafting import WantedChange
from services.orders.domain.errors import StepRefused, TooEarly
from services.orders.domain.kitchen.cooking import accept, give_up_on_silent_merchant, search_while_cooking
from services.orders.domain.timers import timers
from services.orders.domain.transitions import Action
from services.orders.domain.trip.driving import drive
from services.orders.steps.by_party import answered
from tests.support.kitchen_orders import (
    NOW,
    a_meal,
    a_meal_being_cooked,
    a_meal_ready_for_a_courier,
    with_courier,
)
from tests.unit.orders.wishes import CUSTOMER, FARTHER, LESS, MERCHANT, UNTIL, asked, sold_out

S = OrderStatus


def test_a_sold_out_dish_waits_for_the_customers_answer_alone() -> None:
    waiting = sold_out(a_meal())

    assert timers(waiting) == {"proposal_lapsed": UNTIL}
    assert give_up_on_silent_merchant(waiting, NOW + timedelta(hours=1)) is None
    with pytest.raises(TooEarly, match="proposal_open"):
        accept(waiting, "m-1", 20, 0, NOW)
    with pytest.raises(StepRefused, match="wrong_actor"):
        answer_proposal(waiting, MERCHANT, "pr-1", NOW, accepted=True)


def test_accepting_the_merchants_proposal_changes_the_fare_and_asks_the_merchant_again() -> None:
    changed = answer_proposal(sold_out(a_meal()), CUSTOMER, "pr-1", NOW, accepted=True)

    assert changed.fare is not None
    assert (changed.items, changed.fare.items_total) == (LESS, 30_000)
    assert accept(changed, "m-1", 20, 0, NOW) is not None


def test_refusing_the_merchants_proposal_ends_the_order_free_of_charge() -> None:
    ended = answer_proposal(sold_out(a_meal_being_cooked()), CUSTOMER, "pr-1", NOW, accepted=False)

    assert ended.ending is not None
    assert (ended.status, ended.ending.reason, ended.ending.fee) == (S.CANCELLED, "proposal_refused", 0)


def test_a_merchants_proposal_without_an_answer_ends_the_order_when_its_time_is_over() -> None:
    waiting = sold_out(a_meal())

    assert lapse_proposal(waiting, UNTIL - timedelta(milliseconds=1)) is None
    ended = lapse_proposal(waiting, UNTIL + timedelta(hours=1))
    assert ended is not None
    assert ended.ending is not None
    assert (ended.status, ended.ending.reason) == (S.CANCELLED, "proposal_lapsed")


def test_no_search_begins_while_the_customer_has_to_answer() -> None:
    waiting = sold_out(a_meal_being_cooked())

    assert search_while_cooking(waiting, NOW + timedelta(hours=1)) is None
    going_on = answer_proposal(waiting, CUSTOMER, "pr-1", NOW, accepted=True)
    assert search_while_cooking(going_on, NOW + timedelta(hours=1)) is not None


def test_an_answer_to_another_proposal_is_refused() -> None:
    newer = sold_out(sold_out(a_meal()), "pr-9")

    with pytest.raises(StepRefused, match="unknown_proposal"):
        answer_proposal(newer, CUSTOMER, "pr-1", NOW, accepted=True)


def test_a_late_answer_is_refused() -> None:
    with pytest.raises(StepRefused, match="proposal_closed"):
        answer_proposal(sold_out(a_meal()), CUSTOMER, "pr-1", UNTIL, accepted=True)


def test_a_proposal_lasts_no_longer_than_the_service_allows() -> None:
    waiting = propose_change(
        a_meal(), "m-1", WantedChange("pr-1", items=LESS), NOW + timedelta(days=300), NOW
    )

    assert waiting is not None
    assert timers(waiting) == {"proposal_lapsed": NOW + timedelta(seconds=180)}


def test_an_order_with_a_proposal_comes_back_from_the_database_as_it_was() -> None:
    order = sold_out(a_meal())

    stored: dict[str, Any] = bson.decode(bson.encode(ORDER.encode(order)), bson.CodecOptions(tz_aware=True))

    assert ORDER.decode(stored) == order


def test_a_merchant_may_accept_while_a_proposal_about_the_drop_off_is_open() -> None:
    waiting = asked(a_meal(), dropoff=FARTHER)

    cooked = accept(waiting, "m-1", 10, 0, NOW + timedelta(seconds=5))

    assert cooked is not None
    assert (cooked.status, cooked.proposal) == (S.PREPARING, waiting.proposal)


def test_a_merchants_proposal_is_void_when_the_courier_picks_up_the_meal() -> None:
    waiting = sold_out(with_courier(a_meal_ready_for_a_courier()))

    carried = drive(waiting, Action.PICK_UP, "d-7", NOW)

    assert carried is not None
    assert (carried.status, carried.proposal) == (S.PICKED_UP, None)
    assert lapse_proposal(carried, NOW + timedelta(hours=1)) is None


def test_an_agency_gets_its_receipt_when_a_refused_proposal_ends_a_meal() -> None:
    waiting = replace(sold_out(a_meal_being_cooked()), agency_id="a-1")

    ended = answer_proposal(waiting, CUSTOMER, "pr-1", NOW, accepted=False)
    change = answered(ended, waiting, "customer:c-1", accepted=False)

    assert [type(event) for event in change.events] == [OrderCancelled, ReceiptIssued]
