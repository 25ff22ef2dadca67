"""Drivers: they report for work, answer offers, and drive."""

from __future__ import annotations

import asyncio
from datetime import date, datetime, timedelta
from typing import Any

from contracts.events.matching import OfferClosed, OfferMade
from contracts.events.orders import (
    AssignmentBriefed,
    OrderCancelled,
    OrderDriverUnassigned,
)
from contracts.message import Message
from contracts.requests.drivers import (
    DriverArrived,
    DriverCancelled,
    DriverDelivered,
    DriverOfferAccepted,
    DriverOfferDeclined,
    DriverPickedUp,
    DriverRegistered,
    DriverResidenceAttested,
    DriverShiftEnded,
    DriverShiftStarted,
    Paper,
    PaperKind,
)
from contracts.values import Actor, Point, Role, Value, Vehicle
from services.simulator.decisions import Drive, answer, drive
from services.simulator.desk import AGENCY, DRIVERS, Desk
from services.simulator.geography import Way
from services.simulator.phones import Phone
from services.simulator.plans import DriverPlan

AGENCY_ID = "dispendukcapil"
YEAR = timedelta(days=365)
LAST_WEEK = timedelta(days=-7)
SILENT_S = 180.0
VANISHED_S = 360.0  # matching gives a driver up who says nothing for five minutes


class Rider:
    """One driver with a plan."""

    def __init__(self, plan: DriverPlan, desk: Desk) -> None:
        self.plan = plan
        self._desk = desk
        self._way = Way(plan.home, plan.home, desk.pace.now(), 1.0)
        self._asked: dict[str, int] = {}
        self._trips: dict[str, asyncio.Task[None]] = {}
        self._closed: set[str] = set()
        self.phone = Phone(desk.pace)
        self.on_shift = True

    @property
    def seen(self) -> bool:
        """Whether his phone says where he is."""
        return self.phone.alive and (self.on_shift or self.driving)

    @property
    def driving(self) -> bool:
        """Whether a trip is under way."""
        return any(not trip.done() for trip in self._trips.values())

    def place(self, now: datetime) -> Point:
        """Where he is."""
        return self._way.at(now)

    async def report_for_work(self) -> None:
        """Papers, attestation, contact, shift."""
        plan, today = self.plan, self._desk.pace.now().date()
        await self._desk.send(self._registration(today), DRIVERS)
        if plan.attested:
            await self._desk.send(self._attestation(today), AGENCY)
        await self._desk.register_contact(plan.id, Role.DRIVER, "id", plan.name)
        home = Point(lat=plan.home.lat, lng=plan.home.lng)
        await self._desk.send(DriverShiftStarted(driver_id=plan.id, place=home), DRIVERS)

    async def live(self, dawn: datetime) -> None:
        """Fall silent for a while, or go home, where that is the plan; never with a passenger."""
        plan, pace = self.plan, self._desk.pace
        if plan.silent_after_s is not None:
            await pace.until(dawn + timedelta(seconds=plan.silent_after_s))
            await self._at_rest()
            await self.phone.die(SILENT_S)
        if plan.leaves_after_s is not None:
            await pace.until(dawn + timedelta(seconds=plan.leaves_after_s))
            await self._at_rest()
            self.on_shift = False
            await self._desk.send(DriverShiftEnded(driver_id=plan.id), DRIVERS)

    def hear(self, event: Message[Any]) -> None:
        """React to what concerns this driver."""
        match event.data:
            case OfferMade():
                self._desk.spawn(self._answer(event.data))
            case OfferClosed():
                self._closed.add(event.data.offer_id)
            case AssignmentBriefed() if event.data.order_id not in self._desk.chronicle.ended:
                self._set_out(event.data)
            case OrderCancelled() | OrderDriverUnassigned():
                self._turn_round(event.data.order_id)
            case _:
                pass

    async def _answer(self, offer: OfferMade) -> None:
        order = f"{offer.order_id}.{offer.attempt}"
        time_asked = self._asked[order] = self._asked.get(order, 0) + 1
        reply = answer(self._desk.seed, self.plan.id, self.plan.temper, order, time_asked)
        if reply.accepts is None:
            return
        await self._desk.pace.sleep(reply.after_s)
        if offer.offer_id in self._closed or not self.phone.alive or not self.on_shift:  # his app no longer shows it
            return
        said = DriverOfferAccepted if reply.accepts else DriverOfferDeclined
        await self._desk.send(said(driver_id=self.plan.id, offer_id=offer.offer_id), DRIVERS)

    def _set_out(self, briefed: AssignmentBriefed) -> None:
        if briefed.order_id not in self._trips:
            how = drive(self._desk.seed, self.plan.id, self.plan.temper, briefed.order_id)
            self._trips[briefed.order_id] = self._desk.spawn(self._drive(briefed, how))

    def _turn_round(self, order_id: str) -> None:
        trip = self._trips.get(order_id)
        if trip is not None and not trip.done():
            here = self.place(self._desk.pace.now())
            self._way = Way(here, here, self._desk.pace.now(), 1.0)
            trip.cancel()

    async def _drive(self, briefed: AssignmentBriefed, how: Drive) -> None:
        driver, order = self.plan.id, briefed.order_id
        if order in self._desk.forsaken:
            self._desk.forsaken.remove(order)
            self._desk.spawn(self.phone.die(VANISHED_S))
        await self._ride_to(briefed.pickup, how, how.gives_up_after)
        if how.gives_up_after is not None:
            await self._say(DriverCancelled(driver_id=driver, order_id=order, reason="flat_tyre"))
            return
        await self._say(DriverArrived(driver_id=driver, order_id=order))
        await self._desk.pace.sleep(how.boarding_s)
        await self._say(DriverPickedUp(driver_id=driver, order_id=order))
        await self._ride_to(briefed.dropoff, how, None)
        await self.phone.until_alive()
        self._desk.delivered_by[order] = driver
        await self._say(DriverDelivered(driver_id=driver, order_id=order))

    async def _say(self, step: Value) -> None:
        await self.phone.until_alive()
        await self._desk.send(step, DRIVERS)

    async def _at_rest(self) -> None:
        """Wait until no trip is under way."""
        while self.driving:
            await asyncio.gather(*self._trips.values(), return_exceptions=True)

    async def _ride_to(self, there: Point, how: Drive, part: float | None) -> None:
        now = self._desk.pace.now()
        self._way = Way(self.place(now), there, now, how.metres_per_s)
        await self._desk.pace.sleep(self._way.seconds * (1.0 if part is None else part))

    def _registration(self, today: date) -> DriverRegistered:
        licence = today + (YEAR if self.plan.papers_valid else LAST_WEEK)
        return DriverRegistered(
            driver_id=self.plan.id,
            vehicle=Vehicle(vehicle_class=self.plan.vehicle_class, plate=self.plan.plate),
            papers=[
                Paper(kind=PaperKind.SIM_C, valid_until=licence),
                Paper(kind=PaperKind.STNK, valid_until=today + YEAR),
            ],
        )

    def _attestation(self, today: date) -> DriverResidenceAttested:
        return DriverResidenceAttested(
            driver_id=self.plan.id,
            by=Actor(role=Role.AGENCY, id=AGENCY_ID),
            district_code="35.10.16",
            valid_until=today + YEAR,
        )
