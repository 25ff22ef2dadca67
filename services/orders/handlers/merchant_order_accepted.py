"""`merchant.order_accepted.v1`: the kitchen takes it, and says how long it will be."""

from __future__ import annotations

from contracts.events.orders import OrderPreparing
from contracts.message import Message
from contracts.requests.merchants import MerchantOrderAccepted
from services.orders.domain.kitchen.cooking import accept
from services.orders.domain.order import Order
from services.orders.handlers import announce
from services.orders.handlers.refusing import known, refusing
from services.orders.ports import Context
from services.runtime.change import Change, Entry, cause_of


class MerchantOrderAcceptedHandler:
    """A rush of the merchant adds its minutes; the courier is searched by a timer, when he would come in time."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def __call__(self, message: Message[MerchantOrderAccepted]) -> None:
        """Cook."""
        said = message.data
        merchant = await self._context.merchants.get(said.merchant_id)
        rush_minutes = merchant.state.rush_minutes if merchant else 0

        def decide(present: Order | None) -> Change[Order] | None:
            before, now = known(present, said.order_id), self._context.clock.now()
            with refusing(said.order_id):
                order = accept(before, said.merchant_id, said.ready_in_minutes, rush_minutes, now)
            if order is None:
                return None
            event = announce.of(
                OrderPreparing, order, ready_at=order.kitchen.ready_at if order.kitchen else None
            )
            return Change(order, (event,), Entry(order.status, f"merchant:{said.merchant_id}"))

        await self._context.orders.change(said.order_id, cause_of(message), decide)
