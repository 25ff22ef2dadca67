"""The town at work: the plans of its people, the event log, and an orderly end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Any

from contracts.events.orders import OrderReady
from contracts.message import Message
from contracts.requests.drivers import MAX_POSITIONS, DriverPositionsReported, Position
from services.runtime.clock import Clock
from services.runtime.tasks import cancel_and_wait
from services.simulator.channels.event_log import EventLog
from services.simulator.channels.gateway import Gateway
from services.simulator.channels.pace import Pace
from services.simulator.people.context import DRIVERS_APP, ActorContext, Letters, address_of
from services.simulator.people.drivers import Driver
from services.simulator.people.errand_customers import ErrandCustomer
from services.simulator.people.merchants import Merchant
from services.simulator.people.offices import ON_DUTY, open_offices
from services.simulator.people.passengers import Passenger
from services.simulator.plans.customers import Mood, customer_plans
from services.simulator.plans.drivers import driver_plans
from services.simulator.plans.errands import errands
from services.simulator.plans.merchants import merchant_plans

POSITIONS_EVERY_S = 10
ENOUGH_FOR_ERRANDS, ERRANDS_EVERY_S, COOKS = 40, 6.0, 3
POLL_S = 0.05


@dataclass(frozen=True, slots=True)
class Scenario:
    """What will happen; `every_s` business seconds between two orders. `services`: those of the catalogue."""

    seed: int
    orders: int
    drivers: int
    every_s: float = 5.0
    services: frozenset[str] = frozenset({"ride"})

    @property
    def has_errands(self) -> bool:
        """Whether people order more than rides; a smaller town has too few orders for all errands."""
        return self.orders >= ENOUGH_FOR_ERRANDS and len(self.services) > 1


class Town:
    """Its people with their apps: passengers and errand customers by order, drivers and merchants by id."""

    def __init__(
        self, scenario: Scenario, amqp_url: str, clock: Clock, letters: Letters | None = None
    ) -> None:
        self.scenario = scenario
        self.event_log = EventLog()
        self.pace = Pace(clock)
        self.gateway = Gateway(amqp_url, self.event_log.note)
        self.context = ActorContext(scenario.seed, self.gateway, self.pace, self.event_log, letters)
        merchants = merchant_plans(scenario.seed, COOKS) if scenario.has_errands else ()
        planned = (
            errands(scenario.seed, merchants, scenario.services, ERRANDS_EVERY_S)
            if scenario.has_errands
            else ()
        )
        drivers = driver_plans(scenario.seed, scenario.drivers)
        customers = customer_plans(scenario.seed, scenario.orders - len(planned), scenario.every_s)
        self.merchants = {plan.id: Merchant(plan, self.context) for plan in merchants}
        self.errand_customers = {errand.order_id: ErrandCustomer(errand, self.context) for errand in planned}
        self.drivers = {plan.id: Driver(plan, self.context) for plan in drivers}
        self.passengers = {plan.order_id: Passenger(plan, self.context) for plan in customers}
        self.context.abandoned = {plan.order_id for plan in customers if plan.mood is Mood.ABANDONED}
        self.event_log.listen(self._pass_on)

    @property
    def addresses(self) -> dict[str, str]:
        """Person → the address at which they read mail."""
        people = [
            *self.drivers,
            *(passenger.plan.id for passenger in self.passengers.values()),
            *self.merchants,
            ON_DUTY,
            *(person for customer in self.errand_customers.values() for person in customer.people),
        ]
        return {person: address_of(person) for person in people}

    @property
    def ordered(self) -> frozenset[str]:
        """The id of every order that is sent."""
        return frozenset(self.passengers) | frozenset(self.errand_customers)

    @property
    def secrets(self) -> frozenset[str]:
        """Names of people, and the lodgings of guests: no public event may hold them."""
        errands = [customer.errand for customer in self.errand_customers.values()]
        drivers = {driver.plan.name for driver in self.drivers.values()}
        passengers = {passenger.plan.name for passenger in self.passengers.values()}
        lodgings = {errand.dropoff.lodging.name for errand in errands if errand.dropoff.lodging}
        customers = {errand.name for errand in errands if errand.agency_id is None}
        return frozenset(drivers | passengers | lodgings | customers)

    @property
    def over(self) -> bool:
        """Whether every order has ended."""
        return self.event_log.ended >= self.ordered

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Town]:
        """Connect, and let offices, merchants and drivers start work; stop everything when the block ends."""
        link = asyncio.create_task(self.gateway.run())
        try:
            await self.gateway.ready()
            await asyncio.gather(*(driver.report_for_work() for driver in self.drivers.values()))
            if self.errand_customers:
                errands = (customer.errand for customer in self.errand_customers.values())
                drivers = (driver.plan for driver in self.drivers.values())
                await open_offices(self.context, errands, drivers)
                await asyncio.gather(*(merchant.open() for merchant in self.merchants.values()))
            self.context.spawn(self._report_positions())
            yield self
        finally:
            await self.context.close()
            await cancel_and_wait(link)

    async def live(self, within_s: float) -> bool:
        """Start every plan; returns whether all orders ended within `within_s` real seconds."""
        dawn = self.pace.now()
        for passenger in self.passengers.values():
            self.context.spawn(passenger.live(dawn))
        for customer in self.errand_customers.values():
            self.context.spawn(customer.live(dawn))
        for driver in self.drivers.values():
            self.context.spawn(driver.live(dawn))
        return await holds(lambda: self.over, within_s)

    def _pass_on(self, event: Message[Any]) -> None:
        data = event.data
        order_id = getattr(data, "order_id", None) or ""
        if isinstance(data, OrderReady):
            self.context.ready[order_id].set()
        concerned = (
            self.drivers.get(getattr(data, "driver_id", None) or ""),
            self.merchants.get(getattr(data, "merchant_id", None) or ""),
            self.passengers.get(order_id) or self.errand_customers.get(order_id),
        )
        for one in concerned:
            if one is not None:
                one.hear(event)

    async def _report_positions(self) -> None:
        while True:
            now = self.pace.now()
            positions = [self._position(driver) for driver in self.drivers.values() if driver.visible]
            for first in range(0, len(positions), MAX_POSITIONS):
                report = DriverPositionsReported(positions=positions[first : first + MAX_POSITIONS])
                await self.context.send_once(report, DRIVERS_APP)
            await self.pace.sleep(POSITIONS_EVERY_S - (self.pace.now() - now).total_seconds())

    def _position(self, driver: Driver) -> Position:
        now = self.pace.now()
        where = driver.place(now)
        return Position(driver_id=driver.plan.id, lat=where.lat, lng=where.lng, at=now)


async def holds(condition: Callable[[], bool], within_s: float) -> bool:
    """Whether `condition` becomes true within so many real seconds."""
    deadline = monotonic() + within_s
    while not condition():
        if monotonic() > deadline:
            return False
        await asyncio.sleep(POLL_S)
    return True
