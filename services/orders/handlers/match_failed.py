"""`match.failed.v1`: no driver was found; the order ends, or waits for the next of the searches before its time."""

from __future__ import annotations

from contracts.events.matching import MatchFailed
from contracts.events.orders import OrderUnserved
from contracts.message import Message
from contracts.values import OrderStatus
from services.orders.domain.order import Order
from services.orders.domain.search.assigning import search_failed
from services.orders.handlers import announce
from services.orders.handlers.refusing import known
from services.orders.ports import Context
from services.runtime.change import Change, Entry, cause_of

BY = "system:orders"


class MatchFailedHandler:
    """Only the search that is under way can fail."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def __call__(self, message: Message[MatchFailed]) -> None:
        """End the order as unserved, or let it wait."""
        failure = message.data

        def decide(present: Order | None) -> Change[Order] | None:
            before = known(present, failure.order_id)
            order = search_failed(before, failure.attempt, failure.reason, self._context.clock.now())
            return None if order is None else without_driver(order, failure.reason)

        await self._context.orders.change(failure.order_id, cause_of(message), decide)


def without_driver(order: Order, reason: str) -> Change[Order]:
    """The change that lets a booked order wait again, or ends one that nobody could carry out."""
    if order.status is OrderStatus.SCHEDULED:
        return Change(order, (announce.postponed(order),), Entry(order.status, BY, reason))
    return unserved(order)


def unserved(order: Order) -> Change[Order]:
    """The change that ends an order nobody could carry out."""
    reason = announce.ending(order).reason
    event = announce.of(OrderUnserved, order, reason=reason)
    return Change(order, (event, *announce.receipt(order)), Entry(order.status, BY, reason))
