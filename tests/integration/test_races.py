"""Two processes of each service, and everything happens at once or several times."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any

import pytest

from contracts.message import Message
from contracts.requests.drivers import DriverArrived, DriverDelivered, DriverOfferAccepted, DriverPickedUp
from services.matching.app import build as build_matching
from services.notifications.app import build as build_notifications
from services.orders.app import build as build_orders
from tests.support.builders import (
    a_cancellation_requested,
    a_contact_registered,
    a_driver_registered,
    a_residence_attested,
    a_shift_started,
    an_order_requested,
)
from tests.support.eventually import eventually
from tests.support.outside import OutsideApp, a_fresh_message, an_outside_app
from tests.support.services import at_work, runtime_settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from contracts.values import Value
    from services.runtime.process.runtime import Runtime

RACES = 200
BUILDERS = {"orders": build_orders, "matching": build_matching, "notifications": build_notifications}


def sequence_of(event: Message[Any]) -> int:
    assert event.sequence is not None
    return event.sequence


class Doubled:
    """An outside app, and one of the runtimes to look into the database with."""

    def __init__(self, app: OutsideApp, runtime: Runtime) -> None:
        self.app = app
        self.runtime = runtime

    async def thrice(self, *requests: Value) -> None:
        """Each request three times, as one message."""
        for request in requests:
            message = a_fresh_message(request)
            await asyncio.gather(*(self.app.send(message) for _ in range(3)))

    async def on_duty(self, drivers: Iterable[str]) -> None:
        """Register drivers beside the station and wait until they may be asked."""
        names = set(drivers)
        for driver in names:
            await self.app.request(a_driver_registered(driver_id=driver))
            await self.app.request(a_residence_attested(driver_id=driver))
            await self.app.request(a_shift_started(driver_id=driver))
        await eventually(lambda: names <= {e.data.driver_id for e in self.eligible()}, within=60)

    def eligible(self) -> list[Message[Any]]:
        return self.app.of_type("driver.eligibility_changed.v1", eligible=True)

    async def live_drivers(self) -> int:
        """Drivers who hold an order."""
        held: int = await self.runtime.database["drivers"].count_documents(
            {"state.live": {"$exists": True, "$ne": None}}
        )
        return held


@pytest.fixture
async def doubled(broker_url: str, database_uri: str) -> AsyncIterator[Doubled]:
    async with AsyncExitStack() as stack:
        for _ in range(2):
            for name, build in BUILDERS.items():
                settings = runtime_settings(broker_url, database_uri)
                runtime = await stack.enter_async_context(at_work(name, build, settings))
        app = await stack.enter_async_context(an_outside_app(broker_url))
        yield Doubled(app, runtime)


async def test_every_message_three_times_has_one_effect_and_one_notification(doubled: Doubled) -> None:
    app = doubled.app
    await doubled.thrice(
        a_contact_registered(),
        a_driver_registered(),
        a_residence_attested(),
        a_shift_started(),
        an_order_requested(),
    )
    offer = await app.event("offer.made.v1")
    await doubled.thrice(DriverOfferAccepted(driver_id="d-7", offer_id=offer.data.offer_id))
    await app.event("order.driver_assigned.v1")
    step: dict[str, Any] = {"driver_id": "d-7", "order_id": "o-1"}
    await doubled.thrice(DriverPickedUp(**step), DriverArrived(**step), DriverDelivered(**step))
    await app.event("order.completed.v1")
    await app.event("driver.released.v1")
    await eventually(lambda: len(app.of_type("notification.sent.v1", recipient_id="c-1")) >= 2)

    said = Counter(event.type for event in {event.id: event for event in app.events}.values())
    told = Counter(
        (event.data.cause, event.data.recipient_id) for event in app.of_type("notification.sent.v1")
    )
    assert {name: count for name, count in said.items() if name.startswith("order.")} == {
        "order.accepted.v1": 1,
        "order.search_started.v1": 1,
        "order.driver_assigned.v1": 1,
        "order.picked_up.v1": 1,
        "order.completed.v1": 1,
    }
    assert said["match.made.v1"] == said["offer.closed.v1"] == said["driver.released.v1"] == 1
    assert set(told.values()) == {1}
    assert app.of_type("request.rejected.v1") == []


async def test_cancel_and_accept_at_the_same_instant_never_both(doubled: Doubled) -> None:
    app = doubled.app
    await doubled.on_duty(f"d-{number}" for number in range(RACES))

    async def race(order_id: str) -> None:
        await app.request(an_order_requested(order_id=order_id))
        offer = await app.event("offer.made.v1", order_id=order_id, within=60)
        accept = DriverOfferAccepted(driver_id=offer.data.driver_id, offer_id=offer.data.offer_id)
        await asyncio.gather(app.request(accept), app.request(a_cancellation_requested(order_id=order_id)))
        await app.event("order.cancelled.v1", order_id=order_id, within=60)

    await asyncio.gather(*(race(f"o-{number}") for number in range(RACES)))

    async def everybody_free() -> bool:
        return await doubled.live_drivers() == 0

    await eventually(everybody_free, within=60)
    cancelled = {event.data.order_id: event for event in app.of_type("order.cancelled.v1")}
    assigned = {event.data.order_id: event for event in app.of_type("order.driver_assigned.v1")}
    assert len(cancelled) == RACES
    for order_id, event in cancelled.items():
        won = assigned.get(order_id)
        assert event.data.driver_id == (won.data.driver_id if won else None)
        assert won is None or sequence_of(won) < sequence_of(event)
    refused = {event.data.order_id for event in app.of_type("order.match_refused.v1")}
    assert refused.isdisjoint(assigned)
