"""An order and its payer's budget: held before the order begins, settled or given back when it has ended."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime

from contracts.values import OrderStatus
from services.orders.domain.intake.intake import enter
from services.orders.domain.intake.request import Facts
from services.orders.domain.order import Ending, Order, timers
from services.orders.domain.payment.funding import Hold, closed
from services.orders.domain.search.starting import SYSTEM
from services.orders.handlers.taking_in import taken_in
from services.orders.ports import Context, StaleHold
from services.runtime.change import Cause, Change, timer_cause
from services.runtime.route import Fire

LOOK_EVERY_S = 600.0


async def secure_funds(context: Context, order_id: str, cause: Cause) -> None:
    """Ask the budget, then let the order begin or refuse it; whoever dies over it, the order's timer asks again."""
    stored = await context.orders.get(order_id)
    funding = stored.state.funding if stored else None
    if stored is None or funding is None or stored.state.status is not OrderStatus.AWAITING_FUNDS:
        return
    held = await context.ledger.hold(funding.budget_id, order_id, funding.amount)

    def decide(present: Order | None) -> Change[Order] | None:
        if present is None or present.status is not OrderStatus.AWAITING_FUNDS:
            return None
        return taken_in(_with_answer(present, context.clock.now(), held=held))

    begun = await context.orders.change(order_id, cause, decide)
    if begun is None and held:
        await _give_back_stray(context, StaleHold(funding.budget_id, order_id, funding.amount))


async def close_funds(context: Context, order: Order, cause: Cause) -> None:
    """What the order owes is paid out of its budget, the rest given back. Then the order knows that it is done."""
    if order.funding is None:
        return
    await context.ledger.close(order.funding.budget_id, order.order_id, order.funding.amount, order.owed)

    def decide(present: Order | None) -> Change[Order] | None:
        if present is None or present.funding is None or present.funding.hold is Hold.CLOSED:
            return None
        return Change(replace(present, funding=closed(present.funding)))

    await context.orders.change(order.order_id, cause, decide)


def with_funds(context: Context, otherwise: Fire) -> Fire:
    """The timer of an order: its budget first where that is due, else whatever else is."""

    async def fire(order_id: str) -> None:
        stored, now = await context.orders.get(order_id), context.clock.now()
        due = {name for name, time in timers(stored.state).items() if time <= now} if stored else set()
        if stored is not None and "funds_wanted" in due:
            await secure_funds(context, order_id, timer_cause("order", order_id, now))
        elif stored is not None and "funds_settled" in due:
            await close_funds(context, stored.state, timer_cause("order", order_id, now))
        else:
            await otherwise(order_id)

    return fire


async def look_after_holds(context: Context) -> None:
    """Until cancelled: give back what somebody very slow has held for an order that had ended already."""
    while True:
        await asyncio.sleep(LOOK_EVERY_S)
        for hold in await context.ledger.left():
            await _give_back_stray(context, hold)


async def _give_back_stray(context: Context, hold: StaleHold) -> None:
    stored = await context.orders.get(hold.order_id)
    settled = (
        stored is not None
        and stored.state.funding is not None
        and stored.state.funding.hold is not Hold.CLOSED
    )
    if stored is None or (stored.state.ended and not settled):
        await context.ledger.close(hold.budget_id, hold.order_id, hold.amount, spent=0)


def _with_answer(order: Order, now: datetime, *, held: bool) -> Order:
    if held and order.funding is not None:
        return enter(replace(order, funding=replace(order.funding, hold=Hold.HELD)), Facts(now))
    return replace(
        order, status=OrderStatus.REJECTED, since=now, funding=None, ending=Ending("budget_exhausted", SYSTEM)
    )
