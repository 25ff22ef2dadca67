"""An order is completed, cancelled, unserved or returned: its search is shut and whoever drove it is free."""

from __future__ import annotations

import asyncio

from contracts.events.orders import OrderCompleted, OrderEvent
from contracts.message import Message
from services.matching.domain.drivers.commitments import completed, freed_of_order
from services.matching.domain.drivers.driver import Driver
from services.matching.domain.searches.lifecycle import order_ended
from services.matching.domain.searches.search import Outcome, Search, key_of
from services.matching.ports import Context
from services.matching.saving.changes import change_driver, change_search
from services.runtime.change import Cause, cause_of

BY = "orders"


class OrderEndedHandler:
    """Also before the search is known: then it is written down as shut."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def __call__(self, message: Message[OrderEvent]) -> None:
        """First the search, so that an accept under way fails; then every driver who had won it."""
        order, cause, now = message.data, cause_of(message), self._context.clock.now()
        key = key_of(order.order_id)
        search = await change_search(
            self._context,
            key,
            cause,
            lambda known: order_ended(known, order.order_id, message.sequence or 0, now),
            by=BY,
            reason=message.type,
        )
        if search is None:
            stored = await self._context.searches.get(key)
            search = stored.state if stored else None
        drivers = _winners(search) | ({order.driver_id} if order.driver_id else set())
        await asyncio.gather(*(self._free(driver_id, order, cause) for driver_id in drivers))

    async def _free(self, driver_id: str, order: OrderEvent, cause: Cause) -> None:
        now = self._context.clock.now()

        def decide(driver: Driver | None) -> Driver | None:
            if driver is None:
                return None
            if isinstance(order, OrderCompleted) and driver_id == order.driver_id:
                return completed(driver, order.order_id, order.fare.driver_share, now)
            return freed_of_order(driver, order.order_id)

        await change_driver(self._context, driver_id, cause, decide, by=BY)


def _winners(search: Search | None) -> set[str]:
    offers = search.offers if search else ()
    return {offer.driver_id for offer in offers if offer.outcome is Outcome.ACCEPTED}
