"""`merchant.order_accepted.v1`: the kitchen takes it, and says how long it will be."""

from __future__ import annotations

from contracts.events.orders import OrderPreparing
from contracts.message import Message
from contracts.requests.merchants import MerchantOrderAccepted
from services.orders.domain.cooking import accept
from services.orders.domain.order import Order
from services.orders.handlers import announce
from services.orders.handlers.refusing import known, refusing
from services.orders.ports import Desk
from services.runtime.aggregates import Change, Entry, cause_of


class MerchantOrderAcceptedHandler:
    """A rush of the merchant adds its minutes; the courier is searched by a timer, when he would come in time."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def __call__(self, message: Message[MerchantOrderAccepted]) -> None:
        """Cook."""
        said = message.data
        merchant = await self._desk.merchants.get(said.merchant_id)
        rush_minutes = merchant.state.rush_minutes if merchant else 0

        def decide(present: Order | None) -> Change[Order] | None:
            before, now = known(present, said.order_id), self._desk.clock.now()
            with refusing(said.order_id):
                order = accept(before, said.merchant_id, said.ready_in_minutes, rush_minutes, now)
            if order is None:
                return None
            event = announce.of(
                OrderPreparing, order, ready_at=order.kitchen.ready_at if order.kitchen else None
            )
            return Change(order, (event,), Entry(order.status, f"merchant:{said.merchant_id}"))

        await self._desk.orders.change(said.order_id, cause_of(message), decide)
