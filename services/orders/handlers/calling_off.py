"""A cancelled order as a change, and the reason that its canceller gave."""

from __future__ import annotations

from contracts.events.orders import OrderCancelled
from contracts.reasons import ENDED, fault_of
from services.orders.domain.cancelling import CancellationReason
from services.orders.domain.order import Order
from services.orders.handlers import announce
from services.runtime.change import Change, Entry


def cancelled(order: Order) -> Change[Order]:
    """The change that ends an order before it was done."""
    ending = announce.ending(order)
    event = announce.of(
        OrderCancelled,
        order,
        by=ending.by,
        reason=ending.reason,
        fee=ending.fee,
        merchant_share=ending.merchant_share,
    )
    return Change(
        order,
        (event, *announce.receipt(order)),
        Entry(order.status, f"{ending.by.role}:{ending.by.id}", ending.reason),
    )


def why_of(said: str | None, otherwise: str) -> CancellationReason:
    """The code that was given, where it is one of ours; free text may say anything about anybody and goes no further."""
    reason = said if said in ENDED else otherwise
    return CancellationReason(reason, fault_of(reason))
