"""An order in its first status as a change: what the world hears of it."""

from __future__ import annotations

from contracts.events.orders import OrderAccepted, OrderHandedOver, OrderRejected
from contracts.values import CustomerKind, OrderStatus, Role, Value
from services.orders.domain.intake.request import Service
from services.orders.domain.order import Order
from services.orders.handlers import announce
from services.orders.handlers.beginning import begun
from services.runtime.change import Change, Entry


def taken_in(order: Order, service: Service | None = None) -> Change[Order]:
    """The change that brings an order into being, or lets one begin whose payer has the money. `service`: where it may be handed over."""
    role = Role.AGENCY if order.customer.kind is CustomerKind.AGENCY else Role.CUSTOMER
    reason = order.ending.reason if order.ending else None
    return Change(order, _events(order, service), Entry(order.status, f"{role}:{order.customer.id}", reason))


def _events(order: Order, service: Service | None) -> tuple[Value, ...]:
    """What the world hears of an order in its first status."""
    match order.status:
        case OrderStatus.REJECTED:
            return (announce.of(OrderRejected, order, reason=announce.ending(order).reason),)
        case OrderStatus.HANDED_OVER if service is not None and service.hand_over is not None:
            return (announce.of(OrderHandedOver, order, to=service.hand_over.to),)
        case OrderStatus.AWAITING_FUNDS:
            return ()  # nobody hears of it before its budget has answered
        case _:
            return (announce.of(OrderAccepted, order, fare=announce.fare(order)), *begun(order))
