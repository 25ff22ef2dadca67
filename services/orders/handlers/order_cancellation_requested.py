"""`order.cancellation_requested.v1`: a party wants the order to end."""

from __future__ import annotations

from contracts.message import Message
from contracts.requests.orders import OrderCancellationRequested
from services.orders.domain.cancelling import cancel
from services.orders.domain.order import Order
from services.orders.handlers.calling_off import cancelled, why_of
from services.orders.handlers.refusing import known, refusing
from services.orders.ports import Context
from services.runtime.change import Change, cause_of


class OrderCancellationRequestedHandler:
    """The write on the order's version settles who was first: this, or an assignment."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def __call__(self, message: Message[OrderCancellationRequested]) -> None:
        """Cancel; before the order has arrived, wait for it."""
        request = message.data
        why = why_of(request.reason, f"{request.by.role}_cancelled")

        def decide(present: Order | None) -> Change[Order] | None:
            with refusing(request.order_id):
                order = cancel(known(present, request.order_id), request.by, why, self._context.clock.now())
            if order is None:
                return None
            return cancelled(order)

        await self._context.orders.change(request.order_id, cause_of(message), decide)
