"""`order.cancellation_requested.v1`: a party wants the order to end."""

from __future__ import annotations

from contracts.events.orders import OrderCancelled
from contracts.message import Message
from contracts.requests.orders import OrderCancellationRequested
from services.orders.domain.cancelling import cancel
from services.orders.domain.order import Order
from services.orders.handlers import announce
from services.orders.handlers.refusing import known, refusing
from services.orders.ports import Desk
from services.runtime.aggregates import Change, Entry, cause_of


class OrderCancellationRequestedHandler:
    """The write on the order's version settles who was first: this, or an assignment."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def __call__(self, message: Message[OrderCancellationRequested]) -> None:
        """Cancel; before the order has arrived, wait for it."""
        request = message.data

        def decide(present: Order | None) -> Change[Order] | None:
            with refusing(request.order_id):
                order = cancel(known(present, request.order_id), request.by, self._desk.clock.now())
            if order is None:
                return None
            ending = announce.ending(order)
            event = announce.of(OrderCancelled, order, by=request.by, reason=ending.reason, fee=ending.fee)
            entry = Entry(order.status, f"{request.by.role}:{request.by.id}", ending.reason)
            return Change(order, (event, *announce.receipt(order)), entry)

        await self._desk.orders.change(request.order_id, cause_of(message), decide)
