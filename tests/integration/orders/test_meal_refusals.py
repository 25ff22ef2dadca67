"""Meals that are refused: by the merchant, by policy, or by the schema."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from contracts.codec import binary_headers
from tests.support.builders import STATION, a_cancellation_requested
from tests.support.meals import (
    RUJAK,
    TEMPONG,
    a_meal_accepted,
    a_meal_asked_for,
    a_meal_rejected,
    a_meal_requested,
)
from tests.support.outside import a_fresh_message

if TYPE_CHECKING:
    from tests.support.outside import OutsideApp

pytestmark = pytest.mark.usefixtures("warung")


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
