"""Medicine with orders and matching: a trained driver waiting at the hospital is asked before the nearest."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import pytest

from contracts.requests.drivers import DriverCertified, DriverStandbyJoined
from services.matching.app import build as build_matching
from services.orders.app import build as build_orders
from tests.support.builders import (
    a_driver_registered,
    a_residence_attested,
    a_shift_started,
    an_order_requested,
)
from tests.support.eventually import eventually
from tests.support.outside import OutsideApp, an_outside_app
from tests.support.services import at_work, runtime_settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from services.runtime.process.runtime import Runtime

HOSPITAL = {"lat": -8.2106, "lng": 114.3745}
TRAINED = {
    "by": {"role": "agency", "id": "rsud-blambangan"},
    "certification": "medicine",
    "valid_until": "2030-01-01",
}


@pytest.fixture
async def matching(broker_url: str, database_uri: str) -> AsyncIterator[Runtime]:
    """Both services at work, and a look into their database."""
    async with AsyncExitStack() as stack:
        for name, build in (("orders", build_orders), ("matching", build_matching)):
            runtime = await stack.enter_async_context(
                at_work(name, build, runtime_settings(broker_url, database_uri))
            )
        yield runtime


@pytest.fixture
async def app(matching: Runtime, broker_url: str) -> AsyncIterator[OutsideApp]:
    async with an_outside_app(broker_url) as app:
        yield app


async def test_medicine_is_offered_to_the_trained_courier_of_the_queue(
    app: OutsideApp, matching: Runtime
) -> None:
    async def waits() -> bool:
        waiting: int = await matching.database["drivers"].count_documents(
            {"state.standby.standby_id": {"$eq": "rsud-blambangan"}}
        )
        return waiting == 1

    for driver_id in ("d-near", "d-trained", "d-waits"):
        await app.request(a_driver_registered(driver_id=driver_id))
        await app.request(a_residence_attested(driver_id=driver_id))
        await app.request(a_shift_started(driver_id=driver_id, place=HOSPITAL))
    await eventually(
        lambda: (
            len(
                {
                    event.data.driver_id
                    for event in app.of_type("driver.eligibility_changed.v1", eligible=True)
                }
            )
            == 3
        )
    )
    for driver_id in ("d-trained", "d-waits"):
        await app.request(DriverCertified.model_validate({"driver_id": driver_id, **TRAINED}))
    await app.request(DriverStandbyJoined(driver_id="d-waits", standby_id="rsud-blambangan"))
    await eventually(waits)

    await app.request(an_order_requested(service="medicine", pickup=HOSPITAL))

    offer = await app.event("offer.made.v1")
    assert offer.data.driver_id == "d-waits"
    assert offer.data.requirements.handling == ["keep_cool"]
    assert app.of_type("offer.made.v1", driver_id="d-near") == []
