"""An order is completed, cancelled, unserved or returned: its search closes, and its drivers are free."""

from __future__ import annotations

import asyncio
from datetime import datetime

from contracts.events.orders import OrderCompleted, OrderEvent
from contracts.message import Message
from contracts.values import OfferOutcome
from services.matching.domain.drivers.commitments import completed, freed_of_order
from services.matching.domain.drivers.driver import Driver
from services.matching.domain.searches import lifecycle
from services.matching.domain.searches.search import Search, search_key
from services.matching.ports import Context
from services.matching.saving.causes import ORDERS
from services.matching.saving.changes import change_driver, change_search
from services.runtime.change import Cause, cause_of


async def order_ended(context: Context, message: Message[OrderEvent]) -> None:
    """Close the search first, so that an accept under way fails; then free every driver who had won it.

    An end that arrives before its search is written as a closed search.
    """
    order, cause, now = message.data, cause_of(message), context.clock.now()
    key = search_key(order.order_id)

    def close(known: Search | None) -> Search | None:
        return lifecycle.order_ended(known, order.order_id, message.sequence or 0, now)

    search = await change_search(context, key, cause, close, by=ORDERS, reason=message.type)
    if search is None:
        stored = await context.searches.get(key)
        search = stored.state if stored else None
    drivers = _winners(search) | ({order.driver_id} if order.driver_id else set())
    await asyncio.gather(*(_free(context, driver_id, order, cause, now) for driver_id in drivers))


async def _free(context: Context, driver_id: str, order: OrderEvent, cause: Cause, now: datetime) -> None:
    def free(driver: Driver | None) -> Driver | None:
        if driver is None:
            return None
        if isinstance(order, OrderCompleted) and driver_id == order.driver_id:
            return completed(driver, order.order_id, order.fare.driver_share, now)
        return freed_of_order(driver, order.order_id)

    await change_driver(context, driver_id, cause, free, by=ORDERS)


def _winners(search: Search | None) -> set[str]:
    offers = search.offers if search else ()
    return {offer.driver_id for offer in offers if offer.outcome is OfferOutcome.ACCEPTED}
