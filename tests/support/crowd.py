"""Drivers who accept and deliver every order, and a check of the whole system when they are done."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from time import monotonic
from typing import TYPE_CHECKING, Any

from contracts.requests.drivers import DriverDelivered, DriverOfferAccepted, DriverPositionsReported
from services.ops.demo.checks.drivers import not_released, two_live_orders
from services.ops.demo.checks.evidence import Evidence, Servers
from services.ops.demo.checks.leftovers import parked_messages, unfinished_work, unsent_events
from services.ops.demo.checks.orders import not_ended_once, out_of_sequence, two_drivers
from tests.support.builders import STATION, a_driver_registered, a_residence_attested, a_shift_started
from tests.support.eventually import eventually

if TYPE_CHECKING:
    from collections.abc import Iterable

    from contracts.message import Message
    from tests.support.outside import OutsideApp

METRES_PER_DEGREE = 111_195.0
LOOK_EVERY_S, REPORT_EVERY_S = 0.02, 5.0
MUST_HOLD = (
    not_ended_once,
    two_drivers,
    two_live_orders,
    not_released,
    out_of_sequence,
    unsent_events,
    unfinished_work,
    parked_messages,
)


class Crowd:
    """`delivered_by`: order → driver, as they said."""

    def __init__(self, app: OutsideApp) -> None:
        self.app = app
        self.delivered_by: dict[str, str] = {}
        self._read = 0
        self._places: dict[str, dict[str, float]] = {}
        self._reported = float("-inf")

    async def on_duty(
        self, names: Iterable[str], *, lat: float = STATION["lat"], lng: float = STATION["lng"]
    ) -> None:
        """Each ten metres north of the one before, and known to be eligible."""
        wanted = list(names)
        for number, driver_id in enumerate(wanted):
            await self.app.request(a_driver_registered(driver_id=driver_id))
            await self.app.request(a_residence_attested(driver_id=driver_id))
            place = {"lat": lat + 10 * number / METRES_PER_DEGREE, "lng": lng}
            await self.app.request(a_shift_started(driver_id=driver_id, place=place))
            self._places[driver_id] = place
        await eventually(lambda: set(wanted) <= self._eligible(), within=60)

    async def work(self) -> None:
        """Until cancelled: report where they are, accept every offer at once, and deliver every order."""
        while True:
            if monotonic() - self._reported > REPORT_EVERY_S:
                await self._report()
            fresh, self._read = self.app.events[self._read :], len(self.app.events)
            await asyncio.gather(*(self._answer(event) for event in fresh))
            await asyncio.sleep(LOOK_EVERY_S)

    async def _report(self) -> None:
        self._reported, now = monotonic(), datetime.now(UTC)
        positions = [
            {"driver_id": driver_id, "at": now, **place} for driver_id, place in self._places.items()
        ]
        await self.app.request(DriverPositionsReported.model_validate({"positions": positions}))

    async def _answer(self, event: Message[Any]) -> None:
        if event.type == "offer.made.v1":
            await self.app.request(
                DriverOfferAccepted(driver_id=event.data.driver_id, offer_id=event.data.offer_id)
            )
        elif event.type == "order.driver_assigned.v1":
            self.delivered_by[event.data.order_id] = event.data.driver_id
            await self.app.request(
                DriverDelivered(driver_id=event.data.driver_id, order_id=event.data.order_id)
            )

    def _eligible(self) -> set[str]:
        return {
            event.data.driver_id for event in self.app.of_type("driver.eligibility_changed.v1", eligible=True)
        }


async def everything_holds(servers: Servers, crowd: Crowd, orders: Iterable[str], within: float = 60) -> None:
    """Wait until every order has ended once, no driver holds one, and no queue or outbox has a message left.

    Notifications are not checked.
    """
    ordered = frozenset(orders)

    async def holds() -> bool:
        evidence = Evidence(
            ordered=ordered,
            events=tuple({event.id: event for event in crowd.app.events}.values()),
            documents=await servers.documents(),
            queues={
                name: depth
                for name, depth in (await servers.depths()).items()
                if not name.startswith("notifications.")
            },
            mail={},
            addresses={},
            delivered_by=crowd.delivered_by,
        )
        found = [offender for find in MUST_HOLD for offender in find(evidence)]
        assert not found, found
        return True

    await eventually(holds, within)
