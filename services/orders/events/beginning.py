"""The events of an order in its first status, and of one whose time has come."""

from __future__ import annotations

from contracts.events.orders import OrderAccepted, OrderHandedOver, OrderMerchantAsked, OrderRejected
from contracts.values import OrderStatus, Value
from services.orders.domain.intake.request import Service
from services.orders.domain.order import Order
from services.orders.events import announce
from services.orders.events.changes import merchant_briefed


def begun(order: Order) -> tuple[Value, ...]:
    """Events of an accepted order, or a booked one that is due: it waits, asks its merchant, or searches."""
    match order.status:
        case OrderStatus.SCHEDULED:
            return (announce.scheduled(order),)
        case OrderStatus.AWAITING_MERCHANT:
            return (announce.of(OrderMerchantAsked, order), *merchant_briefed(order))
        case _:
            return (announce.search_started(order),)


def taken_in(order: Order, service: Service | None) -> tuple[Value, ...]:
    """Events of a new order. `service`: the one that may hand it over to the emergency services."""
    match order.status:
        case OrderStatus.REJECTED:
            return (announce.of(OrderRejected, order, reason=announce.ending(order).reason),)
        case OrderStatus.HANDED_OVER if service is not None and service.hand_over is not None:
            return (announce.of(OrderHandedOver, order, to=service.hand_over.to),)
        case OrderStatus.AWAITING_FUNDS:
            return ()  # the order is not announced before its budget has answered
        case _:
            return (announce.of(OrderAccepted, order, fare=announce.fare(order)), *begun(order))
