"""`merchant.order_accepted.v1`: the kitchen takes the order and says how long it needs."""

from __future__ import annotations

from functools import partial

from contracts.message import Message
from contracts.requests.merchants import MerchantOrderAccepted
from services.orders.handlers.on_order import apply
from services.orders.ports import Context
from services.orders.steps import by_merchant


async def merchant_order_accepted(context: Context, message: Message[MerchantOrderAccepted]) -> None:
    """Read the rush of the merchant, which adds its minutes, and cook."""
    merchant = await context.merchants.get(message.data.merchant_id)
    rush_minutes = merchant.state.rush_minutes if merchant else 0
    await apply(context, partial(by_merchant.accepted, rush_minutes=rush_minutes), message)
