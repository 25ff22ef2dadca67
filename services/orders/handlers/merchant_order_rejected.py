"""`merchant.order_rejected.v1`: the kitchen does not take it; the order ends, and the customer is told."""

from __future__ import annotations

from contracts.message import Message
from contracts.requests.merchants import MerchantOrderRejected
from services.orders.domain.kitchen.cooking import reject
from services.orders.domain.order import Order
from services.orders.handlers.match_failed import unserved
from services.orders.handlers.refusing import known, refusing
from services.orders.ports import Context
from services.runtime.change import Change, cause_of


class MerchantOrderRejectedHandler:
    """Its words stay out of the order: they are written for people, and may name one."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def __call__(self, message: Message[MerchantOrderRejected]) -> None:
        """End the order as unserved."""
        said = message.data

        def decide(present: Order | None) -> Change[Order] | None:
            before = known(present, said.order_id)
            with refusing(said.order_id):
                order = reject(before, said.merchant_id, self._context.clock.now())
            return None if order is None else unserved(order)

        await self._context.orders.change(said.order_id, cause_of(message), decide)
