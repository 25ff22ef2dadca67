"""The parties of an order: who may speak about it."""

from __future__ import annotations

from contracts.values import Actor, Role
from services.orders.domain.errors import StepRefused
from services.orders.domain.order import Order


def require_party(order: Order, by: Actor) -> None:
    """Raises `StepRefused` (`wrong_actor`) for a person who is no party of the order. Operators may always speak."""
    parties = {
        Role.CUSTOMER: order.customer.id,
        Role.AGENCY: order.agency_id,
        Role.DRIVER: order.driver_id,
        Role.MERCHANT: order.merchant_id,
        Role.RECIPIENT: order.recipient_id,
        Role.OPERATOR: by.id,
    }
    if by.role not in parties or parties[by.role] != by.id:
        raise StepRefused("wrong_actor")
