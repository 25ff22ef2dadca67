"""`match.made.v1`: take the proposed driver, or refuse the match."""

from __future__ import annotations

from contracts.events.matching import MatchMade
from contracts.events.orders import OrderMatchRefused
from contracts.message import Message
from services.orders.domain.errors import MatchRefused
from services.orders.events import announce
from services.orders.handlers.on_order import apply
from services.orders.ports import Context
from services.orders.steps import by_matching
from services.runtime.change import cause_of


async def match_made(context: Context, message: Message[MatchMade]) -> None:
    """Take the driver or refuse the match, never both.

    An order that ended or moved on replies `order.match_refused.v1`, and matching frees the driver.
    """
    match = message.data
    try:
        await apply(context, by_matching.made, message)
    except MatchRefused as refusal:
        reply = announce.of(
            OrderMatchRefused,
            refusal.order,
            driver_id=match.driver_id,
            offer_id=match.offer_id,
            attempt=match.attempt,
            reason=refusal.reason,
        )
        await context.replies.publish(reply, cause_of(message))
