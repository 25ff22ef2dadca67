"""`order.report_requested.v1`: a party asks for the present state."""

from __future__ import annotations

from contracts.events.orders import OrderReported
from contracts.message import Message
from contracts.requests.orders import OrderReportRequested
from services.orders.domain.parties import require_party
from services.orders.events import announce
from services.orders.handlers.on_order import known, refusing
from services.orders.ports import Context
from services.runtime.change import cause_of


async def order_report_requested(context: Context, message: Message[OrderReportRequested]) -> None:
    """Reply with the state and write nothing.

    Raises `NotYet` for an unknown order, `Rejected` for a person who takes no part.
    """
    request = message.data
    stored = await context.orders.get(request.order_id)
    order = known(stored.state if stored else None, request.order_id)
    with refusing(request.order_id):
        require_party(order, request.by)
    report = announce.of(OrderReported, order, status=order.status, since=order.since)
    await context.replies.publish(report, cause_of(message), sequence=stored.version if stored else None)
