"""`merchant.order_ready.v1`: the food is ready; a courier is searched at once where none is yet."""

from __future__ import annotations

from contracts.events.orders import OrderReady
from contracts.message import Message
from contracts.requests.merchants import MerchantOrderReady
from services.orders.domain.kitchen.cooking import ready
from services.orders.domain.order import Order
from services.orders.handlers import announce
from services.orders.handlers.refusing import known, refusing
from services.orders.ports import Context
from services.runtime.change import Change, Entry, cause_of


class MerchantOrderReadyHandler:
    """The status of an order that is searched for or driven stays what it is."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def __call__(self, message: Message[MerchantOrderReady]) -> None:
        """Note it."""
        said = message.data

        def decide(present: Order | None) -> Change[Order] | None:
            before = known(present, said.order_id)
            with refusing(said.order_id):
                order = ready(before, said.merchant_id, self._context.clock.now())
            if order is None:
                return None
            searches = (announce.search_started(order),) if order.attempt > before.attempt else ()
            events = (announce.of(OrderReady, order), *searches)
            return Change(order, events, Entry(order.status, f"merchant:{said.merchant_id}", "ready"))

        await self._context.orders.change(said.order_id, cause_of(message), decide)
