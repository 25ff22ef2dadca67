"""The order's answer to a match: it assigned the driver, gave them up again, or refused the match."""

from __future__ import annotations

from datetime import datetime

from contracts.events.orders import OrderDriverAssigned, OrderDriverUnassigned, OrderMatchRefused
from contracts.message import Message
from services.matching.domain.drivers import commitments
from services.matching.domain.drivers.driver import Driver
from services.matching.domain.searches import lifecycle
from services.matching.domain.searches.search import Search, search_key
from services.matching.ports import Context
from services.matching.saving.causes import ORDERS
from services.matching.saving.changes import change_driver, change_search
from services.runtime.change import cause_of


def assigned(driver: Driver | None, message: Message[OrderDriverAssigned], _: datetime) -> Driver | None:
    """Confirm the driver's accept: the clock need not settle it any more."""
    order = message.data
    return commitments.confirmed(driver, order.order_id, order.attempt) if driver else None


async def unassigned(context: Context, message: Message[OrderDriverUnassigned]) -> None:
    """Close the match first, so that a late accept of the old offer fails; then free the driver.

    The order starts its next search itself.
    """
    order, cause, now = message.data, cause_of(message), context.clock.now()
    sequence, reason = message.sequence or 0, order.reason

    def close(search: Search | None) -> Search | None:
        return lifecycle.unassigned(search, order.driver_id, order.attempt, sequence, reason, now)

    def free(driver: Driver | None) -> Driver | None:
        return _freed(driver, order, now) if driver else None

    await change_search(context, search_key(order.order_id), cause, close, by=ORDERS, reason=reason)
    await change_driver(context, order.driver_id, cause, free, by=ORDERS, reason=reason)


async def refused(context: Context, message: Message[OrderMatchRefused]) -> None:
    """Close the match first, unless a newer attempt is open; then free the driver.

    The order has ended, moved on, or excludes the driver.
    """
    order, cause, now = message.data, cause_of(message), context.clock.now()

    def close(search: Search | None) -> Search | None:
        return lifecycle.match_refused(search, order.driver_id, order.offer_id, order.reason, now)

    def free(driver: Driver | None) -> Driver | None:
        return commitments.freed_of_offer(driver, order.offer_id) if driver else None

    await change_search(context, search_key(order.order_id), cause, close, by=ORDERS, reason=order.reason)
    await change_driver(context, order.driver_id, cause, free, by=ORDERS, reason=order.reason)


def _freed(driver: Driver, order: OrderDriverUnassigned, now: datetime) -> Driver | None:
    match order.reason:
        case lifecycle.GAVE_BACK:
            return commitments.gave_back(driver, order.order_id, order.attempt, now)
        case lifecycle.VANISHED:
            return commitments.vanished(driver, order.order_id, order.attempt, now)
    return commitments.freed_of_order(driver, order.order_id, order.attempt)
