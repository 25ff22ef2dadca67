"""`recipient.erased.v1`: blank what orders know of that person; a running order needs it until its end."""

from __future__ import annotations

import asyncio

from contracts.events.recipients import RecipientErased
from contracts.message import Message
from contracts.values import Role
from services.orders.domain.blanking import blanked
from services.orders.domain.emergency import Emergency
from services.orders.domain.kitchen import merchant as merchants
from services.orders.domain.kitchen.merchant import Merchant
from services.orders.domain.order import Order
from services.orders.handlers.erasing import REASON, cause_of_erasure, forget_beneficiary
from services.orders.ports import Context, PendingErasure
from services.runtime.change import Change, Entry
from services.runtime.clock import real_now

LOOK_AGAIN_S = 10.0  # real seconds between two looks at orders that were still running


async def recipient_erased(context: Context, message: Message[RecipientErased]) -> None:
    """Write the erasure down, blank what has ended, and note what has not. Every step can be made again."""
    await context.erasures.record(message.data)
    await _forget(context, message.data)


async def blank_ended_orders(context: Context) -> None:
    """Until cancelled: blank the orders that have ended meanwhile, and once more what came in late."""
    while True:
        for pending in await context.erasures.pending():
            await _look_at(context, pending)
        await asyncio.sleep(LOOK_AGAIN_S)


async def _look_at(context: Context, pending: PendingErasure) -> None:
    for order_id in pending.waiting:
        if await _blank(context, order_id, pending.erased):
            await context.erasures.order_blanked(pending.erased, order_id)
    if pending.again_at is not None and pending.again_at <= real_now():
        await _forget(context, pending.erased)
        await context.erasures.second_look_done(pending)


async def _forget(context: Context, erased: RecipientErased) -> None:
    records = await context.erasures.records_of(erased)
    running = [order_id for order_id in records.orders if not await _blank(context, order_id, erased)]
    if running:
        await context.erasures.wait_for(erased, running)
    for key in records.beneficiaries:
        await forget_beneficiary(context, key, erased)
    for emergency_id in records.emergencies:
        await _clear_emergency(context, emergency_id, erased)
    if erased.role is Role.MERCHANT:
        await _forget_merchant(context, erased)


async def _blank(context: Context, order_id: str, erased: RecipientErased) -> bool:
    """Blank an order that has ended. Returns False while it still runs."""
    stored = await context.orders.get(order_id)
    if stored is None:
        return True
    if not stored.state.ended:
        return False

    def decide(known: Order | None) -> Change[Order] | None:
        if known is None or not known.ended:
            return None
        left = blanked(known, erased.role, erased.recipient_id)
        entry = Entry(left.status.value, "system", REASON)
        return None if left == known else Change(left, entry=entry, clear_digests=True)

    await context.orders.change(order_id, cause_of_erasure("order", order_id, erased, context.clock), decide)
    return True


async def _forget_merchant(context: Context, erased: RecipientErased) -> None:
    """Also an unknown one: the registration may still be on its way."""

    def decide(known: Merchant | None) -> Change[Merchant] | None:
        left = merchants.erased(known, erased.recipient_id, erased.at)
        entry = Entry("erased", "system", REASON)
        return None if left is None else Change(left, entry=entry, clear_digests=True)

    merchant_id = erased.recipient_id
    cause = cause_of_erasure("merchant", merchant_id, erased, context.clock)
    await context.merchants.change(merchant_id, cause, decide)


async def _clear_emergency(context: Context, emergency_id: str, erased: RecipientErased) -> None:
    """It never held the place, but the digest of the message did."""

    def decide(known: Emergency | None) -> Change[Emergency] | None:
        return None if known is None else Change(known, clear_digests=True)

    cause = cause_of_erasure("emergency", emergency_id, erased, context.clock)
    await context.emergencies.change(emergency_id, cause, decide)
