"""A timer: matching has not answered long after the search's end."""

from __future__ import annotations

from services.orders.domain.assigning import search_overdue
from services.orders.domain.order import Order
from services.orders.handlers.match_failed import unserved
from services.orders.ports import Desk
from services.runtime.aggregates import Change, timer_cause


class SearchOverdueHandler:
    """The order ends all the same: nobody waits for ever."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def __call__(self, order_id: str) -> None:
        """Fire when due."""

        def decide(present: Order | None) -> Change[Order] | None:
            order = search_overdue(present, self._desk.clock.now()) if present else None
            return None if order is None else unserved(order)

        await self._desk.orders.change(order_id, timer_cause("order", order_id, self._desk.clock.now()), decide)
