"""A ride booked ahead through orders and matching on real servers, with no service up as its minutes pass."""

from __future__ import annotations

import shutil
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from contracts.requests.drivers import DriverDelivered, DriverPickedUp, DriverShiftEnded
from contracts.values import Value
from services.matching.app import build as build_matching
from services.orders.app import build as build_orders
from services.orders.settings import BUILT_IN
from services.runtime.clock import Clock, clock_from
from services.runtime.storage.database import Database, connect, database_of
from tests.support import builders
from tests.support.eventually import eventually
from tests.support.outside import OutsideApp, an_outside_app
from tests.support.services import at_work, runtime_settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from services.runtime.process.settings import RuntimeSettings

SPEED = 20
LEAD_S, AHEAD_S = 60, 220
FASTER = {
    "search_before_min = [60, 30, 15, 5]": "search_before_min = [3, 2]",
    "window_s = 15": "window_s = 100",
}


@dataclass(frozen=True)
class Regency:
    """Both services, which can be stopped and started together, and everybody around them."""

    app: OutsideApp
    clock: Clock
    settings: RuntimeSettings
    database: Database

    @asynccontextmanager
    async def services(self) -> AsyncIterator[None]:
        async with (
            at_work("orders", build_orders, self.settings),
            at_work("matching", build_matching, self.settings),
        ):
            yield

    async def say(self, data: Value) -> None:
        await self.app.request(data, time=self.clock.now())

    async def driver(self, driver_id: str) -> None:
        await self.say(builders.a_driver_registered(driver_id=driver_id))
        await self.say(builders.a_residence_attested(driver_id=driver_id))
        await self.app.event("driver.eligibility_changed.v1", driver_id=driver_id, eligible=True)
        await self.say(builders.a_shift_started(driver_id=driver_id))
        await eventually(lambda: self.state(driver_id, "shift"))

    async def state(self, driver_id: str, name: str) -> Any:
        document = await self.database["drivers"].find_one({"_id": driver_id}) or {}
        return document.get("state", {}).get(name)

    async def until(self, moment: datetime) -> None:
        await eventually(lambda: self.clock.now() > moment, within=20)

    async def booked_and_taken(self, driver_id: str) -> datetime:
        """A ride for which this driver is reserved, and the time of its pick-up."""
        await self.driver(driver_id)
        pickup_at = self.clock.now() + timedelta(seconds=AHEAD_S)
        await self.say(builders.an_order_requested(scheduled_for=pickup_at))
        await self.app.event("order.scheduled.v1")
        offer = await self.app.event("offer.made.v1", driver_id=driver_id)
        assert offer.data.pickup_at == pickup_at
        await self.say(builders.an_offer_accepted(driver_id=driver_id, offer_id=offer.data.offer_id))
        await self.app.event("order.driver_assigned.v1", driver_id=driver_id)
        await eventually(lambda: self._is_confirmed(driver_id))
        return pickup_at

    async def _is_confirmed(self, driver_id: str) -> bool:
        return any(each.get("confirmed") for each in await self.state(driver_id, "reserved") or [])


@pytest.fixture
async def regency(
    broker_url: str, database_uri: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Regency]:
    """Its bookings are a matter of minutes instead of hours; positions stay fresh, nobody falls silent."""
    catalogue = tmp_path / "catalogue"
    shutil.copytree(BUILT_IN, catalogue, ignore=shutil.ignore_patterns("__pycache__"))
    ride = (catalogue / "ride.toml").read_text()
    for usual, faster in FASTER.items():
        ride = ride.replace(usual, faster)
    (catalogue / "ride.toml").write_text(ride)
    monkeypatch.setenv("GANCANG_CATALOGUE", str(catalogue))
    monkeypatch.setenv("GANCANG_MATCHING_RESERVATION_LEAD_S", str(LEAD_S))
    monkeypatch.setenv("GANCANG_MATCHING_FRESH_S", "3600")
    began = datetime.now(UTC).isoformat()
    settings = runtime_settings(broker_url, database_uri, clock=f"{began},{SPEED},{began}")
    client = connect(database_uri)
    async with at_work("orders", build_orders, settings):
        """Once, so that the topology stands."""
    async with an_outside_app(broker_url) as app:
        yield Regency(app, clock_from(settings.clock), settings, database_of(client))
    client.close()


async def test_neither_the_minute_of_the_search_nor_that_of_the_reservation_needs_anybody_at_work(
    regency: Regency,
) -> None:
    async with regency.services():
        pickup_at = await regency.booked_and_taken("d-7")
        assert await regency.state("d-7", "live") is None
    await regency.until(pickup_at - timedelta(seconds=LEAD_S - 10))

    async with regency.services():
        await eventually(lambda: regency.state("d-7", "live"))
        await regency.say(DriverPickedUp(driver_id="d-7", order_id="o-1"))
        await regency.say(DriverDelivered(driver_id="d-7", order_id="o-1"))
        await regency.app.event("order.completed.v1")
        await regency.app.event("driver.released.v1", driver_id="d-7")

    assert regency.app.of_type("order.driver_unassigned.v1") == []
    assert regency.app.of_type("request.rejected.v1") == []


async def test_a_reserved_driver_who_went_home_is_replaced_before_the_pickup(regency: Regency) -> None:
    async with regency.services():
        await regency.booked_and_taken("d-7")
        await regency.say(DriverShiftEnded(driver_id="d-7"))
        await regency.driver("d-8")

        gone = await regency.app.event("order.driver_unassigned.v1")
        offer = await regency.app.event("offer.made.v1", driver_id="d-8")
        await regency.say(builders.an_offer_accepted(driver_id="d-8", offer_id=offer.data.offer_id))
        await regency.app.event("order.driver_assigned.v1", driver_id="d-8")
        await regency.app.event("driver.released.v1", driver_id="d-7")
        await eventually(lambda: regency.state("d-8", "live"))

    assert (gone.data.driver_id, gone.data.reason) == ("d-7", "reservation_lost")
    assert await regency.state("d-7", "reserved") == []


async def test_a_booking_that_is_cancelled_frees_its_driver(regency: Regency) -> None:
    async with regency.services():
        await regency.booked_and_taken("d-7")

        await regency.say(builders.a_cancellation_requested())

        await regency.app.event("order.cancelled.v1")
        await regency.app.event("driver.released.v1", driver_id="d-7", order_id="o-1")
        assert await regency.state("d-7", "reserved") == []
