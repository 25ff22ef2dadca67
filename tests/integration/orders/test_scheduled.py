"""Booked orders in the orders service alone: the test plays matching, the clock runs a minute a second."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from services.orders.app import build
from services.runtime.clock import Clock, clock_from
from tests.support.builders import a_cancellation_requested, a_match_failed, an_order_requested
from tests.support.eventually import eventually
from tests.support.outside import OutsideApp, an_outside_app
from tests.support.services import at_work, runtime_settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from services.runtime.process.runtime import Runtime
    from services.runtime.process.settings import RuntimeSettings

SPEED = 60


@dataclass(frozen=True)
class Bookings:
    """An orders service that can be stopped and started, its clock, and an app."""

    app: OutsideApp
    clock: Clock
    settings: RuntimeSettings

    def orders(self) -> AbstractAsyncContextManager[Runtime]:
        return at_work("orders", build, self.settings)

    async def book(self, ahead_min: float) -> datetime:
        """Book a ride so many minutes from now."""
        pickup_at = self.clock.now() + timedelta(minutes=ahead_min)
        await self.app.request(an_order_requested(scheduled_for=pickup_at), time=self.clock.now())
        return pickup_at


@pytest.fixture
async def bookings(broker_url: str, database_uri: str) -> AsyncIterator[Bookings]:
    began = datetime.now(UTC).isoformat()
    settings = runtime_settings(broker_url, database_uri, clock=f"{began},{SPEED},{began}")
    async with at_work("orders", build, settings):
        """Started once, so that the topology exists."""
    async with an_outside_app(broker_url) as app:
        yield Bookings(app, clock_from(settings.clock), settings)


async def test_a_booked_ride_is_searched_for_when_its_time_comes_and_again_until_the_last_search(
    bookings: Bookings,
) -> None:
    async with bookings.orders():
        pickup_at = await bookings.book(62)
        scheduled = await bookings.app.event("order.scheduled.v1")
        search = await bookings.app.event("order.search_started.v1", attempt=1)
        await bookings.app.request(a_match_failed(attempt=1))
        postponed = await bookings.app.event("order.scheduled.v1", tell=[])

    assert scheduled.data.search_starts_at == pickup_at - timedelta(minutes=60)
    assert scheduled.data.tell == ["customer"]
    assert search.data.pickup_at == pickup_at
    assert search.time >= scheduled.data.search_starts_at
    assert postponed.data.search_starts_at == pickup_at - timedelta(minutes=30)


async def test_a_search_that_was_due_while_the_service_was_down_begins_all_the_same(
    bookings: Bookings,
) -> None:
    async with bookings.orders():
        await bookings.book(63)
        scheduled = await bookings.app.event("order.scheduled.v1")
    due = scheduled.data.search_starts_at
    await eventually(lambda: bookings.clock.now() > due + timedelta(minutes=2))
    assert bookings.app.of_type("order.search_started.v1") == []

    async with bookings.orders():
        search = await bookings.app.event("order.search_started.v1")

    assert search.data.attempt == 1


async def test_a_request_may_wait_in_the_queue_until_its_pick_up(bookings: Bookings) -> None:
    pickup_at = await bookings.book(2)
    await eventually(lambda: bookings.clock.now() > pickup_at)

    async with bookings.orders():
        search = await bookings.app.event("order.search_started.v1")

    assert search.data.pickup_at == pickup_at


async def test_a_ride_that_is_cancelled_while_it_waits_is_never_searched(bookings: Bookings) -> None:
    async with bookings.orders():
        await bookings.book(62)
        await bookings.app.event("order.scheduled.v1")
        await bookings.app.request(a_cancellation_requested())
        cancelled = await bookings.app.event("order.cancelled.v1")
        due = bookings.clock.now() + timedelta(minutes=4)
        await eventually(lambda: bookings.clock.now() > due)

    assert cancelled.data.fee == 0
    assert bookings.app.of_type("order.search_started.v1") == []
