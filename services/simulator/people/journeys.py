"""One order carried out by its driver: to the pick-up, to the door, and back where the order demands it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from contracts.events.orders import (
    AssignmentBriefed,
    OrderAttemptFailed,
    OrderReturning,
)
from contracts.message import Message
from contracts.requests.drivers import (
    DriverArrived,
    DriverCancelled,
    DriverDelivered,
    DriverDeliveryFailed,
    DriverPickedUp,
    DriverReturned,
)
from contracts.values import Leg, Point, Proof, ProofKind, Value
from services.simulator.people.context import DRIVERS_APP, ActorContext
from services.simulator.people.decisions import Drive
from services.simulator.people.phones import Phone

VANISHED_S = 360.0  # longer than the five minutes after which matching gives up a silent driver
SIGHTSEEING_S = 60.0
A_MOMENT = timedelta(seconds=1)  # after the earliest time of the next attempt
SETS_OUT = timedelta(minutes=10)  # before the pick-up of a booked order

RideTo = Callable[[Point, Drive, float | None], Awaitable[None]]


class Journey:
    """What the driver does after the briefing; `hear` passes on the events that follow from each step."""

    def __init__(
        self, briefed: AssignmentBriefed, how: Drive, context: ActorContext, phone: Phone, ride_to: RideTo
    ) -> None:
        self.briefed = briefed
        self._how = how
        self._context = context
        self._phone = phone
        self._ride_to = ride_to
        self._news: asyncio.Queue[Any] = asyncio.Queue()
        self._failures = 0

    def hear(self, event: Message[Any]) -> None:
        """Pass on an event about the order: a new briefing, a failed attempt, or the way back."""
        if isinstance(event.data, AssignmentBriefed):
            self.briefed = event.data
        elif isinstance(event.data, OrderAttemptFailed | OrderReturning):
            self._news.put_nowait(event.data)

    async def run(self) -> None:
        """Ride to the pick-up and to the door; a way back is started later."""
        ids, how = self._ids(), self._how
        if self.briefed.order_id in self._context.abandoned:
            self._context.abandoned.remove(self.briefed.order_id)
            self._context.spawn(self._phone.fall_silent(VANISHED_S))
        if self.briefed.pickup_at is not None:
            await self._context.pace.until(self.briefed.pickup_at - SETS_OUT)
        await self._ride_to(self.briefed.pickup, how, how.gives_up_after)
        if how.gives_up_after is not None:
            await self._send(DriverCancelled(**ids, reason="flat_tyre"))
            return
        await self._send(DriverArrived(**ids))
        await self._context.pace.sleep(how.boarding_s)
        if self.briefed.items:
            await self._context.ready[self.briefed.order_id].wait()
        await self._send(DriverPickedUp(**ids, proof=await self._proof(self.briefed.proof_at_pickup)))
        await self._deliver()

    async def way_back(self) -> None:
        """Wait while the guest looks around, and ride back."""
        await self._context.pace.sleep(SIGHTSEEING_S)
        await self._send(DriverPickedUp(**self._ids(), leg=Leg.BACK))
        await self._ride_to(self.briefed.pickup, self._how, None)
        await self._send(DriverDelivered(**self._ids(), leg=Leg.BACK))

    async def _deliver(self) -> None:
        await self._ride_to(self.briefed.dropoff, self._how, None)
        while self._failures < self._context.absences.get(self.briefed.order_id, 0):
            self._failures += 1
            await self._send(DriverDeliveryFailed(**self._ids(), reason="recipient_absent"))
            if not await self._may_try_again():
                await self._bring_back()
                return
        proof = await self._proof(self.briefed.proof_at_dropoff)
        await self._phone.until_reachable()
        self._context.delivered_by[self.briefed.order_id] = self.briefed.driver_id
        await self._send(DriverDelivered(**self._ids(), proof=proof))

    async def _may_try_again(self) -> bool:
        while True:
            news = await self._news.get()
            if isinstance(news, OrderReturning):
                return False
            if isinstance(news, OrderAttemptFailed) and news.next_at is not None:
                await self._context.pace.until(news.next_at + A_MOMENT)
                return True

    async def _bring_back(self) -> None:
        await self._ride_to(self.briefed.pickup, self._how, None)
        await self._send(DriverReturned(**self._ids(), proof=await self._proof(self.briefed.proof_at_pickup)))
        self._context.brought_back[self.briefed.order_id].set()

    async def _proof(self, kinds: list[ProofKind]) -> Proof | None:
        if not kinds:
            return None
        order = self.briefed.order_id
        return Proof(
            code=await self._context.code_of(order) if ProofKind.CODE in kinds else None,
            envelope=self._context.envelopes.get(order) if ProofKind.ENVELOPE in kinds else None,
            photo="a-picture" if ProofKind.PHOTO in kinds else None,
            note="handed over at the door" if ProofKind.NOTE in kinds else None,
        )

    def _ids(self) -> dict[str, Any]:
        return {"driver_id": self.briefed.driver_id, "order_id": self.briefed.order_id}

    async def _send(self, step: Value) -> None:
        await self._phone.until_reachable()
        await self._context.send(step, DRIVERS_APP)
