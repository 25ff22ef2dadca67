"""`match.withdrawn.v1`: matching takes a match back; before the pick-up another driver is searched."""

from __future__ import annotations

from contracts.events.matching import MatchWithdrawn
from contracts.message import Message
from services.orders.domain.order import Order
from services.orders.domain.search.assigning import match_withdrawn
from services.orders.handlers import announce
from services.orders.handlers.refusing import known
from services.orders.ports import Context
from services.runtime.change import Change, Entry, cause_of


class MatchWithdrawnHandler:
    """A passenger on the way keeps his driver."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def __call__(self, message: Message[MatchWithdrawn]) -> None:
        """Search again."""
        withdrawal = message.data

        def decide(present: Order | None) -> Change[Order] | None:
            before = known(present, withdrawal.order_id)
            order = match_withdrawn(before, withdrawal.offer_id, self._context.clock.now())
            if order is None or before.assignment is None:
                return None
            events = announce.searched_again(order, before.assignment, withdrawal.reason)
            return Change(order, events, Entry(order.status, "system:matching", withdrawal.reason))

        await self._context.orders.change(withdrawal.order_id, cause_of(message), decide)
