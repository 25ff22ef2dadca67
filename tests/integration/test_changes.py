"""A new drop-off during the search, with orders and matching: the next offer is of the changed trip."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import pytest

from contracts.requests.drivers import DriverOfferAccepted
from contracts.requests.orders import OrderChangeRequested
from services.matching.app import build as build_matching
from services.orders.app import build as build_orders
from tests.support.builders import (
    PARK,
    a_driver_registered,
    a_residence_attested,
    a_shift_started,
    an_order_requested,
)
from tests.support.outside import OutsideApp, an_outside_app
from tests.support.services import at_work, runtime_settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

FAR = {"lat": -8.2706, "lng": 114.3245, "label": "far"}
BY_CUSTOMER = {"role": "customer", "id": "c-1"}


@pytest.fixture
async def app(broker_url: str, database_uri: str) -> AsyncIterator[OutsideApp]:
    async with AsyncExitStack() as stack:
        for name, build in (("orders", build_orders), ("matching", build_matching)):
            await stack.enter_async_context(at_work(name, build, runtime_settings(broker_url, database_uri)))
        yield await stack.enter_async_context(an_outside_app(broker_url))


async def test_the_next_offer_is_of_the_trip_as_it_is_wanted_now(app: OutsideApp) -> None:
    for fact in (a_driver_registered(), a_residence_attested(), a_shift_started()):
        await app.request(fact)
    await app.event("driver.eligibility_changed.v1", eligible=True)
    await app.request(an_order_requested(dropoff=FAR))
    first = await app.event("offer.made.v1", attempt=1)

    await app.request(
        OrderChangeRequested.model_validate({"order_id": "o-1", "by": BY_CUSTOMER, "dropoff": PARK})
    )
    changed = await app.event("order.changed.v1")
    closed = await app.event("offer.closed.v1", offer_id=first.data.offer_id)
    second = await app.event("offer.made.v1", attempt=2)
    await app.request(DriverOfferAccepted(driver_id="d-7", offer_id=second.data.offer_id))
    assigned = await app.event("order.driver_assigned.v1")

    assert closed.data.outcome == "withdrawn"
    assert second.data.fare.total == changed.data.fare.total < first.data.fare.total
    assert second.data.trip_distance_m < first.data.trip_distance_m
    assert assigned.data.attempt == 2
