"""The changes that end an order before it is done."""

from __future__ import annotations

from contracts.events.orders import OrderCancelled, OrderUnserved
from contracts.reasons import ENDED, fault_of
from contracts.values import OrderStatus
from services.orders.domain.cancelling import CancellationReason
from services.orders.domain.order import Order
from services.orders.events import announce
from services.runtime.change import Change, Entry

BY_ORDERS = "system:orders"


def cancelled(order: Order) -> Change[Order]:
    """The change of a cancelled order."""
    ending = announce.ending(order)
    event = announce.of(
        OrderCancelled,
        order,
        by=ending.by,
        reason=ending.reason,
        fee=ending.fee,
        merchant_share=ending.merchant_share,
    )
    entry = Entry(order.status, f"{ending.by.role}:{ending.by.id}", ending.reason)
    return Change(order, (event, *announce.receipt(order)), entry)


def unserved(order: Order) -> Change[Order]:
    """The change of an order that could not be carried out."""
    reason = announce.ending(order).reason
    event = announce.of(OrderUnserved, order, reason=reason)
    return Change(order, (event, *announce.receipt(order)), Entry(order.status, BY_ORDERS, reason))


def without_driver(order: Order, reason: str) -> Change[Order]:
    """The change after a search without a driver: a booked order waits again, any other is unserved."""
    if order.status is OrderStatus.SCHEDULED:
        return Change(order, (announce.postponed(order),), Entry(order.status, BY_ORDERS, reason))
    return unserved(order)


def reason_of(said: str | None, otherwise: str) -> CancellationReason:
    """The given code where it is one of ours. Free text may name a person and is not passed on."""
    reason = said if said in ENDED else otherwise
    return CancellationReason(reason, fault_of(reason))
