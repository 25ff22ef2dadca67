"""What the world hears when something is done for an order: its merchant is asked, or a driver is wanted; or it waits."""

from __future__ import annotations

from contracts.events.orders import OrderMerchantAsked
from contracts.values import OrderStatus, Value
from services.orders.domain.order import Order
from services.orders.handlers import announce
from services.orders.handlers.changes import slip


def begun(order: Order) -> tuple[Value, ...]:
    """An accepted order, or a booked one whose time has come."""
    match order.status:
        case OrderStatus.SCHEDULED:
            return (announce.scheduled(order),)
        case OrderStatus.AWAITING_MERCHANT:
            return (announce.of(OrderMerchantAsked, order), *slip(order))
        case _:
            return (announce.search_started(order),)
