"""A meal through the orders service: the test plays the customer, the warung and matching."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from contracts.requests.merchants import MerchantRushStarted
from contracts.requests.orders import OrderChangeRequested
from contracts.values import Place
from tests.support.builders import a_cancellation_requested, a_match_made
from tests.support.meals import (
    BY_CUSTOMER,
    HOMESTAY,
    Known,
    a_change_answered,
    a_change_proposed,
    a_meal_accepted,
    a_meal_asked_for,
    a_meal_ready,
    a_meal_requested,
)

if TYPE_CHECKING:
    from tests.support.outside import OutsideApp

pytestmark = pytest.mark.usefixtures("warung")
NEARER = Place(lat=-8.2116, lng=114.3735, label="around the corner")


async def test_a_meal_is_cooked_while_its_courier_is_assigned(app: OutsideApp) -> None:
    await a_meal_asked_for(app)
    slip = await app.event("merchant.briefed.v1", order_id="o-1")

    await app.request(a_meal_accepted(ready_in_minutes=4))
    preparing = await app.event("order.preparing.v1")
    searched = await app.event("order.search_started.v1", order_id="o-1")
    await app.request(a_match_made())
    await app.event("order.driver_assigned.v1")
    await app.request(a_meal_ready())
    ready = await app.event("order.ready.v1")

    assert [item.sku for item in slip.data.items] == ["sego-tempong", "rujak-soto"]
    assert searched.data.pickup_at == preparing.data.ready_at
    assert ready.data.driver_id == "d-7"


async def test_only_the_courier_learns_the_room(app: OutsideApp) -> None:
    await a_meal_asked_for(app)
    await app.request(a_meal_ready())
    await app.event("order.search_started.v1", order_id="o-1")
    await app.request(a_match_made())

    briefed = await app.event("assignment.briefed.v1", order_id="o-1")

    assert briefed.data.dropoff.lodging.room == "7"
    assert briefed.data.dropoff.lodging.reception is True
    assert [item.quantity for item in briefed.data.items] == [2, 1]
    public = [
        event
        for event in app.events
        if event.type not in {"assignment.briefed.v1", "order.search_started.v1"}
    ]
    assert not any("Homestay Osing" in event.data.model_dump_json() for event in public)


async def test_a_sold_out_dish_is_replaced_when_the_customer_agrees(app: OutsideApp) -> None:
    await a_meal_asked_for(app)

    await app.request(a_change_proposed())
    made = await app.event("proposal.made.v1", order_id="o-1")
    await app.event("order.change_proposed.v1", order_id="o-1")
    await app.request(a_change_answered())
    changed = await app.event("order.changed.v1", order_id="o-1")

    assert (made.data.customer_id, made.data.fare.items_total) == ("c-1", 34_000)
    assert changed.data.fare.items_total == 34_000
    assert [slip.data.items[0].sku for slip in app.of_type("merchant.briefed.v1", order_id="o-1")] == [
        "sego-tempong",
        "rujak-soto",
    ]


async def test_refusing_the_merchants_proposal_ends_the_order_without_a_fee(app: OutsideApp) -> None:
    await a_meal_asked_for(app)
    await app.request(a_change_proposed())
    await app.event("order.change_proposed.v1", order_id="o-1")

    await app.request(a_change_answered(accepted=False))
    cancelled = await app.event("order.cancelled.v1", order_id="o-1")

    assert (cancelled.data.reason, cancelled.data.fee) == ("proposal_refused", 0)


async def test_a_rush_adds_its_minutes_and_may_pause_new_orders(app: OutsideApp, warung: Known) -> None:
    await a_meal_asked_for(app)
    await app.request(MerchantRushStarted(merchant_id="m-1", extra_minutes=15, pause_intake=True))
    await warung(paused=True)

    await app.request(a_meal_requested(order_id="o-2"))
    await app.event("order.rejected.v1", order_id="o-2", reason="merchant_in_rush")
    sent = await app.request(a_meal_accepted(ready_in_minutes=10))
    preparing = await app.event("order.preparing.v1", order_id="o-1")

    assert timedelta(minutes=25) <= preparing.data.ready_at - sent.time < timedelta(minutes=26)


async def test_the_courier_learns_the_new_drop_off(app: OutsideApp) -> None:
    await a_meal_asked_for(app)
    await app.request(a_meal_ready())
    await app.event("order.search_started.v1", order_id="o-1")
    await app.request(a_match_made())
    await app.event("assignment.briefed.v1", order_id="o-1")

    await app.request(OrderChangeRequested(order_id="o-1", by=BY_CUSTOMER, dropoff=NEARER))
    await app.event("order.changed.v1", order_id="o-1")

    doors = [briefed.data.dropoff.label for briefed in app.of_type("assignment.briefed.v1", order_id="o-1")]
    assert doors == [HOMESTAY["label"], NEARER.label]


async def test_cancelling_a_ready_meal_without_a_courier_costs_its_price(
    app: OutsideApp,
) -> None:
    await a_meal_asked_for(app)
    await app.request(a_meal_ready())
    await app.event("order.search_started.v1", order_id="o-1")

    await app.request(a_cancellation_requested())
    cancelled = await app.event("order.cancelled.v1")

    assert (cancelled.data.fee, cancelled.data.merchant_share) == (47_000, 47_000)
