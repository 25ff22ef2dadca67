"""`order.report_requested.v1`: a party asks for the present state."""

from __future__ import annotations

from contracts.events.orders import OrderReported
from contracts.message import Message
from contracts.requests.orders import OrderReportRequested
from services.orders.domain.cancelling import require_party
from services.orders.handlers import announce
from services.orders.handlers.refusing import known, refusing
from services.orders.ports import Context
from services.runtime.change import cause_of


class OrderReportRequestedHandler:
    """Answers and writes nothing."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def __call__(self, message: Message[OrderReportRequested]) -> None:
        """Report."""
        request = message.data
        stored = await self._context.orders.get(request.order_id)
        order = known(stored.state if stored else None, request.order_id)
        with refusing(request.order_id):
            require_party(order, request.by)
        report = announce.of(OrderReported, order, status=order.status, since=order.since)
        await self._context.replies.publish(
            report, cause_of(message), sequence=stored.version if stored else None
        )
