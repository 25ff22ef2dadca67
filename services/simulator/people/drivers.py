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
    OrderLegCompleted,
)
from contracts.message import Message
from contracts.requests.drivers import (
    DriverOfferAccepted,
    DriverOfferDeclined,
    DriverRegistered,
    DriverResidenceAttested,
    DriverShiftEnded,
    DriverShiftStarted,
    DriverStandbyJoined,
    Paper,
    PaperKind,
)
from contracts.values import Actor, Point, Role, Vehicle
from services.simulator.people.context import AGENCY_APP, DRIVERS_APP, ActorContext
from services.simulator.people.decisions import Drive, answer, drive
from services.simulator.people.journeys import Journey
from services.simulator.people.phones import Phone
from services.simulator.places.geography import ROAD_FACTOR, Way, metres
from services.simulator.plans.drivers import DriverPlan

AGENCY_ID = "dispendukcapil"
YEAR = timedelta(days=365)
LAST_WEEK = timedelta(days=-7)
SILENT_S = 180.0
# Longer rides are played faster, so that no demo waits an hour for one motorcycle on the volcano.
LONGEST_RIDE_S = 240.0


class Driver:
    """One driver with a plan."""

    def __init__(self, plan: DriverPlan, context: ActorContext) -> None:
        self.plan = plan
        self._context = context
        self._way = Way(plan.home, plan.home, context.pace.now(), 1.0)
        self._asked: dict[str, int] = {}
        self._trips: dict[str, asyncio.Task[None]] = {}
        self._journeys: dict[str, Journey] = {}
        # By order: its newest version that assigned or unassigned this driver.
        self._versions: dict[str, int] = {}
        self._closed: set[str] = set()
        self.phone = Phone(context.pace)
        self.on_shift = True

    @property
    def visible(self) -> bool:
        """Whether the phone reports a position."""
        return self.phone.reachable and (self.on_shift or self.driving)

    @property
    def driving(self) -> bool:
        """Whether a trip is under way."""
        return any(not trip.done() for trip in self._trips.values())

    def place(self, now: datetime) -> Point:
        """Where the driver is."""
        return self._way.at(now)

    async def report_for_work(self) -> None:
        """Register, be attested, register a contact, start the shift."""
        plan, today = self.plan, self._context.pace.now().date()
        await self._context.send(self._registration(today), DRIVERS_APP)
        if plan.attested:
            await self._context.send(self._attestation(today), AGENCY_APP)
        await self._context.register_contact(plan.id, Role.DRIVER, "id", plan.name)
        home = Point(lat=plan.home.lat, lng=plan.home.lng)
        await self._context.send(DriverShiftStarted(driver_id=plan.id, place=home), DRIVERS_APP)
        if plan.standby_id is not None:
            await self._context.send(
                DriverStandbyJoined(driver_id=plan.id, standby_id=plan.standby_id), DRIVERS_APP
            )

    async def live(self, dawn: datetime) -> None:
        """Fall silent for a while, or go home, if that is the plan; never with a passenger."""
        plan, pace = self.plan, self._context.pace
        if plan.silent_after_s is not None:
            await pace.until(dawn + timedelta(seconds=plan.silent_after_s))
            await self._until_free()
            await self.phone.fall_silent(SILENT_S)
        if plan.leaves_after_s is not None:
            await pace.until(dawn + timedelta(seconds=plan.leaves_after_s))
            await self._until_free()
            self.on_shift = False
            await self._context.send(DriverShiftEnded(driver_id=plan.id), DRIVERS_APP)

    def hear(self, event: Message[Any]) -> None:
        """React to an event about this driver."""
        self._continue_journey(event)
        match event.data:
            case OfferMade():
                self._context.spawn(self._answer(event.data))
            case OfferClosed():
                self._closed.add(event.data.offer_id)
            case AssignmentBriefed() if (
                event.data.order_id not in self._context.event_log.ended and self._is_news(event)
            ):
                self._set_out(event.data)
            case OrderCancelled() | OrderDriverUnassigned() if self._is_news(event):
                self._stop_trip(event.data.order_id)
            case _:
                pass

    def _is_news(self, event: Message[Any]) -> bool:
        """Whether nothing newer is known: briefings have a queue of their own and may come early or late."""
        order_id, version = event.data.order_id, event.sequence or 0
        if version < self._versions.get(order_id, 0):
            return False
        self._versions[order_id] = version
        return True

    async def _answer(self, offer: OfferMade) -> None:
        order = f"{offer.order_id}.{offer.attempt}"
        time_asked = self._asked[order] = self._asked.get(order, 0) + 1
        reply = answer(self._context.seed, self.plan.id, self.plan.temper, order, time_asked)
        if reply.accepts is None:
            return
        await self._context.pace.sleep(reply.after_s)
        shown = offer.offer_id not in self._closed and self.phone.reachable and self.on_shift
        if not shown:
            return
        kind = DriverOfferAccepted if reply.accepts else DriverOfferDeclined
        await self._context.send(kind(driver_id=self.plan.id, offer_id=offer.offer_id), DRIVERS_APP)

    def _set_out(self, briefed: AssignmentBriefed) -> None:
        if briefed.order_id not in self._trips:
            how = drive(self._context.seed, self.plan.id, self.plan.temper, briefed.order_id)
            journey = Journey(briefed, how, self._context, self.phone, self._ride_to)
            self._journeys[briefed.order_id] = journey
            self._trips[briefed.order_id] = self._context.spawn(journey.run())

    def _continue_journey(self, event: Message[Any]) -> None:
        journey = self._journeys.get(getattr(event.data, "order_id", None) or "")
        if journey is None:
            return
        journey.hear(event)
        if isinstance(event.data, OrderLegCompleted):
            self._trips[event.data.order_id] = self._context.spawn(journey.way_back())

    def _stop_trip(self, order_id: str) -> None:
        trip = self._trips.pop(order_id, None)  # the same order may be assigned to the driver again
        if trip is not None and not trip.done():
            here = self.place(self._context.pace.now())
            self._way = Way(here, here, self._context.pace.now(), 1.0)
            trip.cancel()

    async def _until_free(self) -> None:
        """Wait until no trip is under way."""
        while self.driving:
            await asyncio.gather(*self._trips.values(), return_exceptions=True)

    async def _ride_to(self, there: Point, how: Drive, part: float | None) -> None:
        now = self._context.pace.now()
        here = self.place(now)
        speed = max(how.metres_per_s, metres(here, there) * ROAD_FACTOR / LONGEST_RIDE_S)
        self._way = Way(here, there, now, speed)
        await self._context.pace.sleep(self._way.seconds * (1.0 if part is None else part))

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
