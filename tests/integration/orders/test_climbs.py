"""Climbs through the orders service: up by night and down again, or cancelled by a closure."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from contracts.enums import Leg
from contracts.requests.drivers import DriverDelivered, DriverPickedUp
from contracts.requests.roads import RouteStatusChanged
from services.orders.app import build
from tests.support.builders import a_match_made, an_order_requested
from tests.support.outside import OutsideApp, an_outside_app
from tests.support.services import at_work, runtime_settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

STEP: dict[str, Any] = {"driver_id": "d-7", "order_id": "o-1"}
AGENCY = {"role": "agency", "id": "bpbd"}
HALF_PAST_MIDNIGHT = "2026-11-25T17:30:00+00:00"  # the regency is seven hours ahead
AT_ONE = "2026-11-25T18:00:00Z"
CLIMB = {
    "service": "ijen",
    "dropoff": {"lat": -8.0716, "lng": 114.2236, "label": "Paltuding"},
    "scheduled_for": AT_ONE,
    "details": {"ticket_declared": True, "health_letter_declared": True},
}


@pytest.fixture
async def app(broker_url: str, database_uri: str) -> AsyncIterator[OutsideApp]:
    night = runtime_settings(
        broker_url, database_uri, clock=f"{HALF_PAST_MIDNIGHT},1,{datetime.now(UTC).isoformat()}"
    )
    async with at_work("orders", build, night), an_outside_app(broker_url) as app:
        yield app


async def test_the_guest_is_brought_back_before_the_order_is_done(app: OutsideApp) -> None:
    await app.request(an_order_requested(**CLIMB))
    searched = await app.event("order.search_started.v1")
    assert searched.data.requirements.vehicle_classes == ["trail"]
    await app.request(a_match_made())
    await app.event("order.driver_assigned.v1")

    await app.request(DriverDelivered(**STEP, leg=Leg.OUT))
    await app.event("order.leg_completed.v1", leg="out")
    await app.request(DriverDelivered(**STEP, leg=Leg.OUT))
    await app.request(DriverPickedUp(**STEP, leg=Leg.BACK))
    await app.event("order.picked_up.v1", leg="back")
    await app.request(DriverDelivered(**STEP, leg=Leg.BACK))
    completed = await app.event("order.completed.v1")

    assert completed.data.distance_m > 55_000
    assert len(app.of_type("order.leg_completed.v1")) == 1


async def test_a_closure_cancels_a_booking_without_a_fee_and_rejects_new_ones(
    app: OutsideApp,
) -> None:
    await app.request(an_order_requested(**CLIMB))
    await app.event("order.accepted.v1")

    await app.request(
        RouteStatusChanged.model_validate({"route": "ijen", "open": False, "reason": "gas", "by": AGENCY})
    )
    cancelled = await app.event("order.cancelled.v1", order_id="o-1")
    await app.request(an_order_requested(**CLIMB, order_id="o-2"))
    rejected = await app.event("order.rejected.v1", order_id="o-2")

    assert (cancelled.data.reason, cancelled.data.fee, cancelled.data.by.role) == (
        "route_closed",
        0,
        "system",
    )
    assert rejected.data.reason == "route_closed"


@pytest.mark.parametrize(
    "word", [{"open": False}, {"open": True, "level": 3}], ids=["closed", "a level at which nobody gets in"]
)
async def test_a_closure_while_the_guest_is_on_the_route_raises_one_alarm_and_the_way_back_goes_on(
    app: OutsideApp, word: dict[str, Any]
) -> None:
    await app.request(an_order_requested(**CLIMB))
    await app.event("order.search_started.v1")
    await app.request(a_match_made())
    await app.event("order.driver_assigned.v1")
    await app.request(DriverDelivered(**STEP, leg=Leg.OUT))
    await app.event("order.leg_completed.v1")
    closure = RouteStatusChanged.model_validate({"route": "ijen", "reason": "gas", "by": AGENCY, **word})

    await app.request(closure)
    alarm = await app.event("order.route_closed.v1")
    await app.request(closure)
    await app.request(DriverDelivered(**STEP, leg=Leg.BACK))
    await app.event("order.completed.v1")

    assert (alarm.data.route, alarm.data.driver_id, alarm.data.tell) == (
        "ijen",
        "d-7",
        ["operator", "driver", "customer"],
    )
    assert len(app.of_type("order.route_closed.v1")) == 1


async def test_the_closure_of_an_unknown_route_is_rejected(app: OutsideApp) -> None:
    await app.request(
        RouteStatusChanged.model_validate({"route": "raung", "open": False, "reason": "gas", "by": AGENCY})
    )

    rejected = await app.event("request.rejected.v1")

    assert (rejected.data.reason, rejected.data.pointer) == ("unknown_route", "/route")
