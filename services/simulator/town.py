"""The town at work: everybody's plan, the event log, and an cancel_and_wait."""

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
from services.simulator.channels.event_log import Chronicle
from services.simulator.channels.gateway import Gateway
from services.simulator.channels.pace import Pace
from services.simulator.people.context import DRIVERS, Desk, Letters, address_of
from services.simulator.people.drivers import Rider
from services.simulator.people.errand_customers import Client
from services.simulator.people.merchants import Warung
from services.simulator.people.offices import ON_DUTY, open_offices
from services.simulator.people.passengers import Passenger
from services.simulator.plans.errands import errands
from services.simulator.plans.merchants import merchant_plans
from services.simulator.plans.people_plans import Mood, customer_plans, driver_plans

POSITIONS_EVERY_S = 10
ENOUGH_FOR_ERRANDS, ERRANDS_EVERY_S, COOKS = 40, 6.0, 3
POLL_S = 0.05


@dataclass(frozen=True, slots=True)
class Scenario:
    """What is to happen; `every_s` business seconds between two orders. `services`: what the catalogue has."""

    seed: int
    orders: int
    drivers: int
    every_s: float = 5.0
    services: frozenset[str] = frozenset({"ride"})

    @property
    def has_errands(self) -> bool:
        """Whether people want more than rides; a small town is too small for all the stories."""
        return self.orders >= ENOUGH_FOR_ERRANDS and len(self.services) > 1


class Town:
    """Customers and drivers with their apps. Used as `async with`, so that it always ends."""

    def __init__(
        self, scenario: Scenario, amqp_url: str, clock: Clock, letters: Letters | None = None
    ) -> None:
        self.scenario = scenario
        self.chronicle = Chronicle()
        self.pace = Pace(clock)
        self.gateway = Gateway(amqp_url, self.chronicle.note)
        self.desk = Desk(scenario.seed, self.gateway, self.pace, self.chronicle, letters)
        merchants = merchant_plans(scenario.seed, COOKS) if scenario.has_errands else ()
        wanted = (
            errands(scenario.seed, merchants, scenario.services, ERRANDS_EVERY_S)
            if scenario.has_errands
            else ()
        )
        drivers = driver_plans(scenario.seed, scenario.drivers)
        customers = customer_plans(scenario.seed, scenario.orders - len(wanted), scenario.every_s)
        self.warungs = {plan.id: Warung(plan, self.desk) for plan in merchants}
        self.clients = {errand.order_id: Client(errand, self.desk) for errand in wanted}
        self.riders = {plan.id: Rider(plan, self.desk) for plan in drivers}
        self.passengers = {plan.order_id: Passenger(plan, self.desk) for plan in customers}
        self.desk.forsaken = {plan.order_id for plan in customers if plan.mood is Mood.FORSAKEN}
        self.chronicle.listen(self._pass_on)

    @property
    def addresses(self) -> dict[str, str]:
        """Who reads mail where."""
        riding = (passenger.plan.id for passenger in self.passengers.values())
        people = [
            *self.riders,
            *riding,
            *self.warungs,
            ON_DUTY,
            *(person for client in self.clients.values() for person in client.people),
        ]
        return {person: address_of(person) for person in people}

    @property
    def ordered(self) -> frozenset[str]:
        """Every order that is sent."""
        return frozenset(self.passengers) | frozenset(self.clients)

    @property
    def secrets(self) -> frozenset[str]:
        """Names of people, doors and rooms: what no event that everybody reads may hold."""
        passengers, clients = self.passengers.values(), self.clients.values()
        names = {*(one.plan.name for one in self.riders.values()), *(one.plan.name for one in passengers)}
        doors = {client.errand.dropoff.lodging.name for client in clients if client.errand.dropoff.lodging}
        return frozenset(
            names | doors | {client.errand.name for client in clients if client.errand.agency_id is None}
        )

    @property
    def over(self) -> bool:
        """Whether every order has ended."""
        return self.chronicle.ended >= self.ordered

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Town]:
        """Connected to the broker, with drivers at work; customers come next."""
        link = asyncio.create_task(self.gateway.run())
        try:
            await self.gateway.ready()
            await asyncio.gather(*(rider.report_for_work() for rider in self.riders.values()))
            if self.clients:
                drivers = (rider.plan for rider in self.riders.values())
                await open_offices(self.desk, (client.errand for client in self.clients.values()), drivers)
                await asyncio.gather(*(warung.open() for warung in self.warungs.values()))
            self.desk.spawn(self._report_positions())
            yield self
        finally:
            await self.desk.close()
            await cancel_and_wait(link)

    async def live(self, within_s: float) -> bool:
        """Let every customer live; whether all orders ended within `within_s` real seconds."""
        dawn = self.pace.now()
        for passenger in self.passengers.values():
            self.desk.spawn(passenger.live(dawn))
        for client in self.clients.values():
            self.desk.spawn(client.live(dawn))
        for rider in self.riders.values():
            self.desk.spawn(rider.live(dawn))
        return await holds(lambda: self.over, within_s)

    def _pass_on(self, event: Message[Any]) -> None:
        data = event.data
        order_id = getattr(data, "order_id", None) or ""
        if isinstance(data, OrderReady):
            self.desk.ready[order_id].set()
        concerned = (
            self.riders.get(getattr(data, "driver_id", None) or ""),
            self.warungs.get(getattr(data, "merchant_id", None) or ""),
            self.passengers.get(order_id) or self.clients.get(order_id),
        )
        for one in concerned:
            if one is not None:
                one.hear(event)

    async def _report_positions(self) -> None:
        while True:
            now = self.pace.now()
            positions = [self._position(rider) for rider in self.riders.values() if rider.seen]
            for first in range(0, len(positions), MAX_POSITIONS):
                report = DriverPositionsReported(positions=positions[first : first + MAX_POSITIONS])
                await self.desk.send_once(report, DRIVERS)
            await self.pace.sleep(POSITIONS_EVERY_S - (self.pace.now() - now).total_seconds())

    def _position(self, rider: Rider) -> Position:
        now = self.pace.now()
        where = rider.place(now)
        return Position(driver_id=rider.plan.id, lat=where.lat, lng=where.lng, at=now)


async def holds(condition: Callable[[], bool], within_s: float) -> bool:
    """Whether `condition` comes to hold within so many real seconds."""
    deadline = monotonic() + within_s
    while not condition():
        if monotonic() > deadline:
            return False
        await asyncio.sleep(POLL_S)
    return True
