"""A timer of an order: its payer's budget first where that is due, then its other steps."""

from __future__ import annotations

from datetime import datetime

from services.orders.domain.order import Order
from services.orders.domain.timers import timers
from services.orders.handlers.funding import close_funds, secure_funds
from services.orders.ports import Context
from services.orders.steps.by_time import due
from services.runtime.change import Change, timer_cause


async def order_due(context: Context, order_id: str) -> None:
    """Decide on the present state. An order that has moved on stays as it is. Raises `DatabaseAway`."""
    stored = await context.orders.get(order_id)
    now = context.clock.now()
    cause = timer_cause("order", order_id, now)
    if stored is not None and _is_due("funds_wanted", stored.state, now):
        await secure_funds(context, order_id, cause)
    elif stored is not None and _is_due("funds_settled", stored.state, now):
        await close_funds(context, stored.state, cause)
    else:

        def decide(present: Order | None) -> Change[Order] | None:
            return None if present is None else due(present, now)

        await context.orders.change(order_id, cause, decide)


def _is_due(name: str, order: Order, now: datetime) -> bool:
    at = timers(order).get(name)
    return at is not None and at <= now
