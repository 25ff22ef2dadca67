"""The change that brings an order into being."""

from __future__ import annotations

from contracts.values import CustomerKind, Role
from services.orders.domain.intake.request import Service
from services.orders.domain.order import Order
from services.orders.events.beginning import taken_in as events_of
from services.runtime.change import Change, Entry


def taken_in(order: Order, service: Service | None = None) -> Change[Order]:
    """Create the order, or let one begin whose payer has the money.

    `service`: the one that may hand it over.
    """
    role = Role.AGENCY if order.customer.kind is CustomerKind.AGENCY else Role.CUSTOMER
    reason = order.ending.reason if order.ending else None
    return Change(
        order, events_of(order, service), Entry(order.status, f"{role}:{order.customer.id}", reason)
    )
