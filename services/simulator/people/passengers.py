"""Passengers: each orders one ride; some cancel it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from contracts.events.orders import OrderDriverAssigned
from contracts.message import Message
from contracts.requests.orders import OrderCancellationRequested, OrderRequested
from contracts.values import Actor, Customer, Role
from services.simulator.people.context import CUSTOMERS_APP, ActorContext
from services.simulator.plans.customers import CustomerPlan, Mood

CONTACT_EARLIER_S = 30
CANCEL_EARLIER_S = 1


class Passenger:
    """One customer who orders a ride, with a plan."""

    def __init__(self, plan: CustomerPlan, context: ActorContext) -> None:
        self.plan = plan
        self._context = context

    async def live(self, dawn: datetime) -> None:
        """Order at the planned time after `dawn`, and cancel if that is the plan."""
        plan, pace = self.plan, self._context.pace
        await pace.until(dawn + timedelta(seconds=plan.after_s - CONTACT_EARLIER_S))
        await self._context.register_contact(plan.id, Role.CUSTOMER, plan.locale, plan.name)
        await pace.until(dawn + timedelta(seconds=plan.after_s))
        if plan.mood is Mood.CANCELS_BEFORE:
            await self._cancel()
            await pace.sleep(CANCEL_EARLIER_S)
        self._context.event_log.asked(plan.order_id)
        await self._context.send(self._order(), CUSTOMERS_APP)
        if plan.mood in {Mood.CANCELS_SEARCH, Mood.CHANGES_MIND}:
            await self._change_of_mind()

    def hear(self, event: Message[Any]) -> None:
        """Cancel a ride under way if that is the plan."""
        if (
            self.plan.mood is Mood.CANCELS_RIDE
            and isinstance(event.data, OrderDriverAssigned)
            and event.data.attempt == 1
        ):
            self._context.spawn(self._change_of_mind())

    async def _change_of_mind(self) -> None:
        await self._context.pace.sleep(self.plan.patience_s)
        if self.plan.order_id not in self._context.event_log.ended:
            await self._cancel()

    async def _cancel(self) -> None:
        by = Actor(role=Role.CUSTOMER, id=self.plan.id)
        await self._context.send(
            OrderCancellationRequested(order_id=self.plan.order_id, by=by), CUSTOMERS_APP
        )

    def _order(self) -> OrderRequested:
        plan = self.plan
        return OrderRequested(
            order_id=plan.order_id,
            service="ride",
            customer=Customer(id=plan.id, kind=plan.kind, locale=plan.locale),
            pickup=plan.pickup,
            dropoff=plan.dropoff,
        )
