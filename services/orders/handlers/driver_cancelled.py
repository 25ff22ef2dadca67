"""`driver.cancelled.v1`: the driver gives the order back, and another one is searched, unless he has waited in vain."""

from __future__ import annotations

from contracts.message import Message
from contracts.requests.drivers import DriverCancelled
from services.orders.domain.cancelling import waited_in_vain
from services.orders.domain.order import Order
from services.orders.domain.search.assigning import driver_gives_back
from services.orders.handlers import announce
from services.orders.handlers.calling_off import cancelled, why_of
from services.orders.handlers.refusing import known, refusing
from services.orders.ports import Context
from services.runtime.change import Change, Entry, cause_of

REASON = "driver_cancelled"


class DriverCancelledHandler:
    """This driver is not asked again for this order."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def __call__(self, message: Message[DriverCancelled]) -> None:
        """Search again."""
        request = message.data

        def decide(present: Order | None) -> Change[Order] | None:
            before = known(present, request.order_id)
            in_vain = waited_in_vain(
                before, request.driver_id, why_of(request.reason, REASON), self._context.clock.now()
            )
            if in_vain is not None:
                return cancelled(in_vain)
            with refusing(request.order_id):
                order = driver_gives_back(before, request.driver_id, message.time, self._context.clock.now())
            if order is None or before.assignment is None:
                return None
            events = announce.searched_again(order, before.assignment, REASON)
            return Change(order, events, Entry(order.status, f"driver:{request.driver_id}", REASON))

        await self._context.orders.change(request.order_id, cause_of(message), decide)
