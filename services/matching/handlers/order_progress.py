"""What the order did with a match: took it, gave it up again, or refused it."""

from __future__ import annotations

from datetime import datetime

from contracts.events.orders import OrderDriverAssigned, OrderDriverUnassigned, OrderMatchRefused
from contracts.message import Message
from services.matching.domain.drivers import commitments
from services.matching.domain.drivers.driver import Driver
from services.matching.domain.searches import lifecycle
from services.matching.domain.searches.search import key_of
from services.matching.ports import Context
from services.matching.saving.changes import change_driver, change_search
from services.runtime.change import cause_of

BY = "orders"


class DriverAssignedHandler:
    """The match stands: nobody needs to look after the driver's accept any more."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def __call__(self, message: Message[OrderDriverAssigned]) -> None:
        """Note it with the driver."""
        order = message.data

        def decide(driver: Driver | None) -> Driver | None:
            return commitments.confirmed(driver, order.order_id, order.attempt) if driver else None

        await change_driver(self._context, order.driver_id, cause_of(message), decide, by=BY)


class DriverUnassignedHandler:
    """The driver is free; the order asks for another one by itself."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def __call__(self, message: Message[OrderDriverUnassigned]) -> None:
        """First the search, so that a late accept of the old offer fails; then the driver."""
        order, cause, now = message.data, cause_of(message), self._context.clock.now()
        sequence = message.sequence or 0
        await change_search(
            self._context,
            key_of(order.order_id),
            cause,
            lambda known: lifecycle.unassigned(
                known, order.driver_id, order.attempt, sequence, order.reason, now
            ),
            by=BY,
            reason=order.reason,
        )

        def decide(driver: Driver | None) -> Driver | None:
            return _let_go(driver, order, now) if driver else None

        await change_driver(self._context, order.driver_id, cause, decide, by=BY, reason=order.reason)


class MatchRefusedHandler:
    """The order had ended or moved on: its driver is free."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def __call__(self, message: Message[OrderMatchRefused]) -> None:
        """Close what this match stood for, unless a newer attempt is open."""
        order, cause, now = message.data, cause_of(message), self._context.clock.now()
        await change_search(
            self._context,
            key_of(order.order_id),
            cause,
            lambda known: lifecycle.match_refused(known, order.driver_id, order.offer_id, order.reason, now),
            by=BY,
            reason=order.reason,
        )

        def decide(driver: Driver | None) -> Driver | None:
            return commitments.freed_of_offer(driver, order.offer_id) if driver else None

        await change_driver(self._context, order.driver_id, cause, decide, by=BY, reason=order.reason)


def _let_go(driver: Driver, order: OrderDriverUnassigned, now: datetime) -> Driver | None:
    match order.reason:
        case lifecycle.GAVE_BACK:
            return commitments.gave_back(driver, order.order_id, order.attempt, now)
        case lifecycle.VANISHED:
            return commitments.vanished(driver, order.order_id, order.attempt, now)
    return commitments.freed_of_order(driver, order.order_id, order.attempt)
