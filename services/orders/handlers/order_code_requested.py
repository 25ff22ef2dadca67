"""`order.code_requested.v1`: the recipient needs a new code."""

from __future__ import annotations

from contracts.message import Message
from contracts.requests.orders import OrderCodeRequested
from services.orders.domain.cancelling import require_party
from services.orders.domain.custody.proof import new_code
from services.orders.domain.order import Order
from services.orders.handlers import announce
from services.orders.handlers.refusing import known, refusing
from services.orders.ports import Context
from services.runtime.change import Change, Entry, cause_of

ISSUED = "code_issued"


class OrderCodeRequestedHandler:
    """The old code is void at once; how many there are is limited, so that nobody guesses for ever."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def __call__(self, message: Message[OrderCodeRequested]) -> None:
        """Issue the next one."""
        request = message.data

        def decide(present: Order | None) -> Change[Order] | None:
            before = known(present, request.order_id)
            with refusing(request.order_id):
                require_party(before, request.by)
                order = new_code(before)
            return Change(
                order,
                announce.code_issued(order),
                Entry(order.status, f"{request.by.role}:{request.by.id}", ISSUED),
            )

        await self._context.orders.change(request.order_id, cause_of(message), decide)
