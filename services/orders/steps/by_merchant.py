"""Steps that the merchant reports about an order."""

from __future__ import annotations

from datetime import datetime

from contracts.events.orders import OrderPreparing, OrderReady
from contracts.message import Message
from contracts.requests.merchants import (
    MerchantChangeProposed,
    MerchantOrderAccepted,
    MerchantOrderReady,
    MerchantOrderRejected,
)
from services.orders.domain.changes.changing import propose_change
from services.orders.domain.changes.drafting import WantedChange
from services.orders.domain.kitchen import cooking
from services.orders.domain.order import Order
from services.orders.events import announce
from services.orders.events.changes import proposed
from services.orders.steps.endings import unserved
from services.runtime.change import Change, Entry


def accepted(
    order: Order, message: Message[MerchantOrderAccepted], now: datetime, *, rush_minutes: int
) -> Change[Order] | None:
    """Cook.

    `rush_minutes` come on top of what the merchant says; a timer starts the search so that the courier is
    in time.
    """
    said = message.data
    after = cooking.accept(order, said.merchant_id, said.ready_in_minutes, rush_minutes, now)
    if after is None:
        return None
    event = announce.of(OrderPreparing, after, ready_at=after.kitchen.ready_at if after.kitchen else None)
    return Change(after, (event,), Entry(after.status, f"merchant:{said.merchant_id}"))


def rejected(order: Order, message: Message[MerchantOrderRejected], now: datetime) -> Change[Order] | None:
    """End the order as unserved. The merchant's own words may name a person and are not kept."""
    after = cooking.reject(order, message.data.merchant_id, now)
    return None if after is None else unserved(after)


def ready(order: Order, message: Message[MerchantOrderReady], now: datetime) -> Change[Order] | None:
    """Note that the food is ready, and start the search where none has begun.

    A driven order keeps its status.
    """
    merchant_id = message.data.merchant_id
    after = cooking.ready(order, merchant_id, now)
    if after is None:
        return None
    searches = (announce.search_started(after),) if after.attempt > order.attempt else ()
    events = (announce.of(OrderReady, after), *searches)
    return Change(after, events, Entry(after.status, f"merchant:{merchant_id}", "ready"))


def change_proposed(
    order: Order, message: Message[MerchantChangeProposed], now: datetime
) -> Change[Order] | None:
    """Ask the customer for other items. A newer proposal replaces one without an answer."""
    said = message.data
    after = propose_change(
        order, said.merchant_id, WantedChange(said.proposal_id, items=tuple(said.items)), said.until, now
    )
    if after is None:
        return None
    return Change(
        after, proposed(after), Entry(after.status, f"merchant:{said.merchant_id}", "change_proposed")
    )
