"""Requests about a ride that are rejected: by policy, under a known id, from another person, or too late."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from contracts.enums import Role
from contracts.requests.drivers import DriverArrived, DriverDelivered
from contracts.requests.orders import OrderReportRequested
from contracts.values import Actor
from tests.integration.orders.rides import STEP, an_assigned_ride
from tests.support.builders import a_cancellation_requested, an_order_requested
from tests.support.outside import a_fresh_message

if TYPE_CHECKING:
    from tests.support.outside import OutsideApp

OUTSIDE = {"lat": -7.2575, "lng": 112.7521}  # Surabaya


@pytest.mark.parametrize("same_message_id", [True, False])
async def test_other_content_under_a_known_id_is_rejected(app: OutsideApp, same_message_id: bool) -> None:
    first = await app.request(an_order_requested())
    await app.event("order.accepted.v1")

    other = an_order_requested(max_fare=50_000)
    await app.send(a_fresh_message(other, **({"id": first.id} if same_message_id else {})))
    rejected = await app.event("request.rejected.v1")

    assert rejected.data.reason == "id_reused"
    assert len(app.of_type("order.accepted.v1")) == 1


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"pickup": OUTSIDE}, "outside_area"),
        ({"dropoff": {"lat": -8.2106, "lng": 114.3745}}, "same_place"),
        ({"max_fare": 100}, "fare_above_limit"),
        ({"payer": {"kind": "programme", "id": "p-1"}}, "payer_not_allowed"),
        ({"scheduled_for": "2100-01-01T00:00:00Z"}, "schedule_too_far"),
        ({"scheduled_for": "2020-01-01T00:00:00Z"}, "schedule_in_past"),
        ({"dropoff": {"lat": -8.498369, "lng": 113.904168}}, "too_far"),
    ],
)
async def test_policy_refuses_with_a_reason(app: OutsideApp, changes: dict[str, Any], reason: str) -> None:
    await app.request(an_order_requested(**changes))

    rejected = await app.event("order.rejected.v1")

    assert rejected.data.reason == reason


async def test_a_stranger_cannot_act_on_an_order(app: OutsideApp) -> None:
    await an_assigned_ride(app)

    await app.request(a_cancellation_requested(by={"role": "customer", "id": "c-2"}))
    await app.request(DriverArrived(driver_id="d-8", order_id="o-1"))
    await app.request(OrderReportRequested(order_id="o-1", by=Actor(role=Role.DRIVER, id="d-8")))
    await app.event(
        "request.rejected.v1", request_type="order.cancellation_requested.v1", reason="wrong_actor"
    )
    await app.event("request.rejected.v1", request_type="driver.arrived.v1", reason="wrong_driver")
    await app.event("request.rejected.v1", request_type="order.report_requested.v1", reason="wrong_actor")

    assert app.of_type("order.cancelled.v1") == []


async def test_a_completed_order_cannot_be_cancelled(app: OutsideApp) -> None:
    await an_assigned_ride(app)
    await app.request(DriverDelivered(**STEP))
    await app.event("order.completed.v1")

    await app.request(a_cancellation_requested())
    rejected = await app.event("request.rejected.v1")

    assert rejected.data.reason == "order_ended"


async def test_an_unknown_service_is_rejected_with_a_pointer(app: OutsideApp) -> None:
    await app.request(an_order_requested(service="helicopter"))

    rejected = await app.event("request.rejected.v1")

    assert (rejected.data.reason, rejected.data.pointer) == ("unknown_service", "/service")
