"""An order and its payer's budget: held before the order begins, settled or given back when it has ended."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime

from contracts.values import OrderStatus
from services.orders.domain.intake.intake import begin_order
from services.orders.domain.order import SYSTEM, Ending, Order
from services.orders.domain.payment.funding import HoldState, with_closed_hold
from services.orders.ports import Context, StaleHold
from services.orders.steps.beginnings import taken_in
from services.runtime.change import Cause, Change

LOOK_EVERY_S = 600.0


async def secure_funds(context: Context, order_id: str, cause: Cause) -> None:
    """Ask the budget, then let the order begin or reject it.

    After a crash in between the order's timer asks again.

    Raises `DatabaseAway`.
    """
    stored = await context.orders.get(order_id)
    funding = stored.state.funding if stored else None
    if stored is None or funding is None or stored.state.status is not OrderStatus.AWAITING_FUNDS:
        return
    held = await context.ledger.hold(funding.budget_id, order_id, funding.amount)

    def decide(present: Order | None) -> Change[Order] | None:
        if present is None or present.status is not OrderStatus.AWAITING_FUNDS:
            return None
        return taken_in(_with_reply(present, context.clock.now(), held=held))

    begun = await context.orders.change(order_id, cause, decide)
    if begun is None and held:
        await _release_stale(context, StaleHold(funding.budget_id, order_id, funding.amount))


async def close_funds(context: Context, order: Order, cause: Cause) -> None:
    """Pay what the order owes out of its budget and give the rest back; then note it in the order.

    Raises `DatabaseAway`.
    """
    if order.funding is None:
        return
    await context.ledger.close(order.funding.budget_id, order.order_id, order.funding.amount, order.owed)

    def decide(present: Order | None) -> Change[Order] | None:
        if present is None or present.funding is None or present.funding.hold is HoldState.CLOSED:
            return None
        return Change(replace(present, funding=with_closed_hold(present.funding)))

    await context.orders.change(order.order_id, cause, decide)


async def release_stale_holds(context: Context) -> None:
    """Until cancelled: give back what a slow process has held for an order that had ended already."""
    while True:
        await asyncio.sleep(LOOK_EVERY_S)
        for hold in await context.ledger.stale_holds():
            await _release_stale(context, hold)


async def _release_stale(context: Context, hold: StaleHold) -> None:
    stored = await context.orders.get(hold.order_id)
    funding = stored.state.funding if stored else None
    settles_itself = funding is not None and funding.hold is not HoldState.CLOSED
    if stored is None or (stored.state.ended and not settles_itself):
        await context.ledger.close(hold.budget_id, hold.order_id, hold.amount, spent=0)


def _with_reply(order: Order, now: datetime, *, held: bool) -> Order:
    if held and order.funding is not None:
        return begin_order(replace(order, funding=replace(order.funding, hold=HoldState.HELD)), now)
    ending = Ending("budget_exhausted", SYSTEM)
    return replace(order, status=OrderStatus.REJECTED, since=now, funding=None, ending=ending)
