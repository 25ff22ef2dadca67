"""A meal through the orders service: the test plays the customer, the warung and matching."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from contracts.codec import binary_headers
from contracts.requests.merchants import MerchantRushStarted
from contracts.requests.orders import OrderChangeRequested
from contracts.values import Place
from services.runtime.storage import database
from tests.support.builders import STATION, a_cancellation_requested, a_match_made
from tests.support.eventually import eventually
from tests.support.meals import (
    BY_CUSTOMER,
    HOMESTAY,
    RUJAK,
    TEMPONG,
    a_change_answered,
    a_change_proposed,
    a_meal_accepted,
    a_meal_ready,
    a_meal_rejected,
    a_meal_requested,
    an_open_merchant,
)
from tests.support.outside import a_fresh_message

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.support.outside import OutsideApp

pytestmark = pytest.mark.usefixtures("warung")
Known = Callable[..., Awaitable[None]]
NEARER = Place(lat=-8.2116, lng=114.3735, label="around the corner")


@pytest.fixture
async def warung(app: OutsideApp, database_uri: str) -> AsyncIterator[Known]:
    """An open merchant. Yields a wait for what is stored of it, because its facts make no events."""
    client = database.connect(database_uri)
    merchants = database.database_of(client)["merchants"]

    async def known(**state: Any) -> None:
        async def is_so() -> bool:
            return (
                await merchants.find_one(
                    {"_id": "m-1", **{f"state.{name}": value for name, value in state.items()}}
                )
                is not None
            )

        await eventually(is_so, within=20)

    for fact in an_open_merchant():
        await app.request(fact)
    await known(is_open=True, **{"residence.by": "dispendukcapil"})
    yield known
    client.close()


async def a_meal_asked_for(app: OutsideApp) -> None:
    await app.request(a_meal_requested())
    await app.event("merchant.briefed.v1", order_id="o-1")


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


async def test_a_merchant_who_refuses_ends_the_order_and_the_given_reason_is_not_passed_on(
    app: OutsideApp,
) -> None:
    await a_meal_asked_for(app)

    await app.request(a_meal_rejected(reason="Bu Sri has a fever"))
    unserved = await app.event("order.unserved.v1", order_id="o-1")

    assert unserved.data.reason == "merchant_rejected"
    assert not any("fever" in event.data.model_dump_json() for event in app.events)


async def test_a_merchant_cannot_answer_for_another(app: OutsideApp) -> None:
    await a_meal_asked_for(app)

    await app.request(a_meal_accepted(merchant_id="m-2"))
    rejected = await app.event("request.rejected.v1")
    await app.request(a_cancellation_requested(by={"role": "merchant", "id": "m-2"}))
    await app.event(
        "request.rejected.v1", request_type="order.cancellation_requested.v1", reason="wrong_actor"
    )
    await app.request(a_cancellation_requested(by={"role": "merchant", "id": "m-1"}))
    cancelled = await app.event("order.cancelled.v1", order_id="o-1")

    assert (rejected.data.request_type, rejected.data.reason) == ("merchant.order_accepted.v1", "wrong_actor")
    assert cancelled.data.reason == "merchant_cancelled"


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


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"pickup": STATION}, "merchant_missing"),
        ({"pickup": {**STATION, "merchant_id": "m-404"}}, "merchant_unknown"),
        ({"items": []}, "items_missing"),
        ({"items": [{**RUJAK, "unit_price": 0}]}, "item_price_invalid"),
        ({"items": [{**TEMPONG, "quantity": 1000}] * 10}, "too_many_items"),
        ({"service": "ride", "pickup": STATION}, "items_not_allowed"),
    ],
)
async def test_a_meal_outside_the_rules_is_rejected_with_a_reason(
    app: OutsideApp, changes: dict[str, Any], reason: str
) -> None:
    await app.request(a_meal_requested(**changes))

    rejected = await app.event("order.rejected.v1")

    assert rejected.data.reason == reason


@pytest.mark.parametrize(
    "items", [[{**RUJAK, "unit_price": -5}], [{**RUJAK, "quantity": 0}], [RUJAK] * 10_000]
)
async def test_impossible_items_are_rejected_by_the_schema(
    app: OutsideApp, items: list[dict[str, Any]]
) -> None:
    body = {**a_meal_requested().model_dump(mode="json"), "items": items}

    headers = binary_headers(a_fresh_message(a_meal_requested()))
    await app.send_raw(
        json.dumps(body).encode(),
        routing_key="order.requested.v1",
        headers=headers,
        content_type="application/json",
    )
    rejected = await app.event("request.rejected.v1")

    assert rejected.data.reason == "schema"
    assert rejected.data.pointer.startswith("/items")
