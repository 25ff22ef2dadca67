"""`merchant.order_rejected.v1`: the kitchen does not take it; the order ends, and the customer is told."""

from __future__ import annotations

from contracts.message import Message
from contracts.requests.merchants import MerchantOrderRejected
from services.orders.domain.cooking import reject
from services.orders.domain.order import Order
from services.orders.handlers.match_failed import unserved
from services.orders.handlers.refusing import known, refusing
from services.orders.ports import Desk
from services.runtime.aggregates import Change, cause_of


class MerchantOrderRejectedHandler:
    """Its words stay out of the order: they are written for people, and may name one."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def __call__(self, message: Message[MerchantOrderRejected]) -> None:
        """End the order as unserved."""
        said = message.data

        def decide(present: Order | None) -> Change[Order] | None:
            before = known(present, said.order_id)
            with refusing(said.order_id):
                order = reject(before, said.merchant_id, self._desk.clock.now())
            return None if order is None else unserved(order)

        await self._desk.orders.change(said.order_id, cause_of(message), decide)
